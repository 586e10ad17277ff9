import type { Job, JobSummary } from '@ojs/schema';

/** An attempt that ended; `durationMs` since it began. */
export interface Ended extends JobSummary {
  readonly durationMs: number;
}

/**
 * Hears of what this process has done, when it is done: for metrics and traces. Nobody waits for it, and it must not throw.
 * `ms` is how long the call to Redis took.
 */
export interface EngineObserver {
  enqueued?(tenant: string, jobs: readonly Job[], ms: number): void;
  /** Handed to a worker. */
  started?(tenant: string, jobs: readonly Job[], ms: number): void;
  /** An attempt ended, also one whose lease ran out. */
  settled?(tenant: string, settled: Ended, ms: number): void;
  cancelled?(tenant: string, job: Pick<Job, 'id' | 'queue' | 'type'>): void;
  expired?(tenant: string, queue: string, type: string): void;
  /** A script ran. */
  called?(script: string, ms: number): void;
}

/** Tells all of them. */
export function tellAll(observers: readonly EngineObserver[]): Required<EngineObserver> {
  return {
    enqueued: (...args) => {
      for (const each of observers) each.enqueued?.(...args);
    },
    started: (...args) => {
      for (const each of observers) each.started?.(...args);
    },
    settled: (...args) => {
      for (const each of observers) each.settled?.(...args);
    },
    cancelled: (...args) => {
      for (const each of observers) each.cancelled?.(...args);
    },
    expired: (...args) => {
      for (const each of observers) each.expired?.(...args);
    },
    called: (...args) => {
      for (const each of observers) each.called?.(...args);
    },
  };
}
