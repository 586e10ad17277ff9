import {
  type AnyJob,
  Chain,
  type Client,
  type ConnectionOptions,
  createClient,
  type EnqueueOptions,
  type EnqueueRequest,
  type EventFilter,
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
import { droppedHandle, handleOf, type JobHandle } from './job-handle.ts';
import { type JobReads, jobReadsOf } from './job-reads.ts';
import { type EnqueueMiddleware, sendAllThrough, sendThrough } from './middleware.ts';
import { type NarrowedToken, type NarrowOptions, narrow } from './narrow.ts';
import type { Entry, Producer } from './producer.ts';
import { type Schedules, schedulesOf } from './schedules.ts';
import { checkedArgs } from './stable-args.ts';
import { type WaitOptions, waitForCompletion } from './wait.ts';
import { type Workflows, workflowsOf } from './workflows.ts';

/** http-binding §9.2. */
const BATCH_MAX = 1_000;

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
    return handleOf(job, id, (options) => this.result(definition, job.id, options));
  }
}
