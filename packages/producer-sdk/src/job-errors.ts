import { type Job, type JobError, OjsError } from '@ojs/client';

/** The job was discarded: it failed for good or expired. Code: that of its last error, else `discarded`. */
export class JobFailedError extends OjsError {
  readonly job: Job;
  /** What went wrong, oldest attempt first. */
  readonly errors: readonly JobError[];

  constructor(job: Job) {
    const errors = job.errors ?? (job.error ? [job.error] : []);
    const last = job.error ?? errors.at(-1);
    super(`Job ${job.id} (${job.type}) failed: ${last ? last.message : 'it was discarded'}`, {
      code: last?.code ?? last?.type ?? 'discarded',
      jobId: job.id,
    });
    this.errors = errors;
    this.job = hidden(this, job);
  }
}

/** The job was cancelled before it was completed. Code `cancelled`. */
export class JobCancelledError extends OjsError {
  readonly job: Job;

  constructor(job: Job) {
    super(`Job ${job.id} (${job.type}) was cancelled`, { code: 'cancelled', jobId: job.id });
    this.job = hidden(this, job);
  }
}

/** A middleware of the producer kept the job from being enqueued: there is no record to read, no result to wait for. Code `dropped`. */
export class JobDroppedError extends OjsError {
  constructor(jobId: string, type: string) {
    super(`Job ${jobId} (${type}) was not enqueued: a middleware dropped it`, { code: 'dropped', jobId });
  }
}

/** The job is there for who asks, but not printed with the error: its arguments belong in no log (security page). */
function hidden(error: object, job: Job): Job {
  Object.defineProperty(error, 'job', { value: job, enumerable: false, writable: true, configurable: true });
  return job;
}
