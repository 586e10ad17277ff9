import { JOB_STATES, type JobState } from '@ojs/schema';
import { Gauge, type Registry } from 'prom-client';
import type { Overview } from '../engine/engine.ts';
import { OTHER } from './label-names.ts';

/** Queues that are counted for one look; what is beyond is told as a number. */
const MOST_COUNTED = 1_000;
/** How long one look answers for all who ask, in milliseconds. */
const LOOK_MS = 5_000;

type Counts = Readonly<Record<JobState, number>>;

/** The `most` queues with the most unfinished jobs by their names, the others together as one. Pure. */
export function ranked(queues: ReadonlyMap<string, Counts>, most: number): Map<string, Counts> {
  const open = (counts: Counts): number =>
    counts.available + counts.active + counts.scheduled + counts.retryable + counts.pending;
  const sorted = [...queues].sort(([a, x], [b, y]) => open(y) - open(x) || (a < b ? -1 : 1));
  const told = new Map(sorted.slice(0, most));
  for (const [, counts] of sorted.slice(most)) {
    const rest = told.get(OTHER);
    const sum = JOB_STATES.map((state) => [state, (rest?.[state] ?? 0) + counts[state]]);
    told.set(OTHER, Object.fromEntries(sum) as Record<JobState, number>);
  }
  return told;
}

/** Gauges of what is in Redis, the same from every server; read when somebody asks, in bounded work (ojs-observability §8.3). */
export function queueMetrics(
  register: Registry,
  mostNames: number,
  overview: (mostQueues: number) => Promise<Overview>,
): void {
  const registers = [register];
  let look: { at: number; done: Promise<Overview | undefined> } | undefined;
  /** Undefined while Redis is away: then there is no number to tell. */
  function looked(): Promise<Overview | undefined> {
    if (look === undefined || Date.now() - look.at >= LOOK_MS) {
      look = { at: Date.now(), done: overview(MOST_COUNTED).catch(() => undefined) };
    }
    return look.done;
  }

  new Gauge({
    name: 'ojs_queue_depth',
    help: 'Jobs in each queue and state, of all tenants together',
    labelNames: ['queue', 'state'],
    registers,
    async collect() {
      const found = await looked();
      this.reset();
      for (const [queue, counts] of ranked(found?.queues ?? new Map(), mostNames)) {
        for (const state of JOB_STATES) this.set({ queue, state }, counts[state]);
      }
    },
  });
  const single = (name: string, help: string, value: (found: Overview) => number): Gauge =>
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        const found = await looked();
        if (found === undefined) this.remove();
        else this.set(value(found));
      },
    });
  single('ojs_queues_uncounted', `Queues beyond the ${MOST_COUNTED} that are counted`, ({ skipped }) => skipped);
  single('ojs_workers_active', 'Workers that were seen within 30 seconds', ({ workers }) => workers);
}
