import { Counter, Histogram, type Registry } from 'prom-client';
import type { EngineObserver } from '../engine/observer.ts';
import { LabelNames } from './label-names.ts';

/** ojs-observability §8.2. */
const DURATION = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];
const QUEUE_TIME = [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 600, 1_800, 3_600];
const CALL = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];

/** The metrics of ojs-observability §8 that count what this process did. */
export function jobMetrics(register: Registry, mostPairs: number): EngineObserver {
  const names = new LabelNames(mostPairs);
  const labelNames = ['queue', 'type'] as const;
  const counter = (name: string, help: string) =>
    new Counter({ name: `ojs_job_${name}_total`, help, labelNames, registers: [register] });
  const histogram = <L extends string>(name: string, help: string, labels: readonly L[], buckets: number[]) =>
    new Histogram({ name, help, labelNames: labels, buckets, registers: [register] });

  const enqueued = counter('enqueued', 'Jobs enqueued');
  const fetched = counter('fetched', 'Jobs handed to workers');
  const completed = counter('completed', 'Jobs that were completed');
  const failed = counter('failed', 'Jobs that were discarded');
  const retried = counter('retried', 'Attempts that failed and will be tried again');
  const returned = counter('returned', 'Jobs given back, or whose lease ran out, and available again');
  const cancelled = counter('cancelled', 'Jobs cancelled');
  const expired = counter('expired', 'Jobs whose time to live ended');
  const duration = histogram(
    'ojs_job_duration_seconds',
    'From the start of the last attempt to the end of the job',
    ['queue', 'type', 'state'],
    DURATION,
  );
  const queueTime = histogram(
    'ojs_job_queue_time_seconds',
    'From when a job was available to its first start',
    labelNames,
    QUEUE_TIME,
  );
  const enqueueTime = histogram('ojs_job_enqueue_duration_seconds', 'Time to enqueue a request', ['queue'], CALL);
  const calls = histogram('ojs_redis_call_duration_seconds', 'Time of a call to Redis, by script', ['script'], CALL);
  const after = { completed, discarded: failed, retryable: retried, available: returned } as const;

  return {
    enqueued(_tenant, jobs, ms) {
      for (const { queue, type } of jobs) enqueued.inc(names.of(queue, type));
      const [first] = jobs;
      if (first) enqueueTime.observe({ queue: names.of(first.queue, first.type).queue }, ms / 1_000);
    },
    started(_tenant, jobs) {
      for (const { queue, type, attempt, enqueued_at, started_at } of jobs) {
        const labels = names.of(queue, type);
        fetched.inc(labels);
        const waited = attempt === 1 ? Date.parse(started_at ?? '') - Date.parse(enqueued_at ?? '') : Number.NaN;
        if (waited >= 0) queueTime.observe(labels, waited / 1_000);
      }
    },
    settled(_tenant, { queue, type, state, durationMs }) {
      const labels = names.of(queue, type);
      if (state in after) after[state as keyof typeof after].inc(labels);
      if (state === 'completed' || state === 'discarded') duration.observe({ ...labels, state }, durationMs / 1_000);
    },
    cancelled: (_tenant, { queue, type }) => cancelled.inc(names.of(queue, type)),
    expired: (_tenant, queue, type) => expired.inc(names.of(queue, type)),
    called: (script, ms) => calls.observe({ script }, ms / 1_000),
  };
}
