import type { Job } from '@ojs/client';
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
    async heartbeat() {
      await beat(active);
      if (active.aborted) throw active.aborted;
    },
  };
}
