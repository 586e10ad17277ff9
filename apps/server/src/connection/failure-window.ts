export interface FailureWindowLimits {
  /** Failures of one source in an interval. Scanners make hundreds, floods hundred thousands. */
  readonly most: number;
  readonly intervalMs: number;
  /** Sources that are told apart; beyond, new ones are not counted until the interval is over. */
  readonly sources: number;
}

const LIMITS: FailureWindowLimits = { most: 1_000, intervalMs: 10_000, sources: 10_000 };

/** Counts failures per source in intervals. A state machine without a clock: `now` in milliseconds. */
export class FailureWindow {
  readonly #limits: FailureWindowLimits;
  readonly #failures = new Map<string, number>();
  #since = 0;

  constructor(limits: FailureWindowLimits = LIMITS) {
    this.#limits = limits;
  }

  count(source: string, now: number): void {
    this.#begin(now);
    const failures = this.#failures.get(source);
    if (failures === undefined && this.#failures.size >= this.#limits.sources) return;
    this.#failures.set(source, (failures ?? 0) + 1);
  }

  /** Whether the source has failed so often in this interval that it is not listened to until the next. */
  isFull(source: string, now: number): boolean {
    if (this.#failures.size === 0) return false;
    this.#begin(now);
    return (this.#failures.get(source) ?? 0) >= this.#limits.most;
  }

  #begin(now: number): void {
    // A clock that goes back begins a new interval too.
    if (Math.abs(now - this.#since) < this.#limits.intervalMs) return;
    this.#since = now;
    this.#failures.clear();
  }
}
