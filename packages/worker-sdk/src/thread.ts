// What runs in a thread of its own: loads the module of the handler and calls it. See in-thread.ts.
import { inspect } from 'node:util';
import type { ThreadOutcome, ThreadTask } from './in-thread.ts';
import { NonRetryableError } from './worker-errors.ts';

/** An error loses its class on its way between threads; what the report needs is told apart. */
function told(error: unknown): ThreadOutcome {
  if (!(error instanceof Error)) return { thrown: { name: typeof error, message: String(error), isFinal: false } };
  const { name, message, stack } = error;
  const isFinal = error instanceof NonRetryableError;
  return {
    thrown: {
      name: name === 'Error' ? error.constructor.name : name,
      message,
      isFinal,
      ...(stack !== undefined && { stack }),
    },
  };
}

export default async function run({ module, input, context }: ThreadTask): Promise<ThreadOutcome> {
  const { default: handler } = (await import(module)) as { default?: unknown };
  if (typeof handler !== 'function') {
    throw new TypeError(`${module} must export the handler as its default, but exports ${inspect(handler)}`);
  }
  try {
    return { result: await handler(input, context) };
  } catch (error) {
    return told(error);
  }
}
