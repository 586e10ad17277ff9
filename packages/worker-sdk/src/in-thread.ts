import { availableParallelism } from 'node:os';
import { OjsConfigurationError } from '@ojs/client';
import type { Piscina } from 'piscina';
import type { JobContext } from './context.ts';
import { whole } from './options.ts';
import { NonRetryableError } from './worker-errors.ts';

/** What a handler in a thread knows of the attempt: all that can travel. */
export type ThreadContext = Pick<
  JobContext,
  'id' | 'type' | 'queue' | 'attempt' | 'maxAttempts' | 'version' | 'meta' | 'metadata' | 'job'
>;

/** @internal */
export interface ThreadTask {
  readonly module: string;
  readonly input: unknown;
  readonly context: ThreadContext;
}

/** @internal */
export type ThreadOutcome =
  | { readonly result: unknown }
  | {
      readonly thrown: {
        readonly name: string;
        readonly message: string;
        readonly stack?: string;
        readonly isFinal: boolean;
      };
    };

export interface ThreadOptions {
  /** The most threads at once. Default: as many as there are processors. */
  threads?: number;
}

/** How long an idle thread is kept, in milliseconds. */
const IDLE_MS = 30_000;
const ENTRY = new URL(import.meta.url.endsWith('.ts') ? './thread.ts' : './thread.js', import.meta.url);

/**
 * A handler that computes for long, moved into threads of its own, so that heartbeats and other jobs go on meanwhile:
 *
 * `worker.handle(resize, inThread<typeof import('./resize.ts').default>(new URL('./resize.js', import.meta.url)))`
 *
 * The module exports the handler as its default: `(input, context) => result`. Input, result and context travel by structured
 * clone. When the attempt is to end (its timeout, a lost lease, shutdown) the thread is ended, whatever it is doing.
 *
 * @param module where the handler is: a file URL
 * @throws {OjsConfigurationError} for a module that is no file URL, or a number of threads below 1 or above 1,000
 */
export function inThread<Handler extends (input: never, context: ThreadContext) => unknown>(
  module: URL,
  { threads = availableParallelism() }: ThreadOptions = {},
): (input: Parameters<Handler>[0], context: JobContext) => Promise<Awaited<ReturnType<Handler>>> {
  if (!(module instanceof URL) || module.protocol !== 'file:')
    throw new OjsConfigurationError('`module` must be a file URL, such as new URL("./handler.js", import.meta.url)');
  const maxThreads = whole('threads', threads, 1, 1_000);
  let pool: Promise<Piscina> | undefined;
  const run = async (input: unknown, context: JobContext): Promise<unknown> => {
    pool ??= start(maxThreads);
    const { id, type, queue, attempt, maxAttempts, version, meta, metadata, job, signal } = context;
    const task: ThreadTask = {
      module: module.href,
      input,
      context: { id, type, queue, attempt, maxAttempts, version, meta, metadata, job },
    };
    const outcome: ThreadOutcome = await (await pool).run(task, { signal });
    if ('thrown' in outcome) throw rebuilt(outcome.thrown);
    return outcome.result;
  };
  return run as (input: Parameters<Handler>[0], context: JobContext) => Promise<Awaited<ReturnType<Handler>>>;
}

/** Loaded when the first job comes: most workers have no use for it. Idle threads keep no process alive. */
async function start(maxThreads: number): Promise<Piscina> {
  const { Piscina: Pool } = await import('piscina');
  return new Pool({ filename: ENTRY.href, minThreads: 0, maxThreads, idleTimeout: IDLE_MS });
}

function rebuilt({ name, message, stack, isFinal }: Extract<ThreadOutcome, { thrown: unknown }>['thrown']): Error {
  const error = isFinal ? new NonRetryableError(message) : new Error(message);
  Object.defineProperty(error, 'name', { value: name, configurable: true, writable: true });
  if (stack !== undefined) error.stack = stack;
  return error;
}
