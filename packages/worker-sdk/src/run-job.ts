import { type AnyJob, inputOf, type JobErrorReport, OjsValidationError, resultOf } from '@ojs/client';
import type { ActiveJob } from './active-job.ts';
import type { JobContext } from './context.ts';
import { errorReport, misfitReport } from './error-report.ts';

/** A definition and what is to be done for each of its jobs. */
export interface Handler {
  readonly definition: AnyJob;
  readonly run: (input: unknown, context: JobContext) => unknown;
}

/** What the server is to be told about an attempt. */
export type Outcome =
  | { readonly kind: 'ack'; readonly result: unknown }
  | { readonly kind: 'nack'; readonly report: JobErrorReport; readonly error: unknown }
  | { readonly kind: 'requeue' };

/** Checks the arguments, runs the handler, checks its result. Never throws. */
export async function runJob(
  handler: Handler | undefined,
  active: ActiveJob,
  context: () => JobContext,
): Promise<Outcome> {
  if (!handler) return unknownType(active.job.type);
  const { definition, run } = handler;
  let input: unknown;
  try {
    input = await inputOf(definition, active.job.args);
  } catch (error) {
    return misfit(error);
  }
  if (active.aborted) return failure(active, active.aborted);
  let result: unknown;
  try {
    result = await run(input, context());
  } catch (error) {
    return failure(active, error);
  }
  try {
    return { kind: 'ack', result: await resultOf(definition, result) };
  } catch (error) {
    return misfit(error);
  }
}

function failure(active: ActiveJob, error: unknown): Outcome {
  if (active.aborted?.reason === 'shutdown') return { kind: 'requeue' };
  if (active.aborted?.reason === 'timeout') return timedOut(active);
  return { kind: 'nack', report: errorReport(error), error };
}

function misfit(error: unknown): Outcome {
  const report = error instanceof OjsValidationError ? misfitReport(error) : errorReport(error);
  return { kind: 'nack', report, error };
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
