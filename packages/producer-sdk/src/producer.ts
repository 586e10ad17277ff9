import {
  type AnyJob,
  Chain,
  type Client,
  type ConnectionOptions,
  createClient,
  type EnqueueOptions,
  type EnqueueRequest,
  type EventFilter,
  type InputOf,
  type Job,
  type JobDefinition,
  OjsError,
  OjsValidationError,
  type ResultOf,
  resultOf,
  type StreamedEvent,
  traceEnqueue,
  uuidv7,
} from '@ojs/client';
import { jobIn, jobsIn } from './answered.ts';
import { type Abortable, checkedId } from './calls.ts';
import { confirmEnqueued } from './confirm.ts';
import { enqueueRequest } from './enqueue-request.ts';
import { EnqueueGather } from './gather.ts';
import { JobDroppedError } from './job-errors.ts';
import { type JobReads, jobReadsOf } from './job-reads.ts';
import { type EnqueueMiddleware, sendAllThrough, sendThrough } from './middleware.ts';
import { type NarrowedToken, type NarrowOptions, narrow } from './narrow.ts';
import { type Schedules, schedulesOf } from './schedules.ts';
import { checkedArgs } from './stable-args.ts';
import { type WaitOptions, waitForCompletion } from './wait.ts';
import { type Workflows, workflowsOf } from './workflows.ts';

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
  /** Waits for the job and returns what its handler returned; see {@link Producer.result}. */
  result(options?: WaitOptions): Promise<Result>;
}

/** One job of {@link Producer.enqueueMany}. */
export interface Entry<J extends AnyJob> {
  job: J;
  input: InputOf<J>;
  options?: EnqueueOptions;
}

/** http-binding §9.2. */
const BATCH_MAX = 1_000;

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

/** @throws {OjsConfigurationError} when a setting is missing or not allowed; nothing is connected yet */
export function createProducer(options: ConnectionOptions = {}): Producer {
  return new HttpProducer(createClient(options));
}

/** The producer over any client: of a server, or of a test. */
export class HttpProducer implements Producer {
  readonly middleware = new Chain<EnqueueMiddleware>();
  readonly workflows: Workflows;
  readonly schedules: Schedules;
  readonly history: JobReads['history'];
  readonly progress: JobReads['progress'];
  readonly results: JobReads['results'];
  readonly #client: Client;
  readonly #gather: EnqueueGather;

  constructor(client: Client) {
    this.#client = client;
    this.#gather = new EnqueueGather(client);
    this.workflows = workflowsOf(client);
    this.schedules = schedulesOf(client);
    ({ history: this.history, progress: this.progress, results: this.results } = jobReadsOf(client));
  }

  narrow(options: NarrowOptions): Promise<NarrowedToken> {
    return narrow(this.#client, options);
  }

  async enqueue<Input, Result>(
    job: JobDefinition<Input, unknown, unknown, Result>,
    input: Input,
    { signal, ...options }: EnqueueOptions & Abortable = {},
  ): Promise<JobHandle<Result>> {
    const request = await this.#request({ job, input, options });
    const send = (changed: EnqueueRequest): Promise<Job> => {
      // A call with a signal or an id of its own shares its fate with no other.
      if (!signal && options.id === undefined) return this.#gather.enqueue(changed);
      return this.#sendAlone(changed, options.id === undefined, signal);
    };
    const answer = await traceEnqueue([request], ([traced = request]) =>
      sendThrough(this.middleware.freeze(), traced, send),
    );
    return this.#handle(job, request, answer);
  }

  async enqueueMany<const Jobs extends readonly AnyJob[]>(
    entries: { readonly [K in keyof Jobs]: Entry<Jobs[K]> },
    { signal }: Abortable = {},
  ): Promise<{ -readonly [K in keyof Jobs]: JobHandle<ResultOf<Jobs[K]>> }> {
    const list = entries as readonly Entry<AnyJob>[];
    if (list.length > BATCH_MAX)
      throw new OjsValidationError('enqueueMany', [
        {
          path: 'entries',
          message: `at most ${BATCH_MAX} jobs are enqueued together, all or none; split the ${list.length}`,
        },
      ]);
    const requests = await Promise.all(list.map((entry) => this.#request(entry)));
    const ownIds = list.every((entry) => entry.options?.id === undefined);
    const send = (sent: readonly EnqueueRequest[]): Promise<readonly Job[]> =>
      this.#confirmed(sent, ownIds, signal, async () => {
        const body = { jobs: [...sent] };
        return jobsIn(await this.#client.call('enqueueBatch', { body }, { signal }), sent.length);
      });
    const jobs =
      list.length === 0
        ? []
        : await traceEnqueue(requests, (traced) => sendAllThrough(this.middleware.freeze(), traced, send));
    const handles = list.map((entry, i) => this.#handle(entry.job, requests[i] as EnqueueRequest, jobs[i]));
    return handles as { -readonly [K in keyof Jobs]: JobHandle<ResultOf<Jobs[K]>> };
  }

  async get(id: string, { signal }: Abortable = {}): Promise<Job> {
    return jobIn(await this.#client.call('getJob', { path: { id: checkedId(id) } }, { signal }));
  }

  async cancel(id: string, options: Abortable = {}): Promise<Job> {
    try {
      const { signal } = options;
      return jobIn(await this.#client.call('cancelJob', { path: { id: checkedId(id) } }, { signal }));
    } catch (error) {
      // The answer to an earlier try was lost: it may have been that one that cancelled the job.
      if (!(error instanceof OjsError) || error.status !== 409 || error.attempts === 1) throw error;
      const job = await this.get(id, options);
      if (job.state !== 'cancelled') throw error;
      return job;
    }
  }

  async result<Result>(
    job: JobDefinition<unknown, unknown, unknown, Result>,
    id: string,
    options: WaitOptions = {},
  ): Promise<Result> {
    const { result } = await waitForCompletion(this.#client, checkedId(id), options);
    return resultOf(job, result);
  }

  events(filter: EventFilter = {}): AsyncIterable<StreamedEvent> {
    return this.#client.events(filter);
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #request({ job, input, options = {} }: Entry<AnyJob>): Promise<EnqueueRequest> {
    return enqueueRequest(job, options.id ?? uuidv7(), await checkedArgs(job, input), options);
  }

  async #sendAlone(body: EnqueueRequest, ownId: boolean, signal: AbortSignal | undefined): Promise<Job> {
    const [job] = await this.#confirmed([body], ownId, signal, async () => [
      jobIn(await this.#client.call('enqueueJob', { body }, { signal })),
    ]);
    return job as Job;
  }

  async #confirmed(
    requests: readonly EnqueueRequest[],
    ownIds: boolean,
    signal: AbortSignal | undefined,
    send: () => Promise<Job[]>,
  ): Promise<Job[]> {
    try {
      return await send();
    } catch (error) {
      const jobs = await confirmEnqueued(this.#client, error, requests, ownIds, signal);
      if (!jobs) throw error;
      return jobs;
    }
  }

  #handle<Result>(
    definition: JobDefinition<unknown, unknown, unknown, Result>,
    { id }: EnqueueRequest,
    job: Job | undefined,
  ): JobHandle<Result> {
    if (!job) return droppedHandle(id as string, definition.type);
    return {
      id: job.id,
      deduplicated: job.id !== id,
      dropped: false,
      job,
      result: (options) => this.result(definition, job.id, options),
    };
  }
}

function droppedHandle(id: string, type: string): JobHandle<never> {
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
