/** Throw it from a handler when another attempt cannot help: the job is discarded (ojs-sdk-guidelines §8.4). */
export class NonRetryableError extends Error {
  override get name(): string {
    return this.constructor.name;
  }
}

/**
 * Why work on a job should end:
 * - `timeout`: the attempt took longer than the job's `timeout_ms`;
 * - `lease_lost`: the job was cancelled, or its lease ended or was given to another worker. What the handler returns
 *   is dropped;
 * - `shutdown`: the worker stops and its grace period is over. The job is given back.
 */
export type AbortReason = 'timeout' | 'lease_lost' | 'shutdown';

const WORDS: Readonly<Record<AbortReason, string>> = {
  timeout: 'the attempt took longer than its timeout',
  lease_lost: 'its lease is lost: it was cancelled, or taken over by another worker',
  shutdown: 'the worker is stopping',
};

/** The reason of a handler's `signal`. */
export class JobAbortedError extends Error {
  readonly reason: AbortReason;
  readonly jobId: string;

  constructor(jobId: string, reason: AbortReason) {
    super(`Stop working on job ${jobId}: ${WORDS[reason]}`);
    this.jobId = jobId;
    this.reason = reason;
  }

  override get name(): string {
    return 'JobAbortedError';
  }
}
