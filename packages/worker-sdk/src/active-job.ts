import type { Job } from '@ojs/client';
import { type AbortReason, JobAbortedError } from './worker-errors.ts';

/**
 * How long the lease of a fetched job runs, in milliseconds: as the server says by its own clock, else as asked.
 */
export function leaseOf(job: Pick<Job, 'lease_expires_at' | 'started_at'>, askedMs: number): number {
  const told = Date.parse(job.lease_expires_at ?? '') - Date.parse(job.started_at ?? '');
  return told > 0 ? told : askedMs;
}

/**
 * A job that this worker holds a lease on: the lease's end and the attempt's time limit as timers, and the signal that
 * its handler listens to. The first abort counts.
 */
export class ActiveJob {
  readonly job: Job;
  readonly leaseMs: number;
  readonly startedAt = performance.now();
  /** By `performance.now()`. */
  leaseEndsAt: number;
  /** Set as soon as it is decided what the server is told. */
  settling = false;
  /** Set when the worker has nothing to do with it any more. */
  forgotten = false;
  /** What is still to be said of the attempt before its end is; undefined when nothing is. */
  beforeEnd: () => Promise<void> | undefined = () => undefined;
  readonly #onAbort: (active: ActiveJob, reason: AbortReason) => void;
  readonly #leaseTimer: NodeJS.Timeout;
  readonly #timeLimit: NodeJS.Timeout | undefined;
  #aborted: JobAbortedError | undefined;
  #controller: AbortController | undefined;

  constructor(job: Job, leaseMs: number, onAbort: (active: ActiveJob, reason: AbortReason) => void) {
    this.job = job;
    this.leaseMs = leaseMs;
    this.leaseEndsAt = this.startedAt + leaseMs;
    this.#onAbort = onAbort;
    this.#leaseTimer = setTimeout(() => this.abort('lease_lost'), leaseMs);
    this.#timeLimit = job.timeout_ms ? setTimeout(() => this.abort('timeout'), job.timeout_ms) : undefined;
  }

  /** Made when somebody looks: most handlers never do. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#aborted && !this.#controller.signal.aborted) this.#controller.abort(this.#aborted);
    return this.#controller.signal;
  }

  get aborted(): JobAbortedError | undefined {
    return this.#aborted;
  }

  get lost(): boolean {
    return this.#aborted?.reason === 'lease_lost';
  }

  abort(reason: AbortReason): void {
    // A lost lease outranks the other reasons: it decides that nothing is reported any more.
    if (this.#aborted && (reason !== 'lease_lost' || this.lost)) return;
    this.#aborted = new JobAbortedError(this.job.id, reason);
    if (this.#controller && !this.#controller.signal.aborted) this.#controller.abort(this.#aborted);
    this.#onAbort(this, reason);
  }

  /** The server has extended the lease. */
  extend(): void {
    this.leaseEndsAt = performance.now() + this.leaseMs;
    this.#leaseTimer.refresh();
  }

  /** The attempt is over here, so its time limit is moot; the lease still runs until the server knows. */
  handlerEnded(): void {
    clearTimeout(this.#timeLimit);
  }

  /** Nothing is left to do. */
  release(): void {
    clearTimeout(this.#leaseTimer);
    clearTimeout(this.#timeLimit);
  }
}
