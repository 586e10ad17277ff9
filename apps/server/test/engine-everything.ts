import type { Job } from '@ojs/schema';
import type { Engine, LeaseClaim, NewJob } from '../src/engine/engine.ts';
import type { RedisClient } from '../src/redis/connect.ts';
import { aCron, aTemplate, lastHour, makeDue } from './engine-cron-fixtures.ts';
import { moment } from './engine-fixtures.ts';
import { aJob, CALLER } from './engine-harness.ts';
import type { Sweep } from './engine-sweep.ts';
import { aWorkflow, batch, chain, group, jobsOf, step } from './workflow-fixtures.ts';

/** A number from 0 to below the one given. */
export type Chance = (n: number) => number;

export interface Place {
  readonly engine: Engine;
  readonly client: RedisClient;
  readonly sweep: Sweep;
  readonly tenant: string;
  readonly chance: Chance;
}

const ME = { ...CALLER, may: () => true };
const QUEUES = ['p', 'q'] as const;
const HOUR = 3_600_000;
const LIMITS = [
  { key: 'k', concurrency: 1 },
  { key: 'k', concurrency: 2 },
  ...(['wait', 'reschedule', 'drop'] as const).map((on_limit) => ({ key: 'l', concurrency: 1, on_limit })),
  { key: 'm', rate: { limit: 2, period: 'PT1S' } },
];
const STATES = ['available', 'active', 'completed', 'discarded', 'scheduled', 'pending'] as const;
const WAITING = ['available', 'pending', 'scheduled', 'retryable'];

/** Steps that mix all that the engine can do, in one tenant, without knowing what must come of them; and the jobs there are. */
export function anything({ engine, client, sweep, tenant, chance }: Place) {
  const pick = <T>(items: readonly T[]): T => items[chance(items.length)] as T;
  const rarely = (n: number): boolean => chance(n) === 0;
  const ids = new Set<string>();
  const flows: string[] = [];
  const held: LeaseClaim[] = [];

  const unique = () =>
    chance(3) > 0
      ? {}
      : {
          unique: {
            keys: ['type' as const],
            on_conflict: pick(['reject', 'ignore', 'replace', 'replace_except_schedule'] as const),
            ...(rarely(3) && { states: [...STATES] }),
          },
        };
  const limit = () => (chance(2) > 0 ? {} : { rateLimit: pick(LIMITS) });
  const dies = () => pick(['dead_letter', 'discard'] as const);
  const job = (): NewJob => {
    const initial_interval_ms = pick([0, HOUR]);
    return aJob({
      ...{ queue: pick(QUEUES), type: pick(['a', 'b']), priority: pick([-5, 0, 5]), pending: rarely(6) },
      ...unique(),
      ...limit(),
      ...(rarely(5) && { scheduledAt: moment(Date.now() + pick([-10, 5, HOUR])) }),
      ...(rarely(6) && { expiresAt: moment(Date.now() + pick([2, 2 * HOUR])) }),
      ...(rarely(5) && { resultTtlMs: pick([0, 5, HOUR]) }),
      retry: { max_attempts: 1 + chance(3), initial_interval_ms, max_interval_ms: HOUR, on_exhaustion: dies() },
    });
  };
  const aStep = (): object => {
    const { rateLimit: rate_limit } = { rateLimit: undefined, ...limit() };
    const retry = { max_attempts: 1 + chance(2), on_exhaustion: dies() };
    return step(pick(['a', 'b']), { queue: pick(QUEUES), retry, ...unique(), ...(rate_limit && { rate_limit }) });
  };
  const flow = (): object =>
    pick([
      () => chain(aStep(), aStep()),
      () => group(aStep(), chain(aStep(), aStep())),
      () => batch({ on_complete: aStep(), on_failure: aStep() }, aStep(), aStep()),
    ])();

  const jobs = async (): Promise<Job[]> => {
    const all = await Promise.all([...ids].map((id) => engine.info(tenant, id)));
    return all.filter((each) => each !== undefined);
  };
  /** Does it to some job that there is. */
  const some = async (act: (job: Job) => Promise<unknown>): Promise<void> => {
    const all = await jobs();
    if (all.length > 0) await act(pick(all));
  };
  const lease = async (act: (claim: LeaseClaim) => Promise<unknown>): Promise<void> => {
    const [claim] = held.splice(chance(held.length + 1), 1);
    if (claim) await act(claim);
  };
  const cron = () => pick(['c', 'd']);

  const push = async (): Promise<void> => {
    const batchOf = Array.from({ length: 1 + chance(4) }, job);
    for (const { id } of batchOf) ids.add(id);
    await engine.push(tenant, ME, batchOf);
  };
  const fetch = async (): Promise<void> => {
    const request = { queues: pick([QUEUES, ['q'], ['p']]), count: 1 + chance(6) };
    for (const { id, queue, attempt, replay_count: replays = 0 } of await engine.fetch(tenant, ME, request)) {
      held.push({ id, queue, attempt, replays });
      ids.add(id);
    }
  };
  const startFlow = async (): Promise<void> => {
    const workflow = await engine.workflows.create(tenant, ME, aWorkflow(flow()));
    flows.push(workflow.id);
    for (const id of jobsOf(workflow)) ids.add(id);
  };
  const ack = () => lease((claim) => engine.ack(tenant, ME, claim, 1));

  const steps: Record<string, () => Promise<unknown>> = {
    ...{ push, push2: push, push3: push, fetch, fetch2: fetch, ack, ack2: ack, startFlow, startFlow2: startFlow },
    nack: () => lease((claim) => engine.nack(tenant, ME, claim, { message: 'no', retryable: !rarely(4) })),
    requeue: () => lease((claim) => engine.requeue(tenant, ME, claim)),
    leaseEnds: () =>
      lease(async ({ id, queue }) => {
        if ((await engine.info(tenant, id))?.state === 'active') await sweep.come(tenant, queue, id);
      }),
    sweep: () => sweep.now(tenant),
    comes: () =>
      some(async ({ id, queue, state }) => {
        if (!['available', 'pending', 'active'].includes(state)) await sweep.come(tenant, queue, id);
      }),
    lifeEnds: () =>
      some(async ({ id, queue, state, expires_at }) => {
        if (expires_at !== undefined && WAITING.includes(state)) await sweep.endLife(tenant, queue, id);
      }),
    cancel: () => some(({ id, queue }) => engine.cancel(tenant, ME, id, queue)),
    activate: () => some(({ id, queue }) => engine.activate(tenant, ME, id, queue)),
    bulk: async () => {
      const chosen = (await jobs()).filter(() => rarely(4)).map(({ id, queue }) => ({ id, queue }));
      const move = pick(['cancel-waiting', 'retry', 'delete', 'retry-dead-letter', 'delete-dead-letter'] as const);
      if (chosen.length > 0) await engine.bulk.move(tenant, ME, move, chosen);
    },
    purge: async () => {
      const state = pick([...STATES.filter((each) => each !== 'active'), 'retryable' as const, 'cancelled' as const]);
      if (rarely(3)) await engine.queueControl.purge(tenant, ME, pick(QUEUES), [state]);
    },
    deleteQueue: async () => {
      if (rarely(4)) await engine.queueControl.remove(tenant, ME, pick(QUEUES), pick(['reject', 'discard']));
    },
    pause: () => engine.setPaused(tenant, ME, pick(QUEUES), rarely(3)),
    drain: async () => {
      if (rarely(4)) await engine.queueControl.drain(tenant, ME, pick(QUEUES));
    },
    configure: async () => {
      const config = pick([{}, { concurrency: 2 }, { rate_limit: { limit: 5, period: 'PT1S' } }]);
      if (rarely(3)) await engine.queueControl.configure(tenant, ME, pick(QUEUES), config);
    },
    cancelFlow: async () => {
      if (flows.length > 0) await engine.workflows.cancel(tenant, ME, pick(flows));
    },
    saveCron: async () => {
      const overlap = pick(['skip', 'allow', 'cancel_previous', 'enqueue'] as const);
      const entry = aCron(cron(), { overlap, job: aTemplate({ queue: pick(QUEUES), type: 'a', ...unique() }) });
      await engine.crons.save(tenant, ME, entry, await engine.crons.find(tenant, entry.name));
    },
    cronIsDue: async () => {
      const name = cron();
      if (!(await engine.crons.find(tenant, name))?.enabled) return;
      await makeDue(client, tenant, name, lastHour());
      await sweep.now(tenant);
    },
    trigger: async () => {
      const entry = await engine.crons.find(tenant, cron());
      if (entry) await engine.crons.trigger(tenant, ME, entry);
    },
  };
  return { steps, jobs };
}
