import { AssertionError } from 'node:assert';
import { isDeepStrictEqual } from 'node:util';
import type { AnyJob, InputOf, Job, JobState } from '@ojs/client';
import { HttpProducer } from './http-producer.ts';
import { MemoryServer } from './memory-server.ts';
import type { Producer } from './producer.ts';

/** Which enqueued jobs are meant; everything that is given must hold. */
export interface Match<J extends AnyJob = AnyJob> {
  /** Of a job with one argument: that argument; of one with several: all of them. As it travels: JSON. */
  input?: InputOf<J>;
  queue?: string;
  /** Only these keys are looked at. */
  meta?: Record<string, unknown>;
  state?: JobState;
}

/** How an attempt ended, as `createTestWorker` of the worker SDK's testing entry tells it. */
export interface Ended {
  readonly state: JobState;
  readonly result?: unknown;
}

export interface DrainOptions {
  queue?: string;
  /** Default: until none is left. */
  maxJobs?: number;
  /** Whether scheduled jobs are due as well. Default false. */
  withScheduled?: boolean;
}

/**
 * A producer that remembers instead of sending: the checks, the middleware and the handles are those of the real one, the
 * records are in memory (ojs-testing §5.1). Each has its own jobs, so tests can run side by side.
 */
export interface TestProducer extends Producer {
  /** In the order in which they were enqueued. */
  enqueued<J extends AnyJob>(job?: J, match?: Match<J>): readonly Job[];
  /** @param count how many are expected; default: at least one. @throws {AssertionError} that lists what was enqueued */
  assertEnqueued<J extends AnyJob>(job: J, match?: Match<J> & { count?: number }): void;
  /** @throws {AssertionError} when one was enqueued */
  refuteEnqueued<J extends AnyJob>(job: J, match?: Match<J>): void;
  /**
   * Runs what is available, first come first served, also what is enqueued meanwhile; `perform` says how each ended. A job that
   * fails stays `retryable`, and is run again by the next drain.
   *
   * @param perform `worker.performRecord` of the worker SDK's testing entry
   * @returns how many were run
   */
  drain(perform: (job: Job) => Promise<Ended>, options?: DrainOptions): Promise<number>;
  /** Forgets every job. */
  clear(): void;
}

export function createTestProducer(): TestProducer {
  return new MemoryProducer(new MemoryServer());
}

class MemoryProducer extends HttpProducer implements TestProducer {
  readonly #server: MemoryServer;

  constructor(server: MemoryServer) {
    super(server);
    this.#server = server;
  }

  enqueued<J extends AnyJob>(job?: J, match: Match<J> = {}): readonly Job[] {
    return [...this.#server.jobs.values()].filter(
      (each) => (!job || each.type === job.type) && matches(each, job, match),
    );
  }

  assertEnqueued<J extends AnyJob>(job: J, { count, ...match }: Match<J> & { count?: number } = {}): void {
    const found = this.enqueued(job, match as Match<J>).length;
    if (count === undefined ? found > 0 : found === count) return;
    const wanted = count === undefined ? 'at least one' : String(count);
    throw new AssertionError({
      message: `Expected ${wanted} of ${job.type} to be enqueued, found ${found}. Enqueued:\n${this.#list()}`,
      actual: found,
      expected: count,
      stackStartFn: this.assertEnqueued,
    });
  }

  refuteEnqueued<J extends AnyJob>(job: J, match: Match<J> = {}): void {
    const found = this.enqueued(job, match).length;
    if (found === 0) return;
    throw new AssertionError({
      message: `Expected no ${job.type} to be enqueued, found ${found}. Enqueued:\n${this.#list()}`,
      actual: found,
      expected: 0,
      stackStartFn: this.refuteEnqueued,
    });
  }

  async drain(perform: (job: Job) => Promise<Ended>, options: DrainOptions = {}): Promise<number> {
    const { maxJobs = Number.POSITIVE_INFINITY } = options;
    const seen = new Set<string>();
    while (seen.size < maxJobs) {
      const next = [...this.#server.jobs.values()].find((job) => !seen.has(job.id) && isDue(job, options));
      if (!next) break;
      seen.add(next.id);
      Object.assign(next, { state: 'active', attempt: next.attempt + 1 });
      const { state, result } = await perform(structuredClone(next));
      // Whoever cancelled it meanwhile was first.
      if (next.state === 'active') Object.assign(next, { state, ...(result === undefined ? {} : { result }) });
    }
    return seen.size;
  }

  clear(): void {
    this.#server.jobs.clear();
  }

  #list(): string {
    const lines = [...this.#server.jobs.values()].map(
      ({ type, queue, state, args }) => `  ${type} on ${queue}, ${state}: ${JSON.stringify(args)}`,
    );
    return lines.length === 0 ? '  nothing' : lines.join('\n');
  }
}

const DUE: ReadonlySet<JobState> = new Set(['available', 'retryable']);

const isDue = (job: Job, { queue, withScheduled = false }: DrainOptions): boolean =>
  (queue === undefined || job.queue === queue) && (DUE.has(job.state) || (withScheduled && job.state === 'scheduled'));

function matches(job: Job, definition: AnyJob | undefined, { input, queue, meta, state }: Match): boolean {
  if (queue !== undefined && job.queue !== queue) return false;
  if (state !== undefined && job.state !== state) return false;
  if (input !== undefined && !isDeepStrictEqual(job.args, definition?.whole ? input : [input])) return false;
  return Object.entries(meta ?? {}).every(([key, value]) => isDeepStrictEqual(job.meta[key], value));
}
