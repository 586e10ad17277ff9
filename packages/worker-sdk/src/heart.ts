import { type Client, type HeartbeatAnswer, sleep } from '@ojs/client';
import type { ActiveJob } from './active-job.ts';
import type { Tell, WorkerState } from './events.ts';
import type { Declaration } from './versions.ts';

/** What {@link Heart} works with. */
export interface HeartContext {
  readonly client: Client;
  readonly workerId: string;
  readonly leaseMs: number;
  readonly intervalMs: number;
  readonly tell: Tell;
  readonly active: ReadonlyMap<string, ActiveJob>;
  readonly state: () => WorkerState;
  readonly declared: () => Declaration | undefined;
  readonly onDirective: (state: HeartbeatAnswer['state']) => void;
}

const ONCE = { retries: 0, baseMs: 0, capMs: 0, maxRetryAfterMs: 0 };
/** http-binding §10.4: at most so many jobs in one request. */
const JOBS_MAX = 1_000;
/** How long the server may take to hear that the worker ends, in milliseconds. */
const TELL_MS = 1_000;
/** A lease must survive two lost heartbeats. */
const BEATS_PER_LEASE = 3;

/**
 * Extends the leases of all active jobs with one request every few seconds and hears the server's directives. A beat
 * that fails changes nothing; the next one is the retry (ojs-worker-protocol §4.6).
 */
export class Heart {
  readonly #context: HeartContext;
  #timer: NodeJS.Timeout | undefined;
  #nextAt = Number.POSITIVE_INFINITY;
  #stopped = false;
  #telling: Promise<void> = Promise.resolve();
  /** Ends the requests under way when the worker ends. */
  readonly #halt = new AbortController();

  constructor(context: HeartContext) {
    this.#context = context;
  }

  /** Spread over the interval, so that workers started together do not beat together. */
  start(): void {
    this.#schedule(this.#context.intervalMs * (0.5 + Math.random() / 2));
  }

  /** Ends after the server was told of the last state, where it hears at all. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await Promise.race([this.#telling, sleep(TELL_MS, this.#halt.signal).catch(() => undefined)]);
    this.#halt.abort();
  }

  /** Says now what the worker does (ojs-graceful-shutdown §5.1). */
  tell(): void {
    if (!this.#stopped) this.#telling = this.#beat([...this.#context.active.values()].slice(0, JOBS_MAX));
  }

  /** A job was taken: one with a short lease cannot wait for the next beat. */
  taken(active: ActiveJob): void {
    const within = active.leaseMs / BEATS_PER_LEASE;
    if (performance.now() + within < this.#nextAt) this.#schedule(within);
  }

  /** Beats for one job now. */
  beatFor(active: ActiveJob): Promise<void> {
    return this.#beat([active]);
  }

  #schedule(ms: number): void {
    if (this.#stopped) return;
    clearTimeout(this.#timer);
    this.#nextAt = performance.now() + ms;
    this.#timer = setTimeout(() => void this.#tick(), ms);
  }

  async #tick(): Promise<void> {
    this.#nextAt = Number.POSITIVE_INFINITY;
    const jobs = [...this.#context.active.values()];
    const shortest = jobs.reduce((least, { leaseMs }) => Math.min(least, leaseMs), Number.POSITIVE_INFINITY);
    this.#schedule(Math.min(this.#context.intervalMs, shortest / BEATS_PER_LEASE));
    const parts = [];
    for (let from = 0; from === 0 || from < jobs.length; from += JOBS_MAX)
      parts.push(this.#beat(jobs.slice(from, from + JOBS_MAX)));
    await Promise.all(parts);
  }

  async #beat(jobs: readonly ActiveJob[]): Promise<void> {
    const { client, workerId, leaseMs, intervalMs, tell, active, state, declared, onDirective } = this.#context;
    const now = state();
    const handlers = declared();
    try {
      const answer = await client.call(
        'heartbeat',
        {
          body: {
            worker_id: workerId,
            state: now === 'stopped' ? 'terminate' : now,
            active_jobs: jobs.map(({ job }) => job.id),
            visibility_timeout_ms: leaseMs,
            ...(handlers && { handlers: [...handlers] }),
          },
        },
        { retry: ONCE, timeoutMs: Math.max(1_000, intervalMs), signal: this.#halt.signal },
      );
      const lost = new Set(answer.jobs_lost ?? []);
      const extended = new Set(answer.jobs_extended ?? []);
      for (const each of jobs) {
        // Settled meanwhile, or fetched anew: the answer is about another moment.
        if (active.get(each.job.id) !== each) continue;
        if (extended.has(each.job.id)) each.extend();
        else if (lost.has(each.job.id) && !each.settling) each.abort('lease_lost');
      }
      onDirective(answer.state);
    } catch (error) {
      if (!this.#stopped) tell({ type: 'error', operation: 'heartbeat', error });
    }
  }
}
