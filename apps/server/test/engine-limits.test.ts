import { type PrivateRedis, startRedis } from '@ojs/dev';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NewJob } from '../src/engine/engine.ts';
import { aTenant } from './engine-fixtures.ts';
import { aJob, CALLER, openEngine, type TestEngine } from './engine-harness.ts';
import { expectSound } from './engine-sound.ts';

let redis: PrivateRedis;
let open: TestEngine;

beforeAll(async () => {
  redis = await startRedis();
  open = await openEngine(redis.url, {}, false);
});

afterAll(async () => {
  await open.close();
  await redis.stop();
});

type Limit = NonNullable<NewJob['rateLimit']>;

/** A tenant of its own, in which limited jobs are pushed, fetched and ended. */
function aHouse() {
  const tenant = aTenant();
  const { engine } = open;
  const { client } = open.redis;
  return {
    tenant,
    push: async (rateLimit: Limit | undefined, more: Partial<NewJob> = {}): Promise<string> => {
      const job = aJob({ queue: 'q', ...more, ...(rateLimit && { rateLimit }) });
      await engine.push(tenant, CALLER, [job]);
      return job.id;
    },
    fetch: async (count = 10, queues = ['q']): Promise<string[]> =>
      (await engine.fetch(tenant, CALLER, { queues, count })).map(({ id }) => id),
    ack: (id: string, queue = 'q') => engine.ack(tenant, CALLER, { id, queue }, null),
    state: async (id: string) => (await engine.info(tenant, id))?.state,
    stats: (queue = 'q') => engine.stats(tenant, queue),
    /** The keys that hang on limits. */
    keys: async (): Promise<string[]> =>
      (await client.keys(`{ojs:${tenant}}/*`))
        .map((key) => key.slice(tenant.length + 7))
        .filter((key) => /^(running|waiting|groups|limited|rate|throttle|held|later)\//.test(key))
        .sort(),
    /** The window of the key is over. */
    pass: async (key: string, period: number): Promise<void> => {
      await client.del(`{ojs:${tenant}}/rate/${key}/${period}`, `{ojs:${tenant}}/throttle/${key}`);
      await client.zadd(`{ojs:${tenant}}/timers`, 'XX', 1, `limit/${key}`);
      await engine.sweep(tenant);
    },
  };
}

const ONE: Limit = { key: 'k', concurrency: 1 };

describe('a concurrency limit', () => {
  test('lets no more begin than it says, and the next as soon as one ends', async () => {
    const { push, fetch, ack, state, stats, keys } = aHouse();
    const ids = [await push(ONE), await push(ONE), await push(ONE)];
    expect(await fetch()).toEqual([ids[0]]);
    expect(await fetch()).toEqual([]);
    expect([await state(ids[1]!), await state(ids[2]!)]).toEqual(['available', 'available']);
    expect(await stats()).toMatchObject({ available: 2, active: 1, scheduled: 0 });
    await expectSound(open.redis);
    for (const [i, id] of ids.entries()) {
      await ack(id);
      expect(await fetch()).toEqual(ids.slice(i + 1, i + 2));
    }
    expect(await keys()).toEqual([]);
    await expectSound(open.redis);
  });

  test('holds up no job that has none', async () => {
    const { push, fetch } = aHouse();
    const first = await push(ONE);
    for (let i = 0; i < 300; i++) await push(ONE);
    const free = await push(undefined);
    expect(await fetch(1)).toEqual([first]);
    expect(await fetch(1)).toEqual([free]);
  });

  test('counts over queues, and brings the next of each queue back', async () => {
    const { push, fetch, ack } = aHouse();
    const [a, b, c] = [await push(ONE), await push(ONE, { queue: 'r' }), await push(ONE)];
    expect(await fetch(10, ['q', 'r'])).toEqual([a]);
    await ack(a);
    // Nobody fetches from the one queue: that holds up nobody in the other.
    expect(await fetch(10, ['q'])).toEqual([c]);
    await ack(c);
    expect(await fetch(10, ['q', 'r'])).toEqual([b]);
  });

  test('of one job stops no other job of the key', async () => {
    const { push, fetch, state } = aHouse();
    const never = await push({ key: 'k', concurrency: 0 }, { priority: 100 });
    const other = await push({ key: 'k', concurrency: 5 });
    expect(await fetch()).toEqual([other]);
    expect(await state(never)).toBe('available');
  });

  test('keeps priority and order', async () => {
    const { push, fetch, ack } = aHouse();
    const low = [await push(ONE), await push(ONE), await push(ONE)];
    expect(await fetch()).toEqual([low[0]]);
    const high = await push(ONE, { priority: 50 });
    expect(await fetch()).toEqual([]);
    await ack(low[0]!);
    const got: string[] = [];
    for (let i = 0; i < 3; i++) {
      const [id] = await fetch();
      got.push(id!);
      await ack(id!);
    }
    expect(got).toEqual([high, low[1], low[2]]);
  });

  test('is released by every end of an attempt', async () => {
    const { tenant, push, fetch, ack } = aHouse();
    const { engine } = open;
    const ids: string[] = [];
    for (let i = 0; i < 4; i++) ids.push(await push(ONE));
    const claim = (i: number) => ({ id: ids[i]!, queue: 'q' });
    await fetch();
    await engine.nack(tenant, CALLER, claim(0), { message: 'no', retryable: false });
    expect(await fetch()).toEqual([ids[1]]);
    await engine.cancel(tenant, CALLER, ids[1]!, 'q');
    expect(await fetch()).toEqual([ids[2]]);
    await engine.requeue(tenant, CALLER, claim(2));
    const [again] = await fetch();
    await ack(again!);
    expect(await fetch()).toHaveLength(1);
  });

  test('goes on when the job whose turn it is goes away', async () => {
    const { tenant, push, fetch, ack, keys } = aHouse();
    const [a, b, c] = [await push(ONE), await push(ONE), await push(ONE)];
    expect(await fetch()).toEqual([a]);
    expect(await fetch()).toEqual([]);
    await ack(a);
    // b was brought back, and nobody has fetched it.
    await open.engine.cancel(tenant, CALLER, b, 'q');
    expect(await fetch()).toEqual([c]);
    await ack(c);
    expect(await keys()).toEqual([]);
    await expectSound(open.redis);
  });

  test('is forgotten by a waiting job that is cancelled', async () => {
    const { tenant, push, fetch, ack, keys, stats } = aHouse();
    const [a, b] = [await push(ONE), await push(ONE)];
    await fetch();
    await fetch();
    await open.engine.cancel(tenant, CALLER, b, 'q');
    expect(await stats()).toMatchObject({ available: 0, active: 1, cancelled: 1 });
    await ack(a);
    expect(await fetch()).toEqual([]);
    expect(await keys()).toEqual([]);
    await expectSound(open.redis);
  });
});

describe('a rate', () => {
  const TWO: Limit = { key: 'k', rate: { limit: 2, period: 'PT1H' } };

  test('lets so many begin in its window, and the next when it has passed', async () => {
    const { push, fetch, ack, pass, stats } = aHouse();
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) ids.push(await push(TWO));
    expect(await fetch()).toEqual(ids.slice(0, 2));
    for (const id of ids.slice(0, 2)) await ack(id);
    expect(await fetch()).toEqual([]);
    expect(await stats()).toMatchObject({ available: 3, completed: 2 });
    await pass('k', 3_600_000);
    expect(await fetch()).toEqual(ids.slice(2, 4));
    await expectSound(open.redis);
  });

  test('goes by turn though nobody has looked since its window passed', async () => {
    const { tenant, push, fetch } = aHouse();
    const ids = [await push(TWO), await push(TWO), await push(TWO)];
    expect(await fetch()).toEqual(ids.slice(0, 2));
    await open.redis.client.del(`{ojs:${tenant}}/rate/k/3600000`);
    const later = await push(TWO);
    expect(await fetch(1)).toEqual([ids[2]]);
    expect(await fetch(1)).toEqual([later]);
    await expectSound(open.redis);
  });

  test('of the short form is one of the queue', async () => {
    const { push, fetch } = aHouse();
    const [a] = [await push({ max_per_second: 1 }), await push({ max_per_second: 1 })];
    const other = await push({ max_per_second: 1 }, { queue: 'r' });
    expect(await fetch(10, ['q', 'r'])).toEqual([a, other]);
  });

  test('is never exceeded in any period, whenever jobs come', { timeout: 20_000 }, async () => {
    const sweeping = await openEngine(redis.url);
    const { tenant, push } = aHouse();
    const starts: number[] = [];
    for (let pushed = 0; starts.length < 25; pushed++) {
      // Each that comes is judged at once: one that comes in the middle of a window, too.
      if (pushed < 25) await push({ key: 'k', rate: { limit: 5, period: 'PT0.3S' } });
      const jobs = await sweeping.engine.fetch(tenant, CALLER, { queues: ['q'], count: 3 });
      for (const job of jobs) starts.push(Date.parse(job.started_at!));
      await sweeping.engine.waitForJobs(tenant, ['q'], 25, new AbortController().signal);
    }
    await sweeping.close();
    for (let i = 0; i + 5 < starts.length; i++) expect(starts[i + 5]! - starts[i]!).toBeGreaterThanOrEqual(300);
    expect(starts.at(-1)! - starts[0]!).toBeLessThan(4_000);
  });

  test('with a throttle spaces what begins', async () => {
    const { push, fetch, pass } = aHouse();
    const throttle: Limit = { key: 'k', throttle: { limit: 60, period: 'PT1H' } };
    const ids = [await push(throttle), await push(throttle)];
    expect(await fetch()).toEqual([ids[0]]);
    await pass('k', 0);
    expect(await fetch()).toEqual([ids[1]]);
  });
});

describe('a worker that was turned away', () => {
  test('keeps the key from beginning until the moment that it was told', async () => {
    const { tenant, push, fetch, pass } = aHouse();
    const [first, second] = [await push({ key: 'k', concurrency: 9 }), await push({ key: 'k', concurrency: 9 })];
    expect(await fetch(1)).toEqual([first]);
    const until = new Date(Date.now() + 3_600_000).toISOString();
    const error = { type: 'RateLimitExceeded', message: 'busy', rate_limit_until: until, retryable: false };
    await open.engine.nack(tenant, CALLER, { id: first!, queue: 'q' }, error);
    expect(await fetch(1)).toEqual([]);
    expect(await open.engine.info(tenant, second!)).toMatchObject({ state: 'available' });
    const held = Number(await open.redis.client.get(`{ojs:${tenant}}/held/k`));
    expect(new Date(held).toISOString()).toBe(until);
    await expectSound(open.redis);
    await open.redis.client.del(`{ojs:${tenant}}/held/k`);
    await pass('k', 0);
    expect(await fetch(1)).toEqual([second]);
  });

  test('for a day at most, and never for less than another said', async () => {
    const { tenant, push, fetch } = aHouse();
    const ids = [await push({ key: 'k', concurrency: 9 }), await push({ key: 'k', concurrency: 9 })];
    await fetch(2);
    for (const [i, year] of ['2099', '2026'].entries()) {
      const rate_limit_until = `${year}-01-01T00:00:00Z`;
      await open.engine.nack(tenant, CALLER, { id: ids[i]!, queue: 'q' }, { message: 'm', rate_limit_until });
    }
    const left = await open.redis.client.pttl(`{ojs:${tenant}}/held/k`);
    expect(left).toBeGreaterThan(86_000_000);
    expect(left).toBeLessThanOrEqual(86_400_000);
  });
});

test('under many workers at once no key has more active than it says, and all jobs end', {
  timeout: 30_000,
}, async () => {
  const { tenant, push, keys } = aHouse();
  const other = await openEngine(redis.url);
  const pushes: Promise<string>[] = [];
  for (let i = 0; i < 120; i++) {
    pushes.push(push({ key: `k${i % 2}`, concurrency: 2 + (i % 2) }, { queue: i % 3 === 0 ? 'q' : 'r' }));
  }
  await Promise.all(pushes);
  const active = [0, 0];
  const most = [0, 0];
  let left = 120;
  const work = async (i: number): Promise<void> => {
    const { engine } = i % 2 === 0 ? open : other;
    while (left > 0) {
      const jobs = await engine.fetch(tenant, CALLER, { queues: i % 3 === 0 ? ['q', 'r'] : ['r', 'q'], count: 2 });
      if (jobs.length === 0) await engine.waitForJobs(tenant, ['q', 'r'], 1_500, new AbortController().signal);
      for (const { rate_limit } of jobs) {
        const key = Number(rate_limit?.key?.slice(1));
        most[key] = Math.max(most[key]!, ++active[key]!);
      }
      for (const { id, queue, rate_limit } of jobs) {
        // Counted as ended before Redis is told: what is seen is never more than what was.
        active[Number(rate_limit?.key?.slice(1))]!--;
        left--;
        await engine.ack(tenant, CALLER, { id, queue }, null);
      }
    }
  };
  await Promise.all(Array.from({ length: 8 }, (_, i) => work(i)));
  await other.close();
  expect(most[0]).toBeLessThanOrEqual(2);
  expect(most[1]).toBeLessThanOrEqual(3);
  expect(await keys()).toEqual([]);
  await expectSound(open.redis);
});

describe('what becomes of a job at its limit', () => {
  test('drop: discarded, with an error that says why', async () => {
    const { tenant, push, fetch } = aHouse();
    await push({ ...ONE, on_limit: 'drop' });
    const dropped = await push({ ...ONE, on_limit: 'drop' });
    await fetch();
    expect(await open.engine.info(tenant, dropped)).toMatchObject({
      state: 'discarded',
      error: { type: 'rate_limited', attempt: 0 },
    });
    const { events } = await open.engine.events(tenant, { matches: () => true, limit: 9 });
    expect(events.map(({ type }) => type)).toContain('rate_limit.dropped');
    await expectSound(open.redis);
  });

  test('reschedule: scheduled, one after the other', async () => {
    const { tenant, push, fetch } = aHouse();
    const limit: Limit = { key: 'k', rate: { limit: 1, period: 'PT1H' }, on_limit: 'reschedule' };
    const ids = [await push(limit), await push(limit), await push(limit)];
    expect(await fetch()).toEqual([ids[0]]);
    const jobs = [await open.engine.info(tenant, ids[1]!), await open.engine.info(tenant, ids[2]!)];
    expect(jobs.map((job) => job?.state)).toEqual(['scheduled', 'scheduled']);
    const [first, second] = jobs.map((job) => Date.parse(job!.scheduled_at!));
    expect(first).toBeGreaterThan(Date.now() + 3_500_000);
    expect(second! - first!).toBeGreaterThan(3_500_000);
    await expectSound(open.redis);
  });
});
