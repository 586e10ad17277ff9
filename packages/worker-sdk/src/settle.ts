import { backoffMs, type Client, isTransient, OjsError, sleep } from '@ojs/client';
import type { ActiveJob } from './active-job.ts';
import { errorReport } from './error-report.ts';
import type { Tell } from './events.ts';
import type { Outcome } from './run-job.ts';

/** What the server has been told; undefined when it was not, because the lease was lost or ended before. */
export type Settlement = Outcome | undefined;

const ONCE = { retries: 0, baseMs: 0, capMs: 0, maxRetryAfterMs: 0 };
const BACKOFF = { baseMs: 200, capMs: 5_000 };
const TRY_MS = 10_000;

/** What {@link settle} works with. */
export interface SettleContext {
  readonly client: Client;
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

function say({ client, workerId, halt }: SettleContext, { job }: ActiveJob, said: Outcome): Promise<unknown> {
  const claim = { job_id: job.id, worker_id: workerId, attempt: job.attempt };
  const options = { retry: ONCE, timeoutMs: TRY_MS, signal: halt };
  if (said.kind === 'nack') return client.call('nackJob', { body: { ...claim, error: said.report } }, options);
  if (said.kind === 'requeue') return client.call('nackJob', { body: { ...claim, requeue: true } }, options);
  const result = said.result === undefined ? {} : { result: said.result };
  return client.call('ackJob', { body: { ...claim, ...result } }, options);
}

const isGone = (error: unknown): boolean => error instanceof OjsError && (error.status === 409 || error.status === 404);

/** Also a refused credential or permission: an operator can mend it while the lease still runs. */
const isPassing = (error: unknown): boolean =>
  isTransient(error) || (error instanceof OjsError && (error.status === 401 || error.status === 403));
