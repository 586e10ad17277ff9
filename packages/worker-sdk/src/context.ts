import { type AnyJob, type Job, type ResultOf, resultOf } from '@ojs/client';
import type { ActiveJob } from './active-job.ts';
import type { AttemptCalls } from './attempt-calls.ts';
import { type Checkpoint, checkpointOf } from './checkpoint.ts';
import { ProgressSender } from './progress.ts';

/** What a handler knows of the attempt, beside its input. */
export interface JobContext {
  readonly id: string;
  readonly type: string;
  readonly queue: string;
  /** From 1. */
  readonly attempt: number;
  readonly maxAttempts: number;
  /** Of the arguments' shape, as the producer wrote it; undefined where it wrote none. */
  readonly version: string | number | undefined;
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
  /**
   * Says how far the attempt is. Returns at once, however often it is called: the newest report is sent, at most once a second,
   * and the last one before the server hears how the attempt ended. A report that fails is told to `onEvent` and changes
   * nothing. It extends the lease.
   *
   * @param progress 0 to 1; less than before is ignored by the server
   * @param message up to 1,000 characters
   * @param data up to 16 KiB of JSON
   */
  progress(progress: number, message?: string, data?: Readonly<Record<string, unknown>>): void;
  /** Where an earlier attempt was, and where this one is. */
  readonly checkpoint: Checkpoint;
}

export function contextOf(
  active: ActiveJob,
  beat: (active: ActiveJob) => Promise<void>,
  calls: AttemptCalls,
): JobContext {
  const { job } = active;
  const sender = new ProgressSender(calls.report);
  active.beforeEnd = () => sender.flush();
  return {
    id: job.id,
    type: job.type,
    queue: job.queue,
    attempt: job.attempt,
    maxAttempts: job.max_attempts,
    version: job.version,
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
    progress(progress, message, data) {
      if (active.settling || active.lost) return;
      sender.report({ progress, ...(message !== undefined && { message }), ...(data !== undefined && { data }) });
    },
    checkpoint: checkpointOf(job, calls),
  };
}
