import { type Client, type Job, OjsTimeoutError, sleep } from '@ojs/client';
import { jobIn } from './answered.ts';
import { JobCancelledError, JobFailedError } from './job-errors.ts';

/** How long to wait for a result. */
export interface WaitOptions {
  /** In milliseconds; without it the wait ends only with the job, or with the signal. */
  timeoutMs?: number;
  signal?: AbortSignal;
}

/** One poll; the server ends it within 25 s (its request time is 30 s). */
const POLL_MS = 25_000;
/** What a poll may take beyond the time it waits. */
const POLL_SLACK_MS = 10_000;
/** A server that answers at once instead of waiting is asked at most so often. */
const PAUSE_MS = 500;

/**
 * Waits until the job is completed, by long polls.
 *
 * @returns its record
 * @throws {JobFailedError} {@link JobCancelledError} {@link OjsTimeoutError}, the signal's reason, or what the server refuses
 */
export async function waitForCompletion(client: Client, id: string, options: WaitOptions): Promise<Job> {
  const { timeoutMs, signal } = options;
  const end = timeoutMs === undefined ? Number.POSITIVE_INFINITY : performance.now() + timeoutMs;
  for (;;) {
    const asked = performance.now();
    const waitMs = Math.max(0, Math.min(POLL_MS, Math.ceil(end - asked)));
    const job = jobIn(
      await client.call(
        'getJob',
        { path: { id }, query: { wait_ms: waitMs } },
        { signal, timeoutMs: waitMs + POLL_SLACK_MS },
      ),
    );
    if (job.state === 'completed') return job;
    if (job.state === 'discarded') throw new JobFailedError(job);
    if (job.state === 'cancelled') throw new JobCancelledError(job);
    if (performance.now() >= end)
      throw new OjsTimeoutError(`Job ${id} is ${job.state} after ${timeoutMs} ms; it goes on, ask again later`, id);
    const pause = PAUSE_MS - (performance.now() - asked);
    if (pause > 0) await sleep(Math.min(pause, end - performance.now()), signal);
  }
}
