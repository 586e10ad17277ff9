import { type PrivateRedis, startRedis } from '@ojs/dev';
import type { JobState } from '@ojs/schema';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { QueueBusy, QueueClosed, StaleAccess, TooManyQueues } from '../src/engine/errors.ts';
import { aCron, aTemplate } from './engine-cron-fixtures.ts';
import { aTenant, jobIn } from './engine-fixtures.ts';
import { aJob, CALLER, openEngine, type TestEngine } from './engine-harness.ts';
import { expectSound } from './engine-sound.ts';
import { aWorkflow, group, step } from './workflow-fixtures.ts';

let redis: PrivateRedis;
let open: TestEngine;
let small: TestEngine;

beforeAll(async () => {
  redis = await startRedis();
  open = await openEngine(redis.url, {}, false);
  small = await openEngine(redis.url, { queues: 20 }, false);
});

afterAll(async () => {
  await Promise.all([open.close(), small.close()]);
  await redis.stop();
});

const push = (tenant: string, queue: string, more = {}) => open.engine.push(tenant, CALLER, [aJob({ queue, ...more })]);
const fetch = async (tenant: string, queue: string, count = 9) =>
  (await open.engine.fetch(tenant, CALLER, { queues: [queue], count })).map(({ id }) => id);
const keysOf = (tenant: string) => open.redis.client.keys(`{ojs:${tenant}}*`);

describe('purge', () => {
  const STATES = [
    'scheduled',
    'pending',
    'retryable',
    'completed',
    'cancelled',
    'discarded',
    'dead',
    'active',
  ] as const;

  async function everyState(): Promise<{ tenant: string; ids: Record<string, string> }> {
    const tenant = aTenant();
    const ids: Record<string, string> = {};
    for (const state of STATES) ids[state] = (await jobIn(open.engine, tenant, state, 'q')).id;
    ids.available = (await jobIn(open.engine, tenant, 'available', 'q')).id;
    return { tenant, ids };
  }

  test.each<[JobState, number]>([
    ['available', 1],
    ['scheduled', 1],
    ['retryable', 1],
    ['pending', 1],
    ['completed', 1],
    ['cancelled', 1],
    ['discarded', 2],
  ])('removes what is %s, and nothing else', async (state, count) => {
    const { tenant, ids } = await everyState();
    expect(await open.engine.queueControl.purge(tenant, CALLER, 'q', [state])).toEqual({ count, more: false });
    const gone = Object.keys(ids).filter((name) => name === state || (state === 'discarded' && name === 'dead'));
    for (const [name, id] of Object.entries(ids)) {
      expect((await open.engine.info(tenant, id)) === undefined).toBe(gone.includes(name));
    }
    await expectSound(open.redis);
  });

  test('removes more than one slice', async () => {
    const tenant = aTenant();
    await open.engine.push(
      tenant,
      CALLER,
      Array.from({ length: 650 }, () => aJob({ queue: 'q' })),
    );
    expect(await open.engine.queueControl.purge(tenant, CALLER, 'q', ['available'])).toEqual({
      count: 650,
      more: false,
    });
    expect(await open.engine.stats(tenant, 'q')).toMatchObject({ available: 0 });
    await expectSound(open.redis);
  });

  test('removes what waits for a limit, and lets the others go on', async () => {
    const tenant = aTenant();
    const rateLimit = { key: 'k', concurrency: 1 };
    for (const queue of ['q', 'q', 'q', 'r']) await push(tenant, queue, { rateLimit });
    const [active] = await fetch(tenant, 'q');
    expect(await fetch(tenant, 'r')).toEqual([]);
    expect(await open.engine.queueControl.purge(tenant, CALLER, 'q', ['available'])).toMatchObject({ count: 2 });
    await expectSound(open.redis);
    await open.engine.ack(tenant, CALLER, { id: active!, queue: 'q' }, null);
    expect(await fetch(tenant, 'r')).toHaveLength(1);
  });

  test('by age leaves what ended later', async () => {
    const tenant = aTenant();
    const old = await jobIn(open.engine, tenant, 'completed', 'q');
    const young = await jobIn(open.engine, tenant, 'completed', 'q');
    await open.redis.client.zadd(`{ojs:${tenant}}:q:completed`, 1, old.id);
    const { purge } = open.engine.queueControl;
    expect(await purge(tenant, CALLER, 'q', ['completed'], Date.now() - 1_000)).toEqual({ count: 1, more: false });
    expect(await open.engine.info(tenant, young.id)).toBeDefined();
  });

  test('wakes who waits for the end of a job', async () => {
    const tenant = aTenant();
    const { id } = await jobIn(open.engine, tenant, 'available', 'q');
    const ended = open.engine.waitForJob(tenant, id, 9_000, new AbortController().signal);
    await open.engine.queueControl.purge(tenant, CALLER, 'q', ['available']);
    await ended;
    expect(await open.engine.info(tenant, id)).toBeUndefined();
  });

  test('changes nothing with a stale epoch, or where there is no queue', async () => {
    const { tenant, ids } = await everyState();
    const { purge } = open.engine.queueControl;
    const stale = purge(tenant, { ...CALLER, epoch: '9' }, 'q', ['available']);
    await expect(stale).rejects.toBeInstanceOf(StaleAccess);
    expect(await open.engine.info(tenant, ids.available!)).toBeDefined();
    expect(await purge(tenant, CALLER, 'none', ['available'])).toBeUndefined();
  });
});

describe('a queue that drains', () => {
  test('takes no new jobs and hands out those that it has, until it is resumed', async () => {
    const tenant = aTenant();
    await push(tenant, 'q');
    expect(await open.engine.queueControl.drain(tenant, CALLER, 'q')).toBe(true);
    await expect(push(tenant, 'q')).rejects.toBeInstanceOf(QueueClosed);
    expect(await open.engine.queue(tenant, 'q')).toMatchObject({ status: 'draining' });
    const [id] = await fetch(tenant, 'q');
    // What was there before may come back.
    await open.engine.requeue(tenant, CALLER, { id: id!, queue: 'q' });
    expect(await fetch(tenant, 'q')).toEqual([id]);
    await open.engine.setPaused(tenant, CALLER, 'q', false);
    await push(tenant, 'q');
  });

  test('refuses a batch whole', async () => {
    const tenant = aTenant();
    await push(tenant, 'q');
    await open.engine.queueControl.drain(tenant, CALLER, 'q');
    const batch = [aJob({ queue: 'r' }), aJob({ queue: 'q' })];
    await expect(open.engine.push(tenant, CALLER, batch)).rejects.toBeInstanceOf(QueueClosed);
    expect(await open.engine.queue(tenant, 'r')).toBeUndefined();
  });

  test('hands out what it has though it was paused', async () => {
    const tenant = aTenant();
    await push(tenant, 'q');
    await open.engine.setPaused(tenant, CALLER, 'q', true);
    await open.engine.queueControl.drain(tenant, CALLER, 'q');
    expect(await fetch(tenant, 'q')).toHaveLength(1);
  });
});

describe('deleting a queue', () => {
  test('leaves no key behind', async () => {
    const tenant = aTenant();
    await push(tenant, 'keep');
    const before = (await keysOf(tenant)).sort();
    for (const state of ['completed', 'cancelled', 'dead'] as const) await jobIn(open.engine, tenant, state, 'q');
    await open.engine.queueControl.configure(tenant, CALLER, 'q', { concurrency: 5 });
    expect(await open.engine.queueControl.remove(tenant, CALLER, 'q', 'reject')).toEqual({ count: 3, more: false });
    expect(await open.engine.queue(tenant, 'q')).toBeUndefined();
    expect((await keysOf(tenant)).filter((key) => !/\/worker/.test(key)).sort()).toEqual(before);
    await expectSound(open.redis);
  });

  test.each(['available', 'scheduled', 'retryable', 'pending', 'active'] as const)(
    'is refused while a job is %s',
    async (state) => {
      const tenant = aTenant();
      await jobIn(open.engine, tenant, state, 'q');
      await expect(open.engine.queueControl.remove(tenant, CALLER, 'q', 'reject')).rejects.toBeInstanceOf(QueueBusy);
      expect(await open.engine.queue(tenant, 'q')).toMatchObject({ status: 'active' });
    },
  );

  test('with a stale epoch changes nothing', async () => {
    const tenant = aTenant();
    const { id } = await jobIn(open.engine, tenant, 'completed', 'q');
    const stale = open.engine.queueControl.remove(tenant, { ...CALLER, epoch: '9' }, 'q', 'discard');
    await expect(stale).rejects.toBeInstanceOf(StaleAccess);
    expect(await open.engine.queue(tenant, 'q')).toMatchObject({ status: 'active' });
    expect(await open.engine.info(tenant, id)).toBeDefined();
  });

  test('with discard ends what waits, but nothing that is active', async () => {
    const tenant = aTenant();
    const active = await jobIn(open.engine, tenant, 'active', 'q');
    const waiting = await jobIn(open.engine, tenant, 'available', 'q');
    const { remove } = open.engine.queueControl;
    await expect(remove(tenant, CALLER, 'q', 'discard')).rejects.toBeInstanceOf(QueueBusy);
    expect(await open.engine.info(tenant, waiting.id)).toBeDefined();
    await open.engine.ack(tenant, CALLER, { id: active.id, queue: 'q' }, null);
    expect(await remove(tenant, CALLER, 'q', 'discard')).toEqual({ count: 2, more: false });
    const { events } = await open.engine.events(tenant, { matches: () => true, limit: 9 });
    expect(events.find(({ type }) => type === 'job.discarded')?.data).toMatchObject({
      last_error: { type: 'queue_deleted' },
    });
    expect(events[0]?.type).toBe('queue.deleted');
    await expectSound(open.redis);
  });
});

describe('a queue’s own limits', () => {
  test('of concurrency hold for all its jobs', async () => {
    const tenant = aTenant();
    expect(await open.engine.queueControl.create(tenant, CALLER, 'q', { concurrency: 2 })).toBe(true);
    expect(await open.engine.queueControl.create(tenant, CALLER, 'q', {})).toBe(false);
    for (let i = 0; i < 4; i++) await push(tenant, 'q');
    const [first, second, ...more] = await fetch(tenant, 'q');
    expect([second, more]).toEqual([expect.any(String), []]);
    expect(await fetch(tenant, 'q')).toEqual([]);
    const woken = open.engine.waitForJobs(tenant, ['q'], 9_000, new AbortController().signal);
    await open.engine.ack(tenant, CALLER, { id: first!, queue: 'q' }, null);
    await woken;
    expect(await fetch(tenant, 'q')).toHaveLength(1);
  });

  test('of rate hold for all its jobs, and can be taken away', async () => {
    const tenant = aTenant();
    for (let i = 0; i < 4; i++) await push(tenant, 'q');
    const { configure } = open.engine.queueControl;
    await configure(tenant, CALLER, 'q', { rate_limit: { limit: 3, period: 'PT1H' } });
    expect(await fetch(tenant, 'q')).toHaveLength(3);
    expect(await fetch(tenant, 'q')).toEqual([]);
    expect(await open.engine.queue(tenant, 'q')).toMatchObject({
      config: { rate_limit: { limit: 3, period: 'PT3600S' } },
      counts: { available: 1, active: 3 },
    });
    await expectSound(open.redis);
    await configure(tenant, CALLER, 'q', {});
    expect(await fetch(tenant, 'q')).toHaveLength(1);
  });
});

describe('names of queues are bounded', () => {
  const TWENTY = Array.from({ length: 20 }, (_, i) => `q${i}`);
  const names = async (tenant: string): Promise<number> =>
    (await small.engine.queues(tenant, { visible: () => true, offset: 0, limit: 1 })).total;

  test('a fetch makes a tenth of them at most, and still fetches from the others', async () => {
    const tenant = aTenant();
    await small.engine.fetch(tenant, CALLER, { queues: TWENTY, count: 1 });
    expect(await names(tenant)).toBe(2);
    const [job] = await small.engine.push(tenant, CALLER, [aJob({ queue: 'q9' })]);
    const [fetched] = await small.engine.fetch(tenant, CALLER, { queues: TWENTY, count: 1 });
    expect(fetched?.id).toBe(job?.id);
  });

  test('an enqueue beyond them is refused whole, until one is deleted', async () => {
    const tenant = aTenant();
    await small.engine.push(
      tenant,
      CALLER,
      TWENTY.slice(1).map((queue) => aJob({ queue })),
    );
    const two = [aJob({ queue: 'x' }), aJob({ queue: 'y' })];
    await expect(small.engine.push(tenant, CALLER, two)).rejects.toBeInstanceOf(TooManyQueues);
    expect(await names(tenant)).toBe(19);
    await small.engine.push(tenant, CALLER, [aJob({ queue: 'x' })]);
    await expect(small.engine.push(tenant, CALLER, [aJob({ queue: 'y' })])).rejects.toBeInstanceOf(TooManyQueues);
    await small.engine.push(tenant, CALLER, [aJob({ queue: 'x' })]);
    await small.engine.queueControl.remove(tenant, CALLER, 'q1', 'discard');
    await small.engine.push(tenant, CALLER, [aJob({ queue: 'y' })]);
  });

  test('a cron entry and a workflow are refused whole where their queues would be too many', async () => {
    const tenant = aTenant();
    await small.engine.push(
      tenant,
      CALLER,
      TWENTY.slice(1).map((queue) => aJob({ queue })),
    );
    const two = aWorkflow(group(step('a', { queue: 'x' }), step('b', { queue: 'y' })));
    await expect(small.engine.workflows.create(tenant, CALLER, two)).rejects.toBeInstanceOf(TooManyQueues);
    expect(await names(tenant)).toBe(19);
    await small.engine.crons.save(tenant, CALLER, aCron('c', { job: aTemplate({ queue: 'x' }) }), undefined);
    expect(await names(tenant)).toBe(20);
    const cron = small.engine.crons.save(tenant, CALLER, aCron('d', { job: aTemplate({ queue: 'y' }) }), undefined);
    await expect(cron).rejects.toBeInstanceOf(TooManyQueues);
    expect(await small.engine.crons.find(tenant, 'd')).toBeUndefined();
  });

  test('pages go on after the last name, over those that are visible', async () => {
    const tenant = aTenant();
    for (const queue of ['a', 'b', 'c', 'd', 'e']) await push(tenant, queue);
    const visible = (name: string) => name !== 'c';
    const first = await open.engine.queues(tenant, { visible, offset: 0, limit: 2 });
    const second = await open.engine.queues(tenant, { visible, after: first.next, offset: 0, limit: 2 });
    expect([first.queues.map(({ name }) => name), second.queues.map(({ name }) => name)]).toEqual([
      ['a', 'b'],
      ['d', 'e'],
    ]);
    expect([first.total, first.next, second.next]).toEqual([4, 'b', undefined]);
  });
});
