import type {
  AnyJob,
  Chain,
  EnqueueOptions,
  EventFilter,
  InputOf,
  Job,
  JobDefinition,
  OjsError,
  OjsValidationError,
  ResultOf,
  StreamedEvent,
} from '@ojs/client';
import type { Abortable } from './calls.ts';
import type { JobHandle } from './job-handle.ts';
import type { JobReads } from './job-reads.ts';
import type { EnqueueMiddleware } from './middleware.ts';
import type { NarrowedToken, NarrowOptions } from './narrow.ts';
import type { Schedules } from './schedules.ts';
import type { WaitOptions } from './wait.ts';
import type { Workflows } from './workflows.ts';

/** One job of {@link Producer.enqueueMany}. */
export interface Entry<J extends AnyJob> {
  job: J;
  input: InputOf<J>;
  options?: EnqueueOptions;
}

/** Enqueues jobs. One of it serves a whole process. */
export interface Producer extends JobReads {
  /** What stands between `enqueue` and the server; set up before the first job. */
  readonly middleware: Chain<EnqueueMiddleware>;
  readonly workflows: Workflows;
  readonly schedules: Schedules;
  /**
   * A token that can do less, for somebody who is trusted less: a browser that follows one job, a build step that enqueues one
   * type. It ends with this producer's credential.
   *
   * @throws {OjsError} when the server refuses, or nothing would be left
   */
  narrow(options: NarrowOptions): Promise<NarrowedToken>;
  /**
   * Enqueues a job. Its id is made here, so that repeating a request whose answer was lost makes no second job. Jobs
   * enqueued at the same time travel together; each caller gets its own answer.
   *
   * @throws {OjsValidationError} before anything is sent, {@link OjsError} when the server refuses,
   *   {@link OjsConnectionError} when it cannot be reached
   */
  enqueue<Input, Result>(
    job: JobDefinition<Input, unknown, unknown, Result>,
    input: NoInfer<Input>,
    options?: EnqueueOptions & Abortable,
  ): Promise<JobHandle<Result>>;
  /**
   * Enqueues up to 1,000 jobs in one request: all or none.
   *
   * @throws as {@link enqueue}; also {@link OjsValidationError} for more than 1,000: split the list and say yourself
   *   what is to happen when only a part of it gets through
   */
  enqueueMany<const Jobs extends readonly AnyJob[]>(
    entries: { readonly [K in keyof Jobs]: Entry<Jobs[K]> },
    options?: Abortable,
  ): Promise<{ -readonly [K in keyof Jobs]: JobHandle<ResultOf<Jobs[K]>> }>;
  /** Reads a job. @throws {OjsError} with code `not_found`, also for a job that the credential may not inspect */
  get(id: string, options?: Abortable): Promise<Job>;
  /** Cancels a job. @throws {OjsError} with code `conflict` when it is over already */
  cancel(id: string, options?: Abortable): Promise<Job>;
  /**
   * Waits for a job and returns its result, checked against the definition's `result` schema.
   *
   * @throws {JobFailedError} {@link JobCancelledError} {@link OjsTimeoutError} {@link OjsValidationError}
   */
  result<Result>(
    job: JobDefinition<unknown, unknown, unknown, Result>,
    id: string,
    options?: WaitOptions,
  ): Promise<Result>;
  /**
   * Events of the queues that the credential may inspect, as they happen. A lost connection is made anew and nothing is lost
   * by that: see {@link StreamedEvent} for what an iteration may tell.
   *
   * @throws (while iterating) {@link OjsError} when the server refuses for good
   */
  events(filter?: EventFilter): AsyncIterable<StreamedEvent>;
  /** Lets calls end, then closes the connections. Unused connections keep no process alive. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
