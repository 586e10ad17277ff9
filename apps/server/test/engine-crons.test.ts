import { type PrivateRedis, startRedis } from '@ojs/dev';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Cron } from '../src/engine/crons/crons.ts';
import type { Engine } from '../src/engine/engine.ts';
import { CronChanged, CronsFull, DuplicateJob, QueueClosed, StaleAccess } from '../src/engine/errors.ts';
import { aCron, aTemplate, lastHour, makeDue, saveCron, timerComes } from './engine-cron-fixtures.ts';
import { aTenant, fetchOne } from './engine-fixtures.ts';
import { aJob, CALLER, openEngine, type TestEngine } from './engine-harness.ts';
import { expectSound } from './engine-sound.ts';

const HOUR = 3_600_000;

let redis: PrivateRedis;
let open: TestEngine;
let engine: Engine;
let tenant: string;
/** What the owners may do, and what happens when it has been found out. */
let may = (_owner: string): boolean => true;
let epoch = '0';
let onAsked = (): void => undefined;

beforeAll(async () => {
  redis = await startRedis();
  open = await openEngine(redis.url, { crons: 3 }, false, async (_tenant, owner) => {
    const allowed = may;
    const rights = { epoch, may: () => allowed(owner) };
    onAsked();
    return rights;
  });
  engine = open.engine;
});
afterAll(async () => {
  await expectSound(open.redis);
  await open.close();
  await redis.stop();
});
beforeEach(() => {
  tenant = aTenant();
  may = () => true;
  epoch = '0';
  onAsked = () => undefined;
});

const due = (name: string, since = lastHour()) => makeDue(open.redis.client, tenant, name, since);
const timerOf = async (name: string) =>
  Number(await open.redis.client.zscore(`{ojs:${tenant}}/timers`, `cron/${name}`));
const waiting = async () => (await engine.stats(tenant, 'q'))?.available ?? 0;
const history = (name = 'c') => engine.crons.history(tenant, name, 100);
const find = async (name = 'c') => (await engine.crons.find(tenant, name)) as Cron;

/** Makes the entry due, and lets the sweeper come. */
async function fire(name = 'c', since = lastHour()): Promise<void> {
  await due(name, since);
  await engine.sweep(tenant);
}

describe('a cron entry', () => {
  test('fires when it is due: a job that says where it comes from, and the next time from the one that was due', async () => {
    const cron = await saveCron(engine, tenant, aCron('c', { job: aTemplate({ meta: { a: 1 }, delayMs: 5 * HOUR }) }));
    expect(cron.next).toBe(lastHour() + HOUR);
    await fire();
    const tick = lastHour();
    const { next, last, count } = await find();
    expect({ next, count }).toEqual({ next: tick + HOUR, count: 1 });
    expect(await timerOf('c')).toBe(tick + HOUR);
    const [firing] = await history();
    expect(firing).toEqual({
      scheduled_at: new Date(tick).toISOString(),
      fired_at: new Date(last ?? 0).toISOString(),
      trigger: 'schedule',
      outcome: 'triggered',
      job_id: expect.any(String),
    });
    expect(await engine.info(tenant, firing?.job_id ?? '')).toMatchObject({
      queue: 'q',
      state: 'scheduled',
      enqueued_by: 'tester',
      scheduled_at: new Date(tick + 5 * HOUR).toISOString(),
      meta: { a: 1, cron_name: 'c', cron_triggered_at: new Date(tick).toISOString() },
      metadata: { cron_name: 'c', cron_triggered_at: new Date(tick).toISOString() },
    });
  });

  test('fires once after a downtime, and goes on with what is ahead', async () => {
    await saveCron(engine, tenant, aCron('c'));
    await fire('c', lastHour() - 5 * HOUR);
    expect(await waiting()).toBe(1);
    expect(await history()).toMatchObject([{ outcome: 'triggered', missed: 5 }]);
    expect((await find()).next).toBe(lastHour() + HOUR);
  });

  test('does not fire while it is off, nor make up for it', async () => {
    const cron = await saveCron(engine, tenant, aCron('c'));
    const off = await engine.crons.setEnabled(tenant, CALLER, cron, false);
    expect({ enabled: off.enabled, next: off.next, timer: await timerOf('c') }).toEqual({
      enabled: false,
      next: undefined,
      timer: 0,
    });
    await fire();
    expect({ waiting: await waiting(), timer: await timerOf('c') }).toEqual({ waiting: 0, timer: 0 });
    const on = await engine.crons.setEnabled(tenant, CALLER, await find(), true);
    expect(on.next).toBe(lastHour() + HOUR);
  });

  test('that is registered again with the same schedule keeps what it was about to do', async () => {
    const cron = await saveCron(engine, tenant, aCron('c', { expression: '@every 1h' }));
    const changed = aCron('c', { expression: '@every 1h', overlap: 'allow' });
    const again = await engine.crons.save(tenant, { ...CALLER, principal: 'other' }, changed, cron);
    expect(again).toMatchObject({ next: cron.next, created: cron.created, owner: 'other', overlap: 'allow' });
    const { next } = await engine.crons.save(tenant, CALLER, aCron('c', { expression: '@every 2h' }), again);
    expect(next).toBeGreaterThan((cron.next ?? 0) + HOUR / 2);
  });

  test('that changed under a decision is left alone', async () => {
    const cron = await saveCron(engine, tenant, aCron('c'));
    await engine.crons.save(tenant, CALLER, aCron('c', { overlap: 'allow' }), cron);
    await expect(engine.crons.save(tenant, CALLER, aCron('c'), cron)).rejects.toThrow(CronChanged);
    await expect(engine.crons.save(tenant, CALLER, aCron('c'), undefined)).rejects.toThrow(CronChanged);
    await expect(engine.crons.setEnabled(tenant, CALLER, cron, false)).rejects.toThrow(CronChanged);
    await expect(engine.crons.trigger(tenant, CALLER, cron)).rejects.toThrow(CronChanged);
    await expect(engine.crons.delete(tenant, CALLER, cron)).rejects.toThrow(CronChanged);
    const stale = { ...CALLER, epoch: '9' };
    const now = await find();
    for (const attempt of [
      () => engine.crons.save(tenant, stale, aCron('c'), now),
      () => engine.crons.setEnabled(tenant, stale, now, false),
      () => engine.crons.trigger(tenant, stale, now),
      () => engine.crons.delete(tenant, stale, now),
    ])
      await expect(attempt()).rejects.toThrow(StaleAccess);
    expect(await find()).toEqual(now);
  });

  test('is gone whole when it is deleted, and its jobs stay', async () => {
    await saveCron(engine, tenant, aCron('c'));
    await fire();
    await engine.crons.delete(tenant, CALLER, await find());
    expect(await engine.crons.find(tenant, 'c')).toBeUndefined();
    expect({ waiting: await waiting(), timer: await timerOf('c'), history: await history() }).toEqual({
      waiting: 1,
      timer: 0,
      history: [],
    });
    const keys = await open.redis.client.keys(`{ojs:${tenant}}/cron*`);
    expect(keys).toEqual([]);
  });

  test('beyond the limit is refused, and nothing stored', async () => {
    for (const name of ['a', 'b', 'c']) await saveCron(engine, tenant, aCron(name));
    await expect(saveCron(engine, tenant, aCron('d'))).rejects.toThrow(CronsFull);
    expect(await engine.crons.find(tenant, 'd')).toBeUndefined();
    await engine.crons.save(tenant, CALLER, aCron('c'), await find());
  });
});

describe('while the job of the firing before is not finished', () => {
  test.each(['available', 'active'] as const)('skip does not fire (%s)', async (state) => {
    await saveCron(engine, tenant, aCron('c'));
    await fire();
    const first = (await history())[0]?.job_id;
    if (state === 'active') await fetchOne(engine, tenant, 'q');
    await fire();
    expect(await history()).toMatchObject([
      { outcome: 'skipped', reason: 'overlap_skip', job_id: first },
      { outcome: 'triggered', job_id: first },
    ]);
    expect(await find()).toMatchObject({ count: 1, next: lastHour() + HOUR });
    const { events } = await engine.events(tenant, { matches: ({ type }) => type === 'cron.skipped', limit: 9 });
    expect(events).toMatchObject([
      {
        subject: 'c',
        data: {
          cron_name: 'c',
          cron_expression: '0 * * * *',
          timezone: 'UTC',
          reason: 'overlap_skip',
          active_job_id: first,
          scheduled_time: new Date(lastHour()).toISOString(),
        },
      },
    ]);
  });

  test('skip fires again once it is', async () => {
    await saveCron(engine, tenant, aCron('c'));
    await fire();
    const { id } = await fetchOne(engine, tenant, 'q');
    await engine.ack(tenant, CALLER, { id, queue: 'q' }, 1);
    await fire();
    expect(await waiting()).toBe(1);
  });

  test.each(['allow', 'enqueue', 'queue'] as const)('%s fires', async (overlap) => {
    await saveCron(engine, tenant, aCron('c', { overlap }));
    await fire();
    await fire();
    expect(await waiting()).toBe(2);
  });

  test('an entry that moved to another queue leaves the job that it has in the one before alone', async () => {
    const there = (overlap: Cron['overlap']) => aCron('c', { overlap, job: aTemplate({ queue: 'there' }) });
    await saveCron(engine, tenant, aCron('c'));
    await fire();
    const before = await find();
    await engine.crons.save(tenant, CALLER, there('cancel_previous'), before);
    await fire();
    expect(await waiting()).toBe(1);
    expect(await history()).toMatchObject([{ outcome: 'triggered' }, { outcome: 'triggered' }]);
    expect((await engine.stats(tenant, 'there'))?.available).toBe(1);
  });

  test.each(['cancel_previous', 'replace'] as const)('%s cancels it and fires', async (overlap) => {
    await saveCron(engine, tenant, aCron('c', { overlap }));
    await fire();
    const { id } = await fetchOne(engine, tenant, 'q');
    await fire();
    expect(await engine.info(tenant, id)).toMatchObject({ state: 'cancelled' });
    expect(await waiting()).toBe(1);
  });
});

describe('trigger', () => {
  test('fires now, as the caller, on or off, and the schedule goes on as it was', async () => {
    const cron = await saveCron(engine, tenant, aCron('c', {}, false));
    const fired = await engine.crons.trigger(tenant, { ...CALLER, principal: 'somebody' }, cron);
    expect(fired).toMatchObject({ job: { queue: 'q', state: 'available', enqueued_by: 'somebody' } });
    expect(await history()).toMatchObject([{ trigger: 'manual', outcome: 'triggered' }]);
    const after = await find();
    expect({ next: after.next, count: after.count, timer: await timerOf('c') }).toEqual({
      next: undefined,
      count: 1,
      timer: 0,
    });
  });

  test('says which job is in the way', async () => {
    const cron = await saveCron(engine, tenant, aCron('c'));
    const first = await engine.crons.trigger(tenant, CALLER, cron);
    expect(await engine.crons.trigger(tenant, CALLER, cron)).toEqual({
      refused: 'overlap_skip',
      job: 'job' in first && typeof first.job !== 'string' && first.job.id,
    });
  });
});

describe('the rights of the owner', () => {
  test('are those of the moment: without them nothing is added, the entry stays, and it is told', async () => {
    await saveCron(engine, tenant, aCron('c'));
    may = () => false;
    await fire();
    expect(await history()).toMatchObject([{ outcome: 'skipped', reason: 'permission_denied' }]);
    expect({ waiting: await waiting(), cron: await find() }).toMatchObject({
      waiting: 0,
      cron: { count: 0, next: lastHour() + HOUR },
    });
    may = () => true;
    await fire();
    expect(await waiting()).toBe(1);
  });

  test('that change under the decision are asked about anew', async () => {
    await saveCron(engine, tenant, aCron('c'));
    await open.redis.client.set(`{ojs:${tenant}}/epoch`, '1');
    onAsked = () => {
      epoch = '1';
      may = () => false;
    };
    await fire();
    expect(await history()).toMatchObject([{ reason: 'permission_denied' }]);
  });
});

describe('however many servers sweep', () => {
  test('one firing comes of a tick, and none is lost', { timeout: 20_000 }, async () => {
    const servers = await Promise.all(Array.from({ length: 4 }, () => openEngine(redis.url, {}, false)));
    const big = servers[0]!.engine;
    const names = Array.from({ length: 120 }, (_, i) => `c${i}`);
    for (const name of names) await saveCron(big, tenant, aCron(name, { overlap: 'allow' }));
    for (let round = 1; round <= 3; round++) {
      await Promise.all(names.map((name) => due(name)));
      // The claims of the sweeper are taken away, as if each had been a second late: all decide on the same ticks.
      const twice = servers.map(async (server) => {
        await server.engine.sweep(tenant);
      });
      await Promise.all([...twice, ...names.slice(0, 50).map((name) => claimAgain(name))]);
      expect((await big.stats(tenant, 'q'))?.available).toBe(names.length * round);
    }
    await Promise.all(servers.map((server) => server.close()));
  });

  const claimAgain = (name: string) => timerComes(open.redis.client, tenant, name);

  test('a timer that comes too early does no harm', async () => {
    await saveCron(engine, tenant, aCron('c'));
    const { next } = await find();
    await claimAgain('c');
    await engine.sweep(tenant);
    expect({ waiting: await waiting(), timer: await timerOf('c') }).toEqual({ waiting: 0, timer: next });
  });

  test('a timer without an entry goes away', async () => {
    await saveCron(engine, tenant, aCron('c'));
    await claimAgain('other');
    await engine.sweep(tenant);
    expect(await timerOf('other')).toBe(0);
  });

  test('a server that dies between its decision and its script loses no tick', async () => {
    const dying = await openEngine(redis.url, {}, false, () => Promise.reject(new Error('died')));
    await saveCron(engine, tenant, aCron('c'));
    await due('c');
    await dying.engine.sweep(tenant);
    expect(await waiting()).toBe(0);
    // It comes again within a second.
    expect(Math.abs((await timerOf('c')) - Date.now() - 500)).toBeLessThan(2_000);
    await claimAgain('c');
    await engine.sweep(tenant);
    expect(await waiting()).toBe(1);
    await dying.close();
  });
});

describe('a list', () => {
  test('goes by name, over what is visible, page by page', async () => {
    await saveCron(engine, tenant, aCron('b', { job: aTemplate({ queue: 'other' }) }));
    await saveCron(engine, tenant, aCron('c', {}, false));
    await saveCron(engine, tenant, aCron('a'));
    const page = { visible: () => true, after: '', offset: 0, limit: 2 };
    const names = async (more: object) => {
      const { crons, total, next } = await engine.crons.list(tenant, { ...page, ...more });
      return { names: crons.map(({ name }) => name), total, next };
    };
    expect(await names({})).toEqual({ names: ['a', 'b'], total: 3, next: 'b' });
    expect(await names({ after: 'b' })).toEqual({ names: ['c'], total: 3, next: undefined });
    expect(await names({ visible: (queue: string) => queue === 'q' })).toMatchObject({ names: ['a', 'c'], total: 2 });
    expect(await names({ enabled: false })).toMatchObject({ names: ['c'], total: 1 });
    expect(await names({ offset: 2 })).toMatchObject({ names: ['c'], total: 3 });
  });
});

test('a time that daylight saving leaves out is told as skipped by the next firing', async () => {
  await saveCron(engine, tenant, aCron('c'));
  const gap = lastHour() - HOUR;
  await open.redis.client.hset(`{ojs:${tenant}}/cron/c`, 'gap', gap);
  await fire();
  expect(await history()).toMatchObject([
    { outcome: 'triggered' },
    { outcome: 'skipped', reason: 'dst_skip', scheduled_at: new Date(gap).toISOString() },
  ]);
  await engine.sweep(tenant);
  expect(await history()).toHaveLength(2);
});

test('events tell of each firing', async () => {
  await saveCron(engine, tenant, aCron('c', { expression: '0 */1 * * MON-SUN', timezone: 'UTC' }));
  await fire();
  const [firing] = await history();
  const { events } = await engine.events(tenant, { matches: ({ type }) => type === 'cron.triggered', limit: 9 });
  expect(events).toMatchObject([
    {
      subject: 'c',
      data: {
        cron_name: 'c',
        cron_expression: '0 */1 * * MON-SUN',
        cron_expr: '0 */1 * * MON-SUN',
        timezone: 'UTC',
        job_id: firing?.job_id,
        job_type: 'test.job',
        run_count: 1,
        scheduled_time: firing?.scheduled_at,
        scheduled_at: firing?.scheduled_at,
        actual_time: firing?.fired_at,
      },
    },
  ]);
});

describe('a unique job', () => {
  const unique = { keys: ['type' as const, 'args' as const] };
  const job = () => aTemplate({ unique });
  const blocker = (queue: string) => engine.push(tenant, CALLER, [aJob({ queue, unique })]);

  test.each(['reject', 'ignore'] as const)(
    'that meets another (%s) is a firing that was skipped',
    async (on_conflict) => {
      await saveCron(
        engine,
        tenant,
        aCron('c', { overlap: 'allow', job: aTemplate({ unique: { ...unique, on_conflict } }) }),
      );
      const [other] = await blocker('q');
      await fire();
      expect(await history()).toMatchObject([{ outcome: 'skipped', reason: 'unique_conflict', job_id: other?.id }]);
      expect(await find()).toMatchObject({ count: 0, next: lastHour() + HOUR });
      expect(await engine.crons.trigger(tenant, CALLER, await find())).toEqual({
        refused: 'unique_conflict',
        job: other?.id,
      });
    },
  );

  test('is asked about with the rights of the owner, whichever queue the other is in', async () => {
    await saveCron(engine, tenant, aCron('c', { overlap: 'allow', job: job() }));
    await blocker('elsewhere');
    await fire();
    expect(await history()).toMatchObject([{ reason: 'unique_conflict' }]);
    expect((await history())[0]).not.toHaveProperty('job_id');
  });

  test('that replaces its own is in nobody’s way', async () => {
    await saveCron(engine, tenant, aCron('c', { overlap: 'cancel_previous', job: job() }));
    await fire();
    await fire();
    expect((await history()).map(({ outcome }) => outcome)).toEqual(['triggered', 'triggered']);
    expect(await waiting()).toBe(1);
  });

  test.each(['reject', 'ignore', 'replace'] as const)(
    'that takes the place of the last one (%s) is not asked about others, and others meet it',
    async (on_conflict) => {
      const rule = { ...unique, on_conflict, states: ['active' as const, 'available' as const] };
      await saveCron(engine, tenant, aCron('c', { overlap: 'cancel_previous', job: aTemplate({ unique: rule }) }));
      await fire();
      const other = { ...unique, states: ['completed' as const] };
      await engine.push(tenant, CALLER, [aJob({ queue: 'q', unique: other })]);
      await fire();
      expect(await history()).toMatchObject([{ outcome: 'triggered' }, { outcome: 'triggered' }]);
      expect(await waiting()).toBe(2);
      await expectSound(open.redis);
      await fetchOne(engine, tenant, 'q');
      await fetchOne(engine, tenant, 'q');
      const meets = { ...unique, on_conflict: 'reject' as const, states: ['active' as const] };
      const pushed = engine.push(tenant, CALLER, [aJob({ queue: 'q', unique: meets })]);
      await expect(pushed).rejects.toThrow(DuplicateJob);
    },
  );
});

test('a queue that is draining takes no firings', async () => {
  await saveCron(engine, tenant, aCron('c'));
  await engine.queueControl.drain(tenant, CALLER, 'q');
  await fire();
  expect(await history()).toMatchObject([{ outcome: 'skipped', reason: 'queue_closed' }]);
  await expect(engine.crons.trigger(tenant, CALLER, await find())).rejects.toThrow(QueueClosed);
  expect(await waiting()).toBe(0);
  await engine.setPaused(tenant, CALLER, 'q', false);
  await fire();
  expect(await waiting()).toBe(1);
});

test('firings that wait for each other run one at a time', async () => {
  await saveCron(engine, tenant, aCron('c', { overlap: 'enqueue' }));
  await fire();
  await fire();
  const { id } = await fetchOne(engine, tenant, 'q');
  expect(await engine.fetch(tenant, CALLER, { queues: ['q'], count: 5 })).toEqual([]);
  await engine.ack(tenant, CALLER, { id, queue: 'q' }, 1);
  await fetchOne(engine, tenant, 'q');
});

test('an entry of a time zone that this server does not know waits for one that does, and keeps no other from firing', async () => {
  await saveCron(engine, tenant, aCron('c'));
  await saveCron(engine, tenant, aCron('d'));
  const key = `{ojs:${tenant}}/cron/d`;
  const def = (await open.redis.client.hget(key, 'def')) ?? '';
  await open.redis.client.hset(key, 'def', def.replace('"UTC"', '"Mars/Olympus"'));
  await due('d');
  await fire();
  expect(await waiting()).toBe(1);
  await open.redis.client.hset(key, 'def', def);
  await timerComes(open.redis.client, tenant, 'd');
  await engine.sweep(tenant);
  expect(await waiting()).toBe(2);
});
