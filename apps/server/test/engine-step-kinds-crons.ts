import fc from 'fast-check';
import { expect } from 'vitest';
import { aCron, aTemplate, lastHour, makeDue } from './engine-cron-fixtures.ts';
import type { Model } from './engine-model.ts';
import { type Act, QUEUES, same, sameJob, steps } from './engine-steps.ts';

const OVERLAPS = ['skip', 'allow', 'cancel_previous', 'enqueue'] as const;

/** What an entry is in the model. */
interface ModelCron {
  overlap: (typeof OVERLAPS)[number];
  queue: (typeof QUEUES)[number];
  enabled: boolean;
  last?: string;
  lastQueue?: string;
  count: number;
}

const entries = new WeakMap<Model, Map<string, ModelCron>>();
function cronsOf(model: Model): Map<string, ModelCron> {
  const known = entries.get(model) ?? new Map<string, ModelCron>();
  entries.set(model, known);
  return known;
}

const name = fc.constantFrom('c0', 'c1');

async function sameCron({ other, tenant, model }: Act, cron: string): Promise<void> {
  const wanted = cronsOf(model).get(cron);
  const got = await other.crons.find(tenant, cron);
  expect(got && { overlap: got.overlap, queue: got.job.queue, enabled: got.enabled, count: got.count }).toEqual(
    wanted && { overlap: wanted.overlap, queue: wanted.queue, enabled: wanted.enabled, count: wanted.count },
  );
}

const save = steps(
  'save cron',
  fc.record({
    name,
    overlap: fc.constantFrom(...OVERLAPS),
    queue: fc.constantFrom(...QUEUES),
    enabled: fc.nat({ max: 3 }),
  }),
  async (act, { name: cron, overlap, queue, enabled }) => {
    const retry = { max_attempts: 2, initial_interval_ms: 0, jitter: false };
    const entry = aCron(cron, { overlap, job: aTemplate({ queue, retry }) }, enabled > 0);
    await same(
      act,
      () => {
        const before: Partial<ModelCron> = { ...cronsOf(act.model).get(cron) };
        // An entry that moves to another queue leaves its last job alone, for good.
        if (before.queue !== queue) delete before.last;
        if (!act.model.queues.has(queue)) act.model.queues.set(queue, { paused: false });
        cronsOf(act.model).set(cron, { count: 0, ...before, overlap, queue, enabled: enabled > 0 });
      },
      async () => {
        const before = await act.engine.crons.find(act.tenant, cron);
        await act.engine.crons.save(act.tenant, act.caller, entry, before);
      },
    );
    await sameCron(act, cron);
  },
);

const change = steps(
  'switch or delete cron',
  fc.record({ name, what: fc.nat({ max: 3 }) }),
  async (act, { name: cron, what }) => {
    const before = await act.engine.crons.find(act.tenant, cron);
    if (!before) return;
    const { crons } = act.engine;
    await same(
      act,
      () => {
        if (what === 0) cronsOf(act.model).delete(cron);
        else cronsOf(act.model).get(cron)!.enabled = what > 1;
      },
      async () => {
        if (what === 0) await crons.delete(act.tenant, act.caller, before);
        else await crons.setEnabled(act.tenant, act.caller, before, what > 1);
      },
    );
    await sameCron(act, cron);
  },
);

const ENDED: readonly (string | undefined)[] = ['completed', 'cancelled', 'discarded', undefined];

/** What a firing does in the model, told the id of the job that came of it, if one did. */
async function fired(act: Act, cron: string, got: { job: string } | { inTheWay: string }): Promise<void> {
  const entry = cronsOf(act.model).get(cron)!;
  const previous = entry.last ?? '';
  const last = act.model.jobs.get(previous);
  // In another queue it is another job, that was given the id of one that was removed.
  const isRunning = !ENDED.includes(last?.state) && last?.queue === entry.lastQueue;
  if (isRunning && entry.overlap === 'skip') {
    expect(got).toEqual({ inTheWay: previous });
    return;
  }
  expect(got).toHaveProperty('job');
  if (!('job' in got)) return;
  if (isRunning && entry.overlap === 'cancel_previous') act.model.cancel(previous);
  const limit = entry.overlap === 'enqueue' ? { key: `cron:${cron}`, concurrency: 1 } : undefined;
  const job = { priority: 0, maxAttempts: 2, dlq: false, delayed: false, later: false, hasLife: false };
  act.model.push([{ ...job, id: got.job, queue: entry.queue, kind: 'available', limit }]);
  entry.last = got.job;
  entry.lastQueue = entry.queue;
  entry.count++;
  if (previous) await sameJob(act.other, act.tenant, act.model, previous);
  await sameJob(act.other, act.tenant, act.model, got.job);
  await sameCron(act, cron);
}

const trigger = steps('trigger cron', name, async (act, cron) => {
  const before = await act.engine.crons.find(act.tenant, cron);
  if (!before || act.who.stale) return;
  const got = await act.engine.crons.trigger(act.tenant, act.caller, before);
  await fired(act, cron, 'refused' in got ? { inTheWay: got.job } : { job: got.job.id });
});

const tick = steps('cron is due', name, async (act, cron) => {
  const { tenant, model, real } = act;
  if (!cronsOf(model).get(cron)?.enabled) return;
  await makeDue(real.client, tenant, cron, lastHour());
  model.sweep();
  await real.sweep.now(tenant);
  const [firing] = await act.other.crons.history(tenant, cron, 1);
  const id = firing?.job_id ?? '';
  await fired(act, cron, firing?.outcome === 'triggered' ? { job: id } : { inTheWay: id });
});

/** Steps of cron entries. */
export const CRON_KINDS = [save, change, trigger, tick, tick];
