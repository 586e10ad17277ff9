import type { Job } from '@ojs/client';
import { JobDroppedError } from './job-errors.ts';
import type { WaitOptions } from './wait.ts';

/** An enqueued job. */
export interface JobHandle<Result> {
  /** Of the job that exists already, where a unique job was ignored for it. */
  readonly id: string;
  /** Whether the job was not enqueued because it is a duplicate, and this is the one that exists. */
  readonly deduplicated: boolean;
  /** Whether a middleware kept the job from being enqueued. It then has no record and no result. */
  readonly dropped: boolean;
  /** As the server answered when it was enqueued. @throws {JobDroppedError} */
  readonly job: Job;
  /** Waits for the job and returns what its handler returned; see `result` of the producer. */
  result(options?: WaitOptions): Promise<Result>;
}

/** @param asked the id that was sent: another one where a unique job was ignored for that one */
export const handleOf = <Result>(
  job: Job,
  asked: string | undefined,
  result: JobHandle<Result>['result'],
): JobHandle<Result> => ({ id: job.id, deduplicated: job.id !== asked, dropped: false, job, result });

/** Of a job that a middleware kept from being enqueued. */
export function droppedHandle(id: string, type: string): JobHandle<never> {
  const error = (): JobDroppedError => new JobDroppedError(id, type);
  return {
    id,
    deduplicated: false,
    dropped: true,
    get job(): Job {
      throw error();
    },
    result: () => Promise.reject(error()),
  };
}
