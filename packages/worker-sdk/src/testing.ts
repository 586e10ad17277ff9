import {
  type AnyJob,
  argsOf,
  Chain,
  type EnqueueOptions,
  type Job,
  type JobDefinition,
  type JobErrorReport,
  OjsConfigurationError,
  uuidv7,
} from '@ojs/client';
import { ActiveJob } from './active-job.ts';
import type { AttemptCalls } from './attempt-calls.ts';
import { contextOf, type JobContext } from './context.ts';
import type { Middleware } from './middleware.ts';
import type { ProgressReport } from './progress.ts';
import { type Handler, type Outcome, runJob } from './run-job.ts';
import { checkVersions, type HandlerOptions } from './versions.ts';

/** How an attempt ended. */
export interface Performed<Result> {
  /** As the server would have it: `retryable` while there are attempts left and the error is worth another. */
  readonly state: 'completed' | 'retryable' | 'discarded';
  /** Of a completed job: what the producer would read. */
  readonly result?: Result;
  /** What the handler threw. */
  readonly error?: unknown;
  /** What the server would be told of it. */
  readonly report?: JobErrorReport;
  /** What the handler reported last, if it did. */
  readonly progress?: ProgressReport;
  /** What the next attempt would get, if anything. */
  readonly checkpoint?: unknown;
}

/** How the job stands when the attempt begins. */
export interface PerformOptions extends Pick<EnqueueOptions, 'queue' | 'meta' | 'timeoutMs' | 'id' | 'version'> {
  /** Default 1. */
  attempt?: number;
  /** What an earlier attempt saved. */
  checkpoint?: unknown;
}

/** Runs handlers as a worker does, without a server: the same checks, middleware and reports. */
export interface TestWorker {
  readonly middleware: Chain<Middleware>;
  handle<Output, ResultInput>(
    job: JobDefinition<unknown, Output, ResultInput, unknown>,
    handler: (input: Output, context: JobContext) => ResultInput | Promise<ResultInput>,
    options?: HandlerOptions,
  ): this;
  /**
   * One attempt of a job, from its input to what becomes of it. What travels is JSON, so the handler gets what it would get
   * from a server.
   *
   * @throws {OjsValidationError} when the input does not fit: such a job would not have been enqueued
   * @throws {OjsConfigurationError} when there is no handler for it
   */
  perform<Input, Result>(
    job: JobDefinition<Input, unknown, unknown, Result>,
    input: NoInfer<Input>,
    options?: PerformOptions,
  ): Promise<Performed<Result>>;
  /** One attempt of a job that was enqueued: for `drain` of the producer SDK's testing entry. */
  readonly performRecord: (job: Job) => Promise<Performed<unknown>>;
}

export function createTestWorker(): TestWorker {
  return new LocalWorker();
}

class LocalWorker implements TestWorker {
  readonly middleware = new Chain<Middleware>();
  readonly #handlers = new Map<string, Handler>();

  handle<Output, ResultInput>(
    job: JobDefinition<unknown, Output, ResultInput, unknown>,
    handler: (input: Output, context: JobContext) => ResultInput | Promise<ResultInput>,
    options: HandlerOptions = {},
  ): this {
    checkVersions(job.type, options);
    this.#handlers.set(job.type, { definition: job as AnyJob, run: handler as Handler['run'] });
    return this;
  }

  async perform<Input, Result>(
    definition: JobDefinition<Input, unknown, unknown, Result>,
    input: Input,
    options: PerformOptions = {},
  ): Promise<Performed<Result>> {
    const job = jobOf(definition as AnyJob, await argsOf(definition as AnyJob, input), options);
    return (await this.performRecord(job)) as Performed<Result>;
  }

  readonly performRecord = async (job: Job): Promise<Performed<unknown>> => {
    const handler = this.#handlers.get(job.type);
    if (!handler) throw new OjsConfigurationError(`There is no handler for ${job.type}: call handle() first`);
    const active = new ActiveJob(job, LEASE_MS, () => undefined);
    const told = new LocalCalls(job);
    try {
      const outcome = await runJob(handler, this.middleware.list, active, () =>
        contextOf(active, async () => undefined, told),
      );
      await active.beforeEnd();
      return { ...performed(job, outcome), ...told.told };
    } finally {
      active.release();
    }
  };
}

/** What a handler tells of its attempt, kept here instead of by a server. */
class LocalCalls implements AttemptCalls {
  readonly told: { progress?: ProgressReport; checkpoint?: unknown } = {};

  constructor({ checkpoint }: Job) {
    if (checkpoint) this.told.checkpoint = checkpoint.state;
  }

  readonly report = async (report: ProgressReport): Promise<void> => {
    this.told.progress = report;
  };

  readonly save = async (state: unknown): Promise<void> => {
    this.told.checkpoint = state;
  };

  readonly clear = async (): Promise<void> => {
    delete this.told.checkpoint;
  };
}

const LEASE_MS = 3_600_000;

function jobOf(definition: AnyJob, args: unknown[], options: PerformOptions): Job {
  const { queue, retry, timeoutMs } = { ...definition.options, ...options };
  return {
    specversion: '1.0',
    id: options.id ?? uuidv7(),
    type: definition.type,
    queue: queue ?? 'default',
    state: 'active',
    args: JSON.parse(JSON.stringify(args)) as unknown[],
    meta: JSON.parse(JSON.stringify(options.meta ?? {})) as Record<string, unknown>,
    priority: definition.options.priority ?? 0,
    attempt: options.attempt ?? 1,
    max_attempts: retry?.maxAttempts ?? 3,
    created_at: new Date().toISOString(),
    ...(options.version !== undefined && { version: options.version }),
    ...(options.checkpoint !== undefined && {
      checkpoint: {
        state: JSON.parse(JSON.stringify(options.checkpoint)) as unknown,
        sequence: 1,
        created_at: new Date().toISOString(),
      },
    }),
    ...(timeoutMs === undefined ? {} : { timeout_ms: timeoutMs }),
    ...(retry?.nonRetryableErrors && { retry: { non_retryable_errors: retry.nonRetryableErrors } }),
  };
}

function performed(job: Job, outcome: Outcome): Performed<unknown> {
  if (outcome.kind === 'ack') return { state: 'completed', result: roundTrip(outcome.result) };
  if (outcome.kind === 'requeue') return { state: 'retryable' };
  const { report, error } = outcome;
  const isFinal = report.retryable === false || job.attempt >= job.max_attempts || isNamed(job, report);
  return { state: isFinal ? 'discarded' : 'retryable', error, report };
}

const roundTrip = (value: unknown): unknown =>
  value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as unknown);

/** ojs-retry §5: exact, or `Prefix.*`. */
function isNamed(job: Job, { type }: JobErrorReport): boolean {
  const patterns = job.retry?.non_retryable_errors ?? [];
  return patterns.some((each) => (each.endsWith('.*') ? (type ?? '').startsWith(each.slice(0, -1)) : each === type));
}
