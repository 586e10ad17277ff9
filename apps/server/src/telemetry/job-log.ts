import type { EngineObserver } from '../engine/observer.ts';
import type { Log } from './log.ts';

const OUTCOMES = {
  completed: 'Job completed successfully',
  retryable: 'Job failed, will retry',
  available: 'Job given back',
  discarded: 'Job discarded',
  cancelled: 'Job cancelled',
} as const;

interface Named {
  readonly id: string;
  readonly type: string;
  readonly queue: string;
}

/** A line for each step of each job (ojs-logging §6.1), at the level debug: nobody else pays for it. */
export function jobLog(log: Pick<Log, 'debug'>): EngineObserver {
  const about = (tenant: string, { id, type, queue }: Named) => ({ tenant, job_id: id, job_type: type, queue });
  return {
    enqueued: (tenant, jobs) => {
      for (const job of jobs) log.debug(about(tenant, job), 'Job enqueued');
    },
    started: (tenant, jobs) => {
      for (const job of jobs) log.debug(about(tenant, job), 'Job fetched by worker');
    },
    settled(tenant, ended) {
      const { state, durationMs } = ended;
      if (!(state in OUTCOMES)) return;
      log.debug({ ...about(tenant, ended), duration_ms: durationMs }, OUTCOMES[state as keyof typeof OUTCOMES]);
    },
    cancelled: (tenant, job) => log.debug(about(tenant, job), 'Job cancelled'),
  };
}
