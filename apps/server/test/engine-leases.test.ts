import { describe, expect, test } from 'vitest';
import type { Caller, Engine, LeaseClaim } from '../src/engine/engine.ts';
import { LeaseLost } from '../src/engine/errors.ts';
import { onEachBackend } from './engine-backends.ts';
import { dumpOf } from './engine-dump.ts';
import { aTenant, fetchOne, jobIn } from './engine-fixtures.ts';
import { aJob, CALLER } from './engine-harness.ts';

const ENDINGS: [string, (engine: Engine, tenant: string, caller: Caller, claim: LeaseClaim) => Promise<unknown>][] = [
  ['ack', (engine, tenant, caller, claim) => engine.ack(tenant, caller, claim, 'late')],
  ['nack', (engine, tenant, caller, claim) => engine.nack(tenant, caller, claim, { message: 'late' })],
  ['requeue', (engine, tenant, caller, claim) => engine.requeue(tenant, caller, claim)],
];

const OTHER: Caller = { principal: 'other', epoch: '0' };

onEachBackend((given) => {
  const lease = async (tenant: string, id: string): Promise<number> => {
    const job = await given.a.engine.info(tenant, id);
    return Date.parse(String(job?.lease_expires_at)) - Date.parse(String(job?.started_at));
  };

  describe('the end of a lease', () => {
    test('makes the job available again, with the attempt counted and an error recorded', async () => {
      const tenant = aTenant();
      const { id } = await jobIn(given.a.engine, tenant, 'active', 'q');
      await given.sweep.come(tenant, 'q', id);
      const job = await given.b.engine.info(tenant, id);
      expect(job).toMatchObject({ state: 'available', attempt: 1, error: { type: 'visibility_timeout', attempt: 1 } });
      expect(job?.started_at).toBeUndefined();
      expect(await fetchOne(given.b.engine, tenant, 'q')).toMatchObject({ id, attempt: 2 });
    });

    test('discards the job when its attempts are used up', async () => {
      const tenant = aTenant();
      const { id } = await jobIn(given.a.engine, tenant, 'active', 'q', {
        retry: { max_attempts: 2, on_exhaustion: 'dead_letter' },
      });
      await given.sweep.come(tenant, 'q', id);
      await fetchOne(given.a.engine, tenant, 'q');
      await given.sweep.come(tenant, 'q', id);
      const job = await given.b.engine.info(tenant, id);
      expect(job).toMatchObject({ state: 'discarded', attempt: 2 });
      expect(job?.errors?.map(({ type }) => type)).toEqual(['visibility_timeout', 'visibility_timeout']);
      expect(await given.b.engine.isDeadLetter(tenant, id, 'q')).toBe(true);
    });

    test('is not used up by attempts that were given back', async () => {
      const tenant = aTenant();
      const { id } = await jobIn(given.a.engine, tenant, 'available', 'q', { retry: { max_attempts: 1 } });
      for (const attempt of [1, 2, 3]) {
        expect(await fetchOne(given.a.engine, tenant, 'q')).toMatchObject({ id, attempt });
        await given.a.engine.requeue(tenant, CALLER, { id, queue: 'q' });
      }
      await fetchOne(given.a.engine, tenant, 'q');
      await given.sweep.come(tenant, 'q', id);
      expect(await given.a.engine.info(tenant, id)).toMatchObject({ state: 'discarded', attempt: 4 });
    });

    test('ends as many as there are, in one sweep', async () => {
      const tenant = aTenant();
      const jobs = Array.from({ length: 230 }, () => aJob());
      await given.a.engine.push(tenant, CALLER, jobs);
      for (let i = 0; i < 3; i++) await given.a.engine.fetch(tenant, CALLER, { queues: ['default'], count: 100 });
      for (const { id } of jobs) await given.sweep.endLease(tenant, 'default', id);
      await given.sweep.now(tenant);
      expect(await given.a.engine.stats(tenant, 'default')).toMatchObject({ active: 0, available: 230 });
    });

    test('by the execution timeout is told as one, and backs off as a failure does', async () => {
      const tenant = aTenant();
      const { id } = await jobIn(given.a.engine, tenant, 'active', 'q', {
        timeoutMs: 5_000,
        retry: { initial_interval_ms: 60_000, jitter: false },
      });
      expect(await lease(tenant, id)).toBe(5_000);
      await given.a.redis.client.hset(`{ojs:${tenant}}:q:${id}`, 'dl', 1_000_000_000_000);
      await given.sweep.come(tenant, 'q', id);
      expect(await given.b.engine.info(tenant, id)).toMatchObject({
        state: 'retryable',
        retry_delay_ms: 60_000,
        error: {
          type: 'timeout',
          attempt: 1,
          timeout_kind: 'execution',
          limit_seconds: 5,
          elapsed_seconds: expect.any(Number),
        },
      });
    });

    test('does not come while the lease was extended after the sweeper looked', async () => {
      const tenant = aTenant();
      const { id } = await jobIn(given.a.engine, tenant, 'active', 'q');
      // The index says that it ended, the job that it did not.
      await given.a.redis.client.zadd(`{ojs:${tenant}}/timers`, 1, id);
      const ends = await given.a.redis.client.hget(`{ojs:${tenant}}:q:${id}`, 'le');
      const beat = given.a.engine.heartbeat(tenant, CALLER, { workerId: 'w1', ids: [id] });
      await Promise.all([beat, given.sweep.now(tenant)]);
      expect(await given.a.engine.info(tenant, id)).toMatchObject({ state: 'active', attempt: 1 });
      expect(Number(ends)).toBeGreaterThan(Date.now());
    });
  });

  describe('the length of a lease', () => {
    test.each([
      ['the fetch’s', { leaseMs: 7_000 }, 20_000, 20_000],
      ['else the job’s', { leaseMs: 7_000 }, undefined, 7_000],
      ['else the server’s', {}, undefined, 1_800_000],
      ['never above the most', {}, 999_999_999, 86_400_000],
      ['never beyond the timeout', { timeoutMs: 3_000 }, 20_000, 3_000],
    ])('is %s', async (_name, options, leaseMs, expected) => {
      const tenant = aTenant();
      const [pushed] = await given.a.engine.push(tenant, CALLER, [aJob(options)]);
      await given.a.engine.fetch(tenant, CALLER, {
        queues: ['default'],
        count: 1,
        ...(leaseMs === undefined ? {} : { leaseMs }),
      });
      expect(await lease(tenant, pushed!.id)).toBe(expected);
    });
  });

  describe.each(ENDINGS)('%s', (_name, end) => {
    const refused = async (tenant: string, caller: Caller, claim: LeaseClaim): Promise<void> => {
      const before = await dumpOf(given.a.redis.client, tenant);
      await expect(end(given.b.engine, tenant, caller, claim)).rejects.toBeInstanceOf(LeaseLost);
      expect(await dumpOf(given.a.redis.client, tenant)).toEqual(before);
    };

    test('by another principal is refused and changes nothing', async () => {
      const tenant = aTenant();
      const { id } = await jobIn(given.a.engine, tenant, 'active', 'q');
      await refused(tenant, OTHER, { id, queue: 'q' });
    });

    test('by another worker of the principal is refused and changes nothing', async () => {
      const tenant = aTenant();
      const { id } = await jobIn(given.a.engine, tenant, 'active', 'q');
      await refused(tenant, CALLER, { id, queue: 'q', workerId: 'w2' });
    });

    test('of an earlier attempt of the same worker is refused and changes nothing', async () => {
      const tenant = aTenant();
      const { id } = await jobIn(given.a.engine, tenant, 'active', 'q');
      await given.sweep.come(tenant, 'q', id);
      await fetchOne(given.a.engine, tenant, 'q');
      await refused(tenant, CALLER, { id, queue: 'q', workerId: 'w1', attempt: 1 });
    });

    test('after the lease ended is refused and changes nothing, even before a sweeper looked', async () => {
      const tenant = aTenant();
      const { id } = await jobIn(given.a.engine, tenant, 'active', 'q');
      await given.sweep.endLease(tenant, 'q', id);
      await refused(tenant, CALLER, { id, queue: 'q', workerId: 'w1', attempt: 1 });
      await given.sweep.now(tenant);
    });

    test('twice at the same moment ends the attempt once', async () => {
      const tenant = aTenant();
      const { id } = await jobIn(given.a.engine, tenant, 'active', 'q');
      const ends = await Promise.allSettled(
        [given.a, given.a, given.b].map(({ engine }) => end(engine, tenant, CALLER, { id, queue: 'q', attempt: 1 })),
      );
      expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      for (const each of ends) if (each.status === 'rejected') expect(each.reason).toBeInstanceOf(LeaseLost);
    });
  });

  test('giving back does not record a failure', async () => {
    const tenant = aTenant();
    const { id } = await jobIn(given.a.engine, tenant, 'active', 'q');
    expect(await given.a.engine.requeue(tenant, CALLER, { id, queue: 'q' })).toMatchObject({ state: 'available' });
    const job = await given.b.engine.info(tenant, id);
    expect(job).toMatchObject({ state: 'available', attempt: 1 });
    expect(job?.error).toBeUndefined();
  });

  test('the error history keeps the newest, up to its limit', async () => {
    const tenant = aTenant();
    const { id } = await jobIn(given.a.engine, tenant, 'available', 'q', {
      retry: { max_attempts: 100, initial_interval_ms: 0, jitter: false },
    });
    for (let i = 1; i <= 27; i++) {
      await fetchOne(given.a.engine, tenant, 'q');
      await given.a.engine.nack(tenant, CALLER, { id, queue: 'q' }, { message: `failure ${i}` });
    }
    const errors = (await given.b.engine.info(tenant, id))?.errors ?? [];
    expect(errors).toHaveLength(25);
    expect(errors.map(({ attempt }) => attempt)).toEqual(Array.from({ length: 25 }, (_, i) => i + 3));
  });
});
