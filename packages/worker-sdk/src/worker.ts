import { setImmediate } from 'node:timers/promises';
import {
  type AnyJob,
  Chain,
  type Client,
  createClient,
  type Job,
  type JobDefinition,
  OjsConfigurationError,
} from '@ojs/client';
import type { JobContext } from './context.ts';
import { Crew } from './crew.ts';
import { guarded, type Tell, type WorkerState, warnings } from './events.ts';
import { fetchLoop } from './fetch-loop.ts';
import { Heart } from './heart.ts';
import type { Middleware } from './middleware.ts';
import { type WorkerOptions, type WorkerSettings, whole, workerSettings } from './options.ts';
import type { Handler } from './run-job.ts';
import { Grace, windDown } from './shutdown.ts';
import { wireSignals } from './signals.ts';
import { checkVersions, type Declaration, declarationOf, type HandlerOptions } from './versions.ts';

/** Fetches jobs and runs a handler for each. */
export interface Worker {
  readonly id: string;
  readonly state: WorkerState;
  /** What stands around every handler; set up before {@link start}. */
  readonly middleware: Chain<Middleware>;
  /**
   * What to do with the jobs of a definition. The handler's input has passed the definition's schema; what it returns
   * becomes the job's result; what it throws fails the attempt, and for good if it is a {@link NonRetryableError}.
   *
   * @throws {OjsConfigurationError} when the type has a handler already, or `versions` is no range
   */
  handle<Output, ResultInput>(
    job: JobDefinition<unknown, Output, ResultInput, unknown>,
    handler: (input: Output, context: JobContext) => ResultInput | Promise<ResultInput>,
    options?: HandlerOptions,
  ): this;
  /** Begins fetching, and goes on for ever, whether the server is up or not. @throws {OjsConfigurationError} without a handler, or after {@link stop} */
  start(): this;
  /** {@link start}, and resolves when the worker has stopped. @throws {OjsConfigurationError} without a handler */
  run(): Promise<void>;
  /** Stops fetching; active jobs go on. */
  quiet(): void;
  /** Fetches again after {@link quiet}, also one that the server asked for. */
  resume(): void;
  /**
   * Stops fetching at once, lets active jobs finish for `graceMs`, gives the others back and closes the connections.
   * Called again, it can only shorten the grace period.
   */
  stop(options?: { graceMs?: number }): Promise<void>;
  /** Resolves when the worker has stopped, whoever asked for it. */
  readonly stopped: Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** @throws {OjsConfigurationError} when an option is missing or not allowed; nothing is connected yet */
export function createWorker(options: WorkerOptions = {}): Worker {
  const settings = workerSettings(options);
  return new HttpWorker(settings, createClient({ ...options, workerId: settings.workerId }), options);
}

class HttpWorker implements Worker {
  readonly id: string;
  readonly stopped: Promise<void>;
  readonly middleware = new Chain<Middleware>();
  readonly #settings: WorkerSettings;
  readonly #client: Client;
  readonly #tell: Tell;
  readonly #handlers = new Map<string, Handler>();
  readonly #crew: Crew;
  readonly #heart: Heart;
  readonly #grace = new Grace();
  readonly #handleSignals: boolean;
  #hasStopped!: () => void;
  #state: WorkerState = 'quiet';
  #started = false;
  #declared: Declaration | undefined;
  #fetching = new AbortController();
  #unwire = (): void => undefined;

  constructor(settings: WorkerSettings, client: Client, options: WorkerOptions) {
    this.id = settings.workerId;
    this.#settings = settings;
    this.#client = client;
    this.#tell = guarded(options.onEvent ?? warnings());
    this.#handleSignals = options.handleSignals ?? false;
    this.stopped = new Promise((resolve) => {
      this.#hasStopped = resolve;
    });
    const shared = { client, workerId: this.id, leaseMs: settings.leaseMs, tell: this.#tell };
    this.#crew = new Crew({
      ...shared,
      concurrency: settings.concurrency,
      joinTraces: settings.joinTraces,
      handlers: this.#handlers,
      middleware: this.middleware,
      beatFor: (active) => this.#heart.beatFor(active),
      onTaken: (active) => this.#heart.taken(active),
    });
    this.#heart = new Heart({
      ...shared,
      intervalMs: settings.heartbeatMs,
      active: this.#crew.active,
      state: () => this.#state,
      declared: () => this.#declared,
      onDirective: (state) => this.#obey(state),
    });
  }

  get state(): WorkerState {
    return this.#state;
  }

  handle<Output, ResultInput>(
    job: JobDefinition<unknown, Output, ResultInput, unknown>,
    handler: (input: Output, context: JobContext) => ResultInput | Promise<ResultInput>,
    options: HandlerOptions = {},
  ): this {
    if (this.#handlers.has(job.type)) throw new OjsConfigurationError(`${job.type} has a handler already`);
    checkVersions(job.type, options);
    // The schema has made the input what the handler expects; the map cannot say so for each type.
    this.#handlers.set(job.type, { ...options, definition: job as AnyJob, run: handler as Handler['run'] });
    return this;
  }

  start(): this {
    if (this.#handlers.size === 0) throw new OjsConfigurationError('Nothing to do: call handle() before start()');
    if (this.#state === 'terminate' || this.#state === 'stopped')
      throw new OjsConfigurationError('This worker was stopped: create another');
    if (this.#started) return this;
    this.#declared = declarationOf(this.#handlers);
    this.#started = true;
    this.middleware.freeze();
    if (this.#handleSignals) this.#unwire = wireSignals(this);
    this.#heart.start();
    this.#become('running');
    this.#fetch();
    return this;
  }

  async run(): Promise<void> {
    this.start();
    await this.stopped;
  }

  quiet(): void {
    if (this.#state !== 'running') return;
    this.#become('quiet');
    this.#fetching.abort();
  }

  resume(): void {
    if (this.#state !== 'quiet' || !this.#started) return;
    this.#become('running');
    this.#fetch();
  }

  stop({ graceMs = this.#settings.graceMs }: { graceMs?: number } = {}): Promise<void> {
    this.#grace.endIn(whole('graceMs', graceMs, 0, 86_400_000));
    if (this.#state === 'running' || this.#state === 'quiet') {
      this.#become('terminate');
      this.#fetching.abort();
      void this.#end();
    }
    return this.stopped;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #fetch(): void {
    this.#fetching = new AbortController();
    const { queues, leaseMs, waitMs } = this.#settings;
    const room = (signal: AbortSignal): Promise<number> => this.#room(signal);
    const take = (jobs: Job[]): void => this.#take(jobs);
    const declared = this.#declared;
    void fetchLoop(
      { client: this.#client, workerId: this.id, queues, leaseMs, waitMs, declared, tell: this.#tell, room, take },
      this.#fetching.signal,
    );
  }

  async #room(signal: AbortSignal): Promise<number> {
    while (this.#crew.room === 0) {
      await this.#crew.changed(signal);
      signal.throwIfAborted();
      // Jobs that end together make room together: one fetch for all of them.
      await setImmediate();
    }
    return this.#crew.room;
  }

  #take(jobs: Job[]): void {
    for (const job of jobs) {
      if (this.#state === 'running') this.#crew.take(job);
      else this.#crew.giveBack(job);
    }
  }

  /** A directive of the server (ojs-worker-protocol §2.3); `running` undoes nothing. */
  #obey(state: string): void {
    if (state === 'quiet') this.quiet();
    if (state === 'terminate') void this.stop();
  }

  async #end(): Promise<void> {
    await windDown(this.#crew, this.#grace.signal);
    await this.#heart.stop();
    await this.#client.destroy();
    this.#grace.endIn(0);
    this.#unwire();
    this.#become('stopped');
    this.#hasStopped();
  }

  #become(state: WorkerState): void {
    const isNews = this.#state !== state && this.#started && state !== 'stopped';
    this.#state = state;
    // The server hands nothing to a worker that winds down, and must hear at once of one that fetches again.
    if (isNews) this.#heart.tell();
    this.#tell({ type: 'state', state });
  }
}
