import { type AnyJob, type Job, type ResultOf, resultOf } from '@ojs/client';
import type { ActiveJob } from './active-job.ts';

/** What a handler knows of the attempt, beside its input. */
export interface JobContext {
  readonly id: string;
  readonly type: string;
  readonly queue: string;
  /** From 1. */
  readonly attempt: number;
  readonly maxAttempts: number;
  readonly meta: Readonly<Record<string, unknown>>;
  /** For middleware and handler to leave each other notes; of this attempt only. */
  readonly metadata: Record<string, unknown>;
  /** Fires when the work should end; its reason is a {@link JobAbortedError} that says why. Pass it on to what you call. */
  readonly signal: AbortSignal;
  /** The whole record as it was fetched. */
  readonly job: Job;
  /**
   * The results of the steps before this one in its workflow, by place, checked by their definitions (those that need no
   * check may be left out at the end). A group before it is one result: an object whose keys are places, from `"0"`.
   *
   * @throws {OjsValidationError} when a result does not fit
   */
  parents<const Jobs extends readonly AnyJob[]>(
    ...jobs: Jobs
  ): Promise<{ -readonly [K in keyof Jobs]: ResultOf<Jobs[K]> }>;
  /**
   * Extends the lease now. The worker does so by itself every few seconds; it is needed only by handlers that block
   * the event loop for long.
   *
   * @throws {JobAbortedError} when the lease is lost
   */
  heartbeat(): Promise<void>;
}

export function contextOf(active: ActiveJob, beat: (active: ActiveJob) => Promise<void>): JobContext {
  const { job } = active;
  return {
    id: job.id,
    type: job.type,
    queue: job.queue,
    attempt: job.attempt,
    maxAttempts: job.max_attempts,
    meta: job.meta,
    metadata: {},
    get signal() {
      return active.signal;
    },
    job,
    async parents<const Jobs extends readonly AnyJob[]>(...jobs: Jobs) {
      const results = job.parent_results ?? [];
      const checked = await Promise.all(jobs.map((each, i) => resultOf(each, results[i])));
      return checked as { -readonly [K in keyof Jobs]: ResultOf<Jobs[K]> };
    },
    async heartbeat() {
      await beat(active);
      if (active.aborted) throw active.aborted;
    },
  };
}
