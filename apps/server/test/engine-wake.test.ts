import { type PrivateRedis, startRedis, startRedisCluster } from '@ojs/dev';
import type { Job } from '@ojs/schema';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '../src/engine/engine.ts';
import { aTenant, fetchOne, jobIn, moment } from './engine-fixtures.ts';
import { aJob, CALLER, openEngine, type TestEngine } from './engine-harness.ts';
import { expectSound } from './engine-sound.ts';

const never = new AbortController().signal;
/** Far longer than any wake-up takes: whoever was not woken fails by the test's own timeout. */
const LONG = 25_000;

/** A wake-up says that a job may be there: on a cluster the message of an earlier one can arrive late. */
async function fetchWhenWoken(engine: Engine, tenant: string): Promise<Job> {
  for (;;) {
    await engine.waitForJobs(tenant, ['q'], LONG, never);
    const [job] = await engine.fetch(tenant, CALLER, { queues: ['q'], count: 1 });
    if (job) return job;
  }
}

describe.each([
  ['a single Redis', startRedis],
  ['a cluster of three masters', startRedisCluster],
])('on %s', (_name, start) => {
  let redis: { url: string; stop(): Promise<void> };
  let a: TestEngine;
  let b: TestEngine;

  beforeAll(async () => {
    redis = await start();
    a = await openEngine(redis.url);
    b = await openEngine(redis.url);
  });

  afterAll(async () => {
    await expectSound(a.redis);
    await Promise.all([a.close(), b.close()]);
    await redis.stop();
  });

  describe('a waiting fetch is woken, on another server', () => {
    test('by a push', async () => {
      const tenant = aTenant();
      const woken = a.engine.waitForJobs(tenant, ['x', 'q'], LONG, never);
      const { id } = await jobIn(b.engine, tenant, 'available', 'q');
      await woken;
      expect((await fetchOne(a.engine, tenant, 'q')).id).toBe(id);
    });

    test('by a scheduled job that becomes due', async () => {
      const tenant = aTenant();
      const woken = a.engine.waitForJobs(tenant, ['q'], LONG, never);
      const { id } = await jobIn(b.engine, tenant, 'scheduled', 'q', { scheduledAt: moment(Date.now() + 200) });
      await woken;
      expect((await fetchOne(a.engine, tenant, 'q')).id).toBe(id);
    });

    test('by a retry that becomes due', async () => {
      const tenant = aTenant();
      const { id } = await jobIn(b.engine, tenant, 'retryable', 'q', { retry: { initial_interval_ms: 200 } });
      expect((await fetchWhenWoken(a.engine, tenant)).id).toBe(id);
    });

    test('by a lease that ends', async () => {
      const tenant = aTenant();
      await jobIn(b.engine, tenant, 'available', 'q');
      const [job] = await b.engine.fetch(tenant, CALLER, { queues: ['q'], count: 1, leaseMs: 200 });
      expect(await fetchWhenWoken(a.engine, tenant)).toMatchObject({ id: job!.id, attempt: 2 });
    });

    test.each([
      [
        'a job that is given back',
        (t: string, id: string) => b.engine.requeue(t, CALLER, { id, queue: 'q' }),
        'active',
      ],
      ['the activation of a job', (t: string, id: string) => b.engine.activate(t, CALLER, id, 'q'), 'pending'],
      [
        'a dead letter that is retried',
        (t: string, id: string) => b.engine.retryDeadLetter(t, CALLER, id, 'q'),
        'dead',
      ],
    ] as const)('by %s', async (_how, change, state) => {
      const tenant = aTenant();
      const { id } = await jobIn(b.engine, tenant, state, 'q');
      const woken = a.engine.waitForJobs(tenant, ['q'], LONG, never);
      await change(tenant, id);
      await woken;
      expect((await fetchOne(a.engine, tenant, 'q')).id).toBe(id);
    });

    test('by the resumption of its queue, and not before', async () => {
      const tenant = aTenant();
      await jobIn(b.engine, tenant, 'available', 'q');
      await b.engine.setPaused(tenant, CALLER, 'q', true);
      let awake = false;
      const woken = a.engine.waitForJobs(tenant, ['q'], LONG, never).then(() => {
        awake = true;
      });
      await b.engine.push(tenant, CALLER, [aJob({ queue: 'q' })]);
      // A round trip of the waiting server: whatever was to wake it has arrived.
      await a.engine.ping();
      expect(awake).toBe(false);
      await b.engine.setPaused(tenant, CALLER, 'q', false);
      await woken;
    });
  });

  test('a job that came before the wait ends it at once', async () => {
    const tenant = aTenant();
    await jobIn(b.engine, tenant, 'available', 'q');
    await a.engine.waitForJobs(tenant, ['q'], LONG, never);
  });

  test('every job of a batch finds one of many who wait', async () => {
    const tenant = aTenant();
    const found: string[] = [];
    const enough = new AbortController();
    const jobs = Array.from({ length: 60 }, () => aJob());
    const worker = async (engine: TestEngine['engine']): Promise<void> => {
      while (!enough.signal.aborted) {
        const [job] = await engine.fetch(tenant, CALLER, { queues: ['default'], count: 1 });
        if (job) found.push(job.id);
        if (found.length === jobs.length) enough.abort();
        if (job === undefined) await engine.waitForJobs(tenant, ['default'], LONG, enough.signal);
      }
    };
    const workers = Array.from({ length: 80 }, (_, i) => worker([a, b][i % 2]!.engine));
    await b.engine.push(tenant, CALLER, jobs);
    await Promise.all(workers);
    expect(found.toSorted()).toEqual(jobs.map(({ id }) => id).toSorted());
  });

  test('a wait ends when its time is up, or when its signal fires', async () => {
    const tenant = aTenant();
    await a.engine.waitForJobs(tenant, ['q'], 20, never);
    await a.engine.waitForJobs(tenant, ['q'], LONG, AbortSignal.timeout(20));
    await a.engine.waitForJobs(tenant, ['q'], LONG, AbortSignal.abort());
    const { id } = await jobIn(b.engine, tenant, 'available', 'q');
    await a.engine.waitForJob(tenant, id, 20, never);
    await a.engine.waitForJob(tenant, id, LONG, AbortSignal.abort());
  });

  describe('whoever waits for a job is told when it has', () => {
    test.each([
      ['completed', (t: string, id: string) => b.engine.ack(t, CALLER, { id, queue: 'q' }, 1)],
      [
        'been discarded',
        (t: string, id: string) => b.engine.nack(t, CALLER, { id, queue: 'q' }, { message: '', retryable: false }),
      ],
      ['been cancelled', (t: string, id: string) => b.engine.cancel(t, CALLER, id, 'q')],
    ])('%s', async (_how, change) => {
      const tenant = aTenant();
      const { id } = await jobIn(b.engine, tenant, 'active', 'q');
      const ended = a.engine.waitForJob(tenant, id, LONG, never);
      await change(tenant, id);
      await ended;
      expect(['completed', 'discarded', 'cancelled']).toContain((await a.engine.info(tenant, id))?.state);
    });

    test('ended before, or never been', async () => {
      const tenant = aTenant();
      const { id } = await jobIn(b.engine, tenant, 'completed', 'q');
      await a.engine.waitForJob(tenant, id, LONG, never);
      await a.engine.waitForJob(tenant, aJob().id, LONG, never);
    });
  });
});

describe('when Redis restarts', () => {
  let redis: PrivateRedis;

  afterAll(() => redis.stop());

  test('those who wait are woken by what comes after', async () => {
    redis = await startRedis();
    const a = await openEngine(redis.url);
    const b = await openEngine(redis.url);
    const tenant = aTenant();
    const { id } = await jobIn(b.engine, tenant, 'active', 'p');
    const woken = a.engine.waitForJobs(tenant, ['q'], LONG, never);
    const ended = a.engine.waitForJob(tenant, id, LONG, never);
    const channels = [`{ojs:${tenant}}/wake`, `{ojs:${tenant}}/done`];
    const listening = () => b.redis.client.pubsub('NUMSUB', ...channels);
    await expect.poll(listening).toEqual(channels.flatMap((channel) => [channel, 1]));
    await redis.restart();
    await expect.poll(() => b.engine.push(tenant, CALLER, [aJob({ queue: 'q' })]), { timeout: LONG }).toBeTruthy();
    await b.engine.ack(tenant, CALLER, { id, queue: 'p' }, 1);
    await Promise.all([woken, ended]);
    await expect.poll(() => a.engine.ping(), { timeout: LONG }).toBeGreaterThan(0);
    await expectSound(a.redis);
    await Promise.all([a.close(), b.close()]);
  });
});
