import { backoffMs, type CallOptions, type Client, type OjsError, sleep } from '@ojs/client';
import type { AckGather } from './ack-gather.ts';
import type { ActiveJob } from './active-job.ts';
import { errorReport } from './error-report.ts';
import type { Tell } from './events.ts';
import { isGone, isPassing } from './refusals.ts';
import type { Outcome } from './run-job.ts';

/** What the server has been told; undefined when it was not, because the lease was lost or ended before. */
export type Settlement = Outcome | undefined;

const BACKOFF = { baseMs: 200, capMs: 5_000 };
/** Of one try; {@link settle} repeats them itself. */
export const TRY: CallOptions = {
  retry: { retries: 0, baseMs: 0, capMs: 0, maxRetryAfterMs: 0 },
  timeoutMs: 10_000,
};

/** What {@link settle} works with. */
export interface SettleContext {
  readonly client: Client;
  readonly acks: AckGather;
  readonly workerId: string;
  readonly tell: Tell;
  /** Fires when the worker gives up telling. */
  readonly halt: AbortSignal;
}

/**
 * Tells the server how an attempt ended, again and again until it has heard, or the lease has ended and telling is moot.
 * An answer that the server will never take (a result that is too large, say) becomes a failure of the job, so that it
 * is not silently done again and again.
 */
export async function settle(context: SettleContext, active: ActiveJob, outcome: Outcome): Promise<Settlement> {
  let said = outcome;
  for (let attempt = 1; ; attempt++) {
    try {
      await say(context, active, said);
      return said;
    } catch (error) {
      if (context.halt.aborted) return undefined;
      context.tell({ type: 'error', operation: said.kind === 'ack' ? 'ack' : 'nack', error, jobId: active.job.id });
      // 409 after a try whose answer was lost: most likely that one settled the job.
      if (isGone(error)) return attempt > 1 && said === outcome ? said : undefined;
      if (!isPassing(error)) {
        if (said !== outcome) return undefined;
        said = { kind: 'nack', report: { ...errorReport(error, 'outcome_refused'), retryable: false }, error };
        continue;
      }
      const wait = Math.max((error as OjsError).retryAfterMs ?? 0, backoffMs(attempt, BACKOFF, Math.random()));
      if (performance.now() + wait >= active.leaseEndsAt) return undefined;
      await sleep(wait, context.halt).catch(() => undefined);
      if (active.lost) return undefined;
    }
  }
}

function say({ client, acks, workerId, halt }: SettleContext, { job }: ActiveJob, said: Outcome): Promise<unknown> {
  // Attempts begin again when an operator starts a dead letter anew: only together do the two name this one.
  const { attempt, replay_count } = job;
  const claim = { job_id: job.id, worker_id: workerId, attempt, ...(replay_count && { replay_count }) };
  if (said.kind === 'ack') return acks.ack(said.result === undefined ? claim : { ...claim, result: said.result });
  const how = { ...(said.report && { error: said.report }), ...(said.kind === 'requeue' && { requeue: true }) };
  return client.call('nackJob', { body: { ...claim, ...how } }, { ...TRY, signal: halt });
}
