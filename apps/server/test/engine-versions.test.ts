import { type PrivateRedis, startRedis } from '@ojs/dev';
import type { Handlers } from '@ojs/schema';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Caller, NewJob } from '../src/engine/engine.ts';
import { WorkerTaken } from '../src/engine/errors.ts';
import { aTenant, moment } from './engine-fixtures.ts';
import { aJob, CALLER, openEngine, type TestEngine } from './engine-harness.ts';
import { expectSound } from './engine-sound.ts';

const OTHER: Caller = { principal: 'other', epoch: '0' };
const ONE: Handlers = [{ type: 'test.job', versions: '>=1.0 <2.0' }];
const TWO: Handlers = [{ type: 'test.job', versions: '2.0' }];

let redis: PrivateRedis;
let open: TestEngine;

beforeAll(async () => {
  redis = await startRedis();
  open = await openEngine(redis.url, {}, false);
});

afterAll(async () => {
  await expectSound(open.redis);
  await open.close();
  await redis.stop();
});

/** A tenant of its own, in which versioned jobs are pushed and workers that declare versions fetch. */
function aHouse() {
  const tenant = aTenant();
  const { engine } = open;
  const push = async (...versions: (string | number | undefined)[]): Promise<string[]> => {
    const jobs = versions.map((version) => aJob({ queue: 'q', ...(version !== undefined && { version }) }));
    return (await engine.push(tenant, CALLER, jobs)).map(({ id }) => id);
  };
  const pushOne = async (more: Partial<NewJob>): Promise<string> =>
    (await engine.push(tenant, CALLER, [aJob({ queue: 'q', ...more })]))[0]!.id;
  const fetch = async (handlers?: Handlers, { count = 100, workerId = '', caller = CALLER, queues = ['q'] } = {}) =>
    (
      await engine.fetch(tenant, caller, {
        ...{ queues, count },
        ...(workerId && { workerId }),
        ...(handlers && { handlers }),
      })
    ).map(({ id }) => id);
  const beat = (workerId: string, handlers?: Handlers, caller = CALLER) =>
    engine.heartbeat(tenant, caller, { workerId, ids: [], ...(handlers && { handlers }) });
  const record = (workerId: string) => open.redis.client.get(`{ojs:${tenant}}/worker/${workerId}`);
  const states = async (ids: string[]) => Promise.all(ids.map(async (id) => (await engine.info(tenant, id))?.state));
  const ack = (id: string) => engine.ack(tenant, CALLER, { id, queue: 'q' }, null);
  return { tenant, push, pushOne, fetch, beat, record, states, ack };
}

describe('a versioned job', () => {
  test('goes to a worker that declares its version, and to no other', async () => {
    const { push, fetch } = aHouse();
    const [a, b, c, d, e] = await push('1.0', '2.0', '1.9', '2.1', 2);
    expect(await fetch(TWO)).toEqual([b, e]);
    expect(await fetch(ONE)).toEqual([a, c]);
    expect(await fetch([{ type: 'test.job' }])).toEqual([d]);
  });

  test('is held, available and at its turn, while nobody takes it', async () => {
    const { tenant, push, pushOne, fetch, states } = aHouse();
    const [one, two, three] = await push('1.0', '1.1', '1.2');
    const urgent = await pushOne({ version: '1.0', priority: 50 });
    for (let i = 0; i < 3; i++) expect(await fetch(TWO)).toEqual([]);
    expect(await states([one!, two!, three!, urgent])).toEqual(Array(4).fill('available'));
    expect(await open.engine.stats(tenant, 'q')).toMatchObject({ available: 4, active: 0 });
    expect(await fetch(ONE)).toEqual([urgent, one, two, three]);
  });

  test('goes to whoever declares nothing, as one without a version goes to everybody', async () => {
    const { push, fetch } = aHouse();
    const [a, b] = await push('7.3', undefined);
    expect(await fetch(ONE)).toEqual([b]);
    expect(await fetch()).toEqual([a]);
  });

  test('of a type that the worker does not declare is not for it', async () => {
    const { pushOne, fetch } = aHouse();
    const id = await pushOne({ type: 'other.job', version: '1.0' });
    const plain = await pushOne({ type: 'other.job' });
    expect(await fetch(ONE)).toEqual([plain]);
    expect(await fetch([...ONE, { type: 'other.job', versions: '1.0' }])).toEqual([id]);
  });

  test('fits when one of several ranges of its type has it in it', async () => {
    const { push, fetch } = aHouse();
    const ids = await push('1.5', '3.0', '2.0');
    expect(await fetch([...ONE, ...TWO])).toEqual([ids[0], ids[2]]);
  });

  test('keeps to it when it is tried again, comes due, or is given back', async () => {
    const { tenant, push, pushOne, fetch } = aHouse();
    const { engine } = open;
    const [id] = await push('2.0');
    await fetch(TWO);
    await engine.requeue(tenant, CALLER, { id: id!, queue: 'q' });
    expect(await fetch(ONE)).toEqual([]);
    expect(await fetch(TWO)).toEqual([id]);
    const later = await pushOne({ version: '2.0', scheduledAt: moment(Date.now() + 20) });
    await expect
      .poll(async () => {
        await engine.sweep(tenant);
        return (await engine.info(tenant, later))?.state;
      })
      .toBe('available');
    expect(await fetch(ONE)).toEqual([]);
    expect(await fetch(TWO)).toEqual([later]);
  });
});

describe('jobs of others', () => {
  test('that stand first by the hundred are passed by, over several queues', async () => {
    const { tenant, push, fetch } = aHouse();
    await push(...Array<string>(350).fill('1.0'));
    const jobs = Array.from({ length: 250 }, () => aJob({ queue: 'r', version: '1.0' }));
    await open.engine.push(tenant, CALLER, jobs);
    const [mine] = await open.engine.push(tenant, CALLER, [aJob({ queue: 'r', version: '2.0' })]);
    expect(await fetch(TWO, { queues: ['q', 'r'] })).toEqual([mine!.id]);
    expect(await fetch(TWO, { queues: ['q', 'r'] })).toEqual([]);
    expect(await open.engine.stats(tenant, 'r')).toMatchObject({ available: 250 });
    expect(await fetch(ONE)).toHaveLength(100);
  });

  test('are looked at so often and no more in one fetch', async () => {
    const { tenant, push, fetch } = aHouse();
    for (let i = 0; i < 5; i++) await push(...Array<string>(500).fill('1.0'));
    await push('2.0');
    const { client } = open.redis;
    await client.config('RESETSTAT');
    expect(await fetch(TWO)).toEqual([]);
    const [, looks] = /cmdstat_hmget:calls=(\d+)/.exec(await client.info('commandstats')) ?? [];
    expect(Number(looks)).toBeLessThan(2_100);
    expect(await open.engine.stats(tenant, 'q')).toMatchObject({ available: 2_501 });
  });

  test('are told apart from an empty queue, so that nobody asks again and again for them', async () => {
    const { tenant, push } = aHouse();
    const { engine } = open;
    let told = 0;
    const ask = () =>
      engine.fetch(tenant, CALLER, { queues: ['q'], count: 1, handlers: TWO, onOthersOnly: () => told++ });
    await ask();
    expect(told).toBe(0);
    await push('1.0');
    await ask();
    expect(told).toBe(1);
    const began = performance.now();
    await engine.waitForJobs(tenant, ['q'], 60, new AbortController().signal, true);
    expect(performance.now() - began).toBeGreaterThan(50);
    await push('2.0');
    expect(await ask()).toHaveLength(1);
    expect(told).toBe(1);
  });
});

describe('a limit', () => {
  const limit = { key: 'k', concurrency: 1 };

  test('is not used by a job that is not for the worker, and holds up no job of another version by one', async () => {
    const { tenant, pushOne, fetch, ack } = aHouse();
    const one = await pushOne({ version: '1.0', rateLimit: limit });
    const [two, three] = [
      await pushOne({ version: '2.0', rateLimit: limit }),
      await pushOne({ version: '2.0', rateLimit: limit }),
    ];
    expect(await fetch([{ type: 'none' }])).toEqual([]);
    expect(await open.redis.client.scard(`{ojs:${tenant}}/running/k`)).toBe(0);
    // The first of version 1 is found limited and waits first of all; with no worker of its own it must not be in the way.
    expect(await fetch(TWO, { count: 1 })).toEqual([two]);
    expect(await fetch()).toEqual([]);
    await expectSound(open.redis);
    await ack(two);
    expect(await fetch(TWO)).toEqual([three]);
    await ack(three);
    expect(await fetch(ONE)).toEqual([one]);
    expect(await open.engine.limits.read(tenant, 'k')).toMatchObject({ concurrency: { limit: 1, active: 1 } });
    await expectSound(open.redis);
  });
});

describe('what a worker declares', () => {
  test('holds from one beat or fetch to the next, until it says otherwise', async () => {
    const { push, fetch, beat } = aHouse();
    const [a, b] = await push('1.0', '2.0');
    await beat('w', [{ type: 'none' }]);
    expect(await fetch(undefined, { workerId: 'w' })).toEqual([]);
    await beat('w');
    expect(await fetch(undefined, { workerId: 'w' })).toEqual([]);
    expect(await fetch(TWO, { workerId: 'w' })).toEqual([b]);
    const [c] = await push('3.0');
    expect(await fetch(undefined, { workerId: 'w' })).toEqual([]);
    await beat('w', []);
    expect(await fetch(undefined, { workerId: 'w' })).toEqual([a, c]);
  });

  test('is part of its record, which ends by itself, and leaves its state alone', async () => {
    const { tenant, beat, fetch, record } = aHouse();
    await open.engine.heartbeat(tenant, CALLER, { workerId: 'w', ids: [], active: 2, state: 'quiet' });
    await beat('w', TWO);
    expect(await record('w')).toMatch(/ test\.job:0000000020000000000:0000000020000000001$/);
    expect(await open.engine.worker(tenant, CALLER.principal, 'w')).toMatchObject({ state: 'quiet' });
    expect(await open.redis.client.pttl(`{ojs:${tenant}}/worker/w`)).toBeGreaterThan(0);
    await fetch(ONE, { workerId: 'v' });
    expect(await record('v')).toMatch(/ test\.job:/);
  });

  test('is nobody else’s to say, and is forgotten with the worker', async () => {
    const { tenant, push, fetch, beat } = aHouse();
    await push('2.0');
    await beat('w', TWO);
    await expect(beat('w', ONE, OTHER)).rejects.toBeInstanceOf(WorkerTaken);
    await expect(fetch(ONE, { workerId: 'w', caller: OTHER })).rejects.toBeInstanceOf(WorkerTaken);
    expect(await fetch(undefined, { workerId: 'w' })).toHaveLength(1);
    await push('3.0');
    expect(await fetch(undefined, { workerId: 'w' })).toEqual([]);
    await open.redis.client.del(`{ojs:${tenant}}/worker/w`);
    expect(await fetch(undefined, { workerId: 'w' })).toHaveLength(1);
  });
});
