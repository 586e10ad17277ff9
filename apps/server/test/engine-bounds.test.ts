import { type PrivateRedis, startRedis } from '@ojs/dev';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { aTenant, fetchOne, jobIn } from './engine-fixtures.ts';
import { aJob, CALLER, openEngine, type TestEngine } from './engine-harness.ts';

let redis: PrivateRedis;
let observer: Redis;
let server: TestEngine;

beforeAll(async () => {
  redis = await startRedis();
  observer = new Redis(redis.connection);
  server = await openEngine(redis.url);
});

afterAll(async () => {
  await server.close();
  observer.disconnect();
  await redis.stop();
});

/** How often each command ran since the last reset, those in scripts included. */
async function commands(): Promise<Record<string, number>> {
  const stats = await observer.info('commandstats');
  const counted = [...stats.matchAll(/^cmdstat_(\S+?):calls=(\d+)/gm)].map(
    ([, name, calls]) => [name!, Number(calls)] as const,
  );
  const ours = new Set(['info', 'config|resetstat', 'client|list']);
  return Object.fromEntries(counted.filter(([name]) => !ours.has(name)));
}
const total = (counts: Record<string, number>): number => Object.values(counts).reduce((sum, count) => sum + count, 0);
const reset = (): Promise<unknown> => observer.config('RESETSTAT');
const seconds = (n: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, n * 1_000));

/** A command that walks through all of something. */
const SCANS = ['keys', 'scan', 'sscan', 'hscan', 'zscan', 'smembers', 'hgetall', 'lrange', 'lpos', 'sort'];

describe('a server with 1,000 queues that have nothing to do', () => {
  beforeAll(async () => {
    const tenants = Array.from({ length: 4 }, aTenant);
    for (const tenant of tenants) {
      const jobs = Array.from({ length: 250 }, (_, i) => aJob({ queue: `q${i}`, pending: true }));
      await server.engine.push(tenant, CALLER, jobs);
    }
  });

  test('has two connections to Redis', async () => {
    await server.engine.ping();
    const clients = String(await observer.client('LIST'))
      .trim()
      .split('\n');
    // One of them is this test's.
    expect(clients.length - 1).toBeLessThanOrEqual(2);
  });

  test('sends less than ten commands a second, in a number of scripts that does not depend on the queues', async () => {
    await reset();
    await seconds(2);
    const counts = await commands();
    // Four tenants, looked at about once a second each; a script has four commands.
    expect(counts.evalsha ?? 0).toBeLessThanOrEqual(2 * 4 * 2);
    expect(total(counts)).toBeLessThanOrEqual(2 * 4 * 2 * 5 + 10);
  });

  test('with 500 fetches that wait for all of them asks once a second for all, and never by fetching', async () => {
    const tenant = aTenant();
    const queues = Array.from({ length: 100 }, (_, i) => `w${i}`);
    await server.engine.push(
      tenant,
      CALLER,
      queues.map((queue) => aJob({ queue, pending: true })),
    );
    const enough = new AbortController();
    const waits = Array.from({ length: 500 }, () => server.engine.waitForJobs(tenant, queues, 25_000, enough.signal));
    // Each looks once when it begins.
    await seconds(1);
    await reset();
    await seconds(2);
    const counts = await commands();
    enough.abort();
    await Promise.all(waits);
    expect(counts.zpopmin).toBeUndefined();
    expect(counts.evalsha ?? 0).toBeLessThanOrEqual(2 * (4 + 1 + 1) * 2);
    // For each queue that is waited for, two commands a second, however many wait.
    expect(total(counts)).toBeLessThanOrEqual(3 * 100 * 2 + 200);
  });
});

describe('what it costs', () => {
  beforeEach(reset);

  test('to end a lease does not depend on how many jobs are active, and nothing is scanned', async () => {
    const cost = async (active: number): Promise<Record<string, number>> => {
      const tenant = aTenant();
      await server.engine.push(
        tenant,
        CALLER,
        Array.from({ length: active }, () => aJob()),
      );
      for (let left = active; left > 0; left -= 100) {
        await server.engine.fetch(tenant, CALLER, { queues: ['default'], count: Math.min(left, 100) });
      }
      await jobIn(server.engine, tenant, 'available', 'ends');
      await reset();
      await server.engine.fetch(tenant, CALLER, { queues: ['ends'], count: 1, leaseMs: 1, workerId: 'w1' });
      await server.engine.waitForJobs(tenant, ['ends'], 20_000, new AbortController().signal);
      const counts = await commands();
      expect(await fetchOne(server.engine, tenant, 'ends')).toMatchObject({ attempt: 2 });
      return counts;
    };
    const [few, many] = [await cost(1), await cost(2_000)];
    for (const name of SCANS) {
      if (name !== 'hgetall') expect(many[name]).toBeUndefined();
    }
    // Of the one job that is fetched.
    expect(many.hgetall).toBe(1);
    expect(many.lrem).toBe(few.lrem);
  });

  test.each([
    ['push', 1, (t: string) => server.engine.push(t, CALLER, [aJob()])],
    ['fetch of nothing', 1, (t: string) => server.engine.fetch(t, CALLER, { queues: ['x'], count: 1 })],
    ['statistics', 1, (t: string) => server.engine.stats(t, 'default')],
  ] as const)('%s is one script, whatever else is there', async (_name, scripts, run) => {
    const tenant = aTenant();
    const engine = await openEngine(redis.url, {}, false);
    try {
      await engine.engine.push(
        tenant,
        CALLER,
        Array.from({ length: 500 }, () => aJob()),
      );
      await server.engine.push(tenant, CALLER, [aJob()]);
      await reset();
      await run(tenant);
      const counts = await commands();
      for (const name of SCANS) expect(counts[name]).toBeUndefined();
      // The sweeper may have looked once at each of the tenants that other tests made.
      expect((counts.evalsha ?? 0) + (counts.eval ?? 0)).toBeGreaterThanOrEqual(scripts);
      expect((counts.zadd ?? 0) + (counts.zpopmin ?? 0)).toBeLessThanOrEqual(2);
    } finally {
      await engine.close();
    }
  });

  test('requests of one moment share scripts', async () => {
    const tenant = aTenant();
    await server.engine.push(tenant, CALLER, [aJob()]);
    await reset();
    await Promise.all(Array.from({ length: 64 }, () => server.engine.push(tenant, CALLER, [aJob()])));
    expect((await commands()).evalsha).toBeLessThan(32);
  });
});

describe('a batch of 1,000 jobs', () => {
  const scheduledAt = { ms: Date.now() + 3_600_000, text: new Date(Date.now() + 3_600_000).toISOString() };

  test.each([
    ['that are available', () => ({})],
    ['that are scheduled', () => ({ scheduledAt })],
    ['that are unique', (i: number) => ({ args: [i], unique: { keys: ['args' as const] } })],
  ])('%s costs one command a job, and few besides', async (_, more) => {
    const jobs = Array.from({ length: 1_000 }, (_job, i) => aJob({ queue: 'batch', ...more(i) }));
    const tenant = aTenant();
    await server.engine.push(tenant, CALLER, [aJob({ queue: 'batch', pending: true })]);
    await reset();
    await server.engine.push(tenant, CALLER, jobs);
    expect(total(await commands())).toBeLessThan(1_000 + 100);
  });
});
