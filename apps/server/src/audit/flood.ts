import type { AuditEvent } from './audit.ts';

/** How many records of one source are kept one by one, and in which time. */
export interface FloodOptions {
  /** Records of one kind from one source in an interval; the rest is counted. */
  readonly limit: number;
  readonly intervalMs: number;
  /** Sources that are told apart; beyond, they share one count. */
  readonly sources: number;
}

export const FLOOD: FloodOptions = { limit: 100, intervalMs: 10_000, sources: 10_000 };

/** What was counted and not recorded in an interval that ended. */
export interface Counted {
  /** The last of them. */
  readonly event: AuditEvent;
  readonly count: number;
  readonly fromMs: number;
}

interface Window {
  readonly since: number;
  seen: number;
  last: AuditEvent | undefined;
}

/**
 * Bounds what a flood of failures can write: one record each, up to a number per source and interval, then one with their count.
 * A state machine without a clock: `now` in milliseconds.
 */
export class Flood {
  readonly #options: FloodOptions;
  readonly #windows = new Map<string, Window>();

  constructor(options: FloodOptions = FLOOD) {
    this.#options = options;
  }

  /** Whether this event is recorded by itself. If not, it is in a count of {@link ended}. */
  admits(event: AuditEvent, now: number): boolean {
    const window = this.#window(event, now);
    window.seen++;
    if (window.seen <= this.#options.limit) return true;
    window.last = event;
    return false;
  }

  /** Takes out the counts of intervals that have ended, or of all of them. */
  ended(now: number, all = false): Counted[] {
    const counts: Counted[] = [];
    for (const [name, { since, seen, last }] of this.#windows) {
      if (!all && now - since < this.#options.intervalMs) continue;
      this.#windows.delete(name);
      if (last !== undefined) counts.push({ event: last, count: seen - this.#options.limit, fromMs: since });
    }
    return counts;
  }

  #window(event: AuditEvent, now: number): Window {
    const name = `${event.event_type} ${event.source_ip}`;
    const crowded = !this.#windows.has(name) && this.#windows.size >= this.#options.sources;
    const key = crowded ? event.event_type : name;
    const open = this.#windows.get(key);
    if (open !== undefined) return open;
    const window: Window = { since: now, seen: 0, last: undefined };
    this.#windows.set(key, window);
    return window;
  }
}
