import { type AnyJob, inputOf, type JobErrorReport, OjsValidationError, resultOf } from '@ojs/client';
import type { ActiveJob } from './active-job.ts';
import type { JobContext } from './context.ts';
import { errorReport, misfitReport } from './error-report.ts';
import { type Middleware, within } from './middleware.ts';
import type { HandlerOptions } from './versions.ts';

/** A definition and what is to be done for each of its jobs. */
export interface Handler extends HandlerOptions {
  readonly definition: AnyJob;
  readonly run: (input: unknown, context: JobContext) => unknown;
}

/** What the server is to be told about an attempt. */
export type Outcome =
  | { readonly kind: 'ack'; readonly result: unknown }
  | { readonly kind: 'nack'; readonly report: JobErrorReport; readonly error: unknown }
  | { readonly kind: 'requeue'; readonly report?: JobErrorReport };

/** Checks the arguments, runs the handler inside the middleware, checks its result. Never throws. */
export async function runJob(
  handler: Handler | undefined,
  chain: readonly Middleware[],
  active: ActiveJob,
  context: () => JobContext,
): Promise<Outcome> {
  if (!handler) return unknownType(active.job.type);
  try {
    const result =
      chain.length === 0 ? await attempt(handler, active, context) : await wrapped(handler, chain, active, context());
    return { kind: 'ack', result };
  } catch (error) {
    return misfits.has(error as object) && !active.aborted ? misfit(error) : failure(active, error);
  }
}

async function attempt({ definition, run }: Handler, active: ActiveJob, context: () => JobContext): Promise<unknown> {
  const input = await fitting(() => inputOf(definition, active.job.args));
  if (active.aborted) throw active.aborted;
  const result = await run(input, context());
  return fitting(() => resultOf(definition, result));
}

/** A result that a middleware made up must fit as well. */
async function wrapped(
  handler: Handler,
  chain: readonly Middleware[],
  active: ActiveJob,
  context: JobContext,
): Promise<unknown> {
  let checked: { readonly result: unknown } | undefined;
  const result = await within(chain, context, async () => {
    checked = { result: await attempt(handler, active, () => context) };
    return checked.result;
  });
  return checked && Object.is(checked.result, result) ? result : fitting(() => resultOf(handler.definition, result));
}

/** Errors that say that arguments or a result do not fit, whatever is thrown along the way. */
const misfits = new WeakSet<object>();

async function fitting<T>(check: () => T | Promise<T>): Promise<T> {
  try {
    return await check();
  } catch (error) {
    const told = error instanceof Error ? error : new Error(String(error));
    misfits.add(told);
    throw told;
  }
}

function failure(active: ActiveJob, error: unknown): Outcome {
  if (active.aborted?.reason === 'shutdown') return interrupted();
  if (active.aborted?.reason === 'timeout') return timedOut(active);
  return { kind: 'nack', report: errorReport(error), error };
}

function misfit(error: unknown): Outcome {
  const report = error instanceof OjsValidationError ? misfitReport(error) : errorReport(error);
  return { kind: 'nack', report, error };
}

/** The worker ends before the attempt has (ojs-graceful-shutdown §5.3): it is given back, and costs none. */
export function interrupted(): Outcome {
  const message = 'The worker was shut down before the attempt had ended';
  return { kind: 'requeue', report: { type: 'ShutdownError', code: 'shutdown', message, retryable: true } };
}

/** The attempt took longer than its `timeout_ms`. */
export function timedOut(active: ActiveJob): Outcome {
  const report: JobErrorReport = {
    code: 'timeout',
    type: 'timeout',
    message: `The attempt took longer than its timeout of ${active.job.timeout_ms} ms`,
    details: { error_class: 'timeout' },
  };
  return { kind: 'nack', report, error: active.aborted };
}

/**
 * Another worker may know the type (during a deployment, say), so that the job is to be tried again after its back-off;
 * attempts used up, it is discarded rather than going round for ever.
 */
function unknownType(type: string): Outcome {
  const message = `This worker has no handler for ${type}. Register one, or keep such jobs out of its queues`;
  const report = {
    code: 'unknown_job_type',
    type: 'unknown_job_type',
    message,
    details: { error_class: 'unknown_job_type' },
  };
  return { kind: 'nack', report, error: new Error(message) };
}
