import fc from 'fast-check';
import { v7 } from 'uuid';
import { describe, expect, test } from 'vitest';
import type { NewJob } from '../src/engine/engine.ts';
import { JobExists } from '../src/engine/errors.ts';
import { onEachBackend } from './engine-backends.ts';
import { dumpOf } from './engine-dump.ts';
import { aTenant, fetchOne, jobIn, moment } from './engine-fixtures.ts';
import { aJob, CALLER } from './engine-harness.ts';

onEachBackend((given) => {
  const push = async (tenant: string, ...jobs: Partial<NewJob>[]): Promise<string[]> =>
    (
      await given.a.engine.push(
        tenant,
        CALLER,
        jobs.map((job) => aJob(job)),
      )
    ).map(({ id }) => id);

  const fetchIds = async (tenant: string, queues: string[], count: number): Promise<string[]> =>
    (await given.b.engine.fetch(tenant, CALLER, { queues, count })).map(({ id }) => id);

  describe('the order in which jobs are handed out', () => {
    test('first in, first out within a priority, also across calls and after a retry', async () => {
      const tenant = aTenant();
      const first = await push(tenant, {}, {}, {});
      const second = await push(tenant, {});
      const retried = await fetchOne(given.a.engine, tenant, 'default');
      expect(retried.id).toBe(first[0]);
      await given.a.engine.requeue(tenant, CALLER, { id: retried.id, queue: 'default' });
      expect(await fetchIds(tenant, ['default'], 10)).toEqual([first[1], first[2], second[0], first[0]]);
    });

    test('higher priority first, over the whole range', async () => {
      const tenant = aTenant();
      const priorities = [0, -100, 100, 1, -1, 100, 99];
      const ids = await push(tenant, ...priorities.map((priority) => ({ priority })));
      const sorted = ids
        .map((id, i) => ({ id, i, priority: priorities[i]! }))
        .sort((a, b) => b.priority - a.priority || a.i - b.i);
      expect(await fetchIds(tenant, ['default'], 10)).toEqual(sorted.map(({ id }) => id));
    });

    test.each([0, 2 ** 32 - 3, 2 ** 33 - 3, 2 ** 44 - 9])('the same after %d turns of the queue', async (turns) => {
      const tenant = aTenant();
      await given.a.redis.client.set(`{ojs:${tenant}}:default:pc`, turns);
      const jobs = [0, 100, -100, 0, 100, -100].map((priority) => ({ priority }));
      const [a, b, c, d, e, f] = await push(tenant, ...jobs);
      expect(await fetchIds(tenant, ['default'], 10)).toEqual([b, e, a, d, c, f]);
      expect(await fetchIds(tenant, ['default'], 10)).toEqual([]);
    });

    test('any order of pushes and fetches hands out by priority, then by turn', async () => {
      const one = fc.record({
        priority: fc.integer({ min: -3, max: 3 }).map((n) => n * 33),
        fetch: fc.nat({ max: 2 }),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(one, { maxLength: 20 }), async (steps) => {
          const tenant = aTenant();
          const waiting: { id: string; priority: number }[] = [];
          for (const { priority, fetch } of steps) {
            const [id] = await push(tenant, { priority });
            waiting.push({ id: id!, priority });
            // Stable: equal priorities stay in order.
            waiting.sort((a, b) => b.priority - a.priority);
            const wanted = waiting.splice(0, fetch).map((job) => job.id);
            if (fetch > 0) expect(await fetchIds(tenant, ['default'], fetch)).toEqual(wanted);
          }
        }),
        { numRuns: 20 },
      );
    });

    test('fewer at once where they are large, and the others keep their places', async () => {
      const tenant = aTenant();
      const args = ['x'.repeat(4_000)];
      const ids = await push(tenant, ...Array.from({ length: 5 }, () => ({ args })));
      const large = await given.small.engine.fetch(tenant, CALLER, { queues: ['default', 'other'], count: 5 });
      expect(large.map(({ id }) => id)).toEqual(ids.slice(0, 3));
      expect(await given.a.engine.stats(tenant, 'default')).toMatchObject({ active: 3, available: 2 });
      expect(await fetchIds(tenant, ['default'], 5)).toEqual(ids.slice(3));
    });

    test('queues from left to right, whatever the priorities', async () => {
      const tenant = aTenant();
      const [c, b, a1, a2] = await push(
        tenant,
        { queue: 'c', priority: 100 },
        { queue: 'b' },
        { queue: 'a', priority: -100 },
        { queue: 'a', priority: -99 },
      );
      expect(await fetchIds(tenant, ['a', 'b', 'c'], 3)).toEqual([a2, a1, b]);
      expect(await fetchIds(tenant, ['a', 'b', 'c'], 3)).toEqual([c]);
    });

    test('a retry that became due is behind those that waited', async () => {
      const tenant = aTenant();
      const { id } = await jobIn(given.a.engine, tenant, 'retryable');
      const [waiting] = await push(tenant, {});
      await given.sweep.come(tenant, 'default', id);
      expect(await fetchIds(tenant, ['default'], 9)).toEqual([waiting, id]);
    });

    test('no job is handed out twice to fetches at the same moment, from two servers', async () => {
      const tenant = aTenant();
      const ids = await push(tenant, ...Array.from({ length: 60 }, () => ({})));
      const fetches = Array.from({ length: 40 }, (_, i) =>
        [given.a, given.b][i % 2]!.engine.fetch(tenant, CALLER, { queues: ['default'], count: 2, workerId: `w${i}` }),
      );
      const fetched = (await Promise.all(fetches)).flat().map(({ id }) => id);
      expect(fetched.toSorted()).toEqual(ids.toSorted());
    });

    test('one queue named twice gives its jobs once', async () => {
      const tenant = aTenant();
      const ids = await push(tenant, {}, {});
      expect(await fetchIds(tenant, ['default', 'default'], 9)).toEqual(ids);
    });
  });

  describe('a paused queue', () => {
    test('takes jobs and hands none out until it is resumed; other queues go on', async () => {
      const tenant = aTenant();
      const [before, other] = await push(tenant, { queue: 'p' }, { queue: 'o' });
      expect(await given.a.engine.setPaused(tenant, CALLER, 'p', true)).toBe(true);
      const [during] = await push(tenant, { queue: 'p' });
      expect(await fetchIds(tenant, ['p', 'o'], 9)).toEqual([other]);
      expect(await given.b.engine.stats(tenant, 'p')).toMatchObject({ available: 2, paused: true });
      expect(await given.b.engine.setPaused(tenant, CALLER, 'p', false)).toBe(true);
      expect(await fetchIds(tenant, ['p', 'o'], 9)).toEqual([before, during]);
    });

    test('lets active jobs end', async () => {
      const tenant = aTenant();
      const { id } = await jobIn(given.a.engine, tenant, 'active');
      await given.a.engine.setPaused(tenant, CALLER, 'default', true);
      expect(await given.a.engine.ack(tenant, CALLER, { id, queue: 'default' }, 1)).toMatchObject({
        state: 'completed',
      });
    });

    test('must exist to be resumed, and is made by being paused', async () => {
      const tenant = aTenant();
      expect(await given.a.engine.setPaused(tenant, CALLER, 'none', false)).toBe(false);
      expect(await given.a.engine.setPaused(tenant, CALLER, 'none', true)).toBe(true);
      await push(tenant, { queue: 'none' });
      expect(await given.a.engine.fetch(tenant, CALLER, { queues: ['none'], count: 1 })).toEqual([]);
    });

    test('is listed as paused, by name', async () => {
      const tenant = aTenant();
      await push(tenant, { queue: 'z' }, { queue: 'a' });
      await given.b.engine.fetch(tenant, CALLER, { queues: ['m'], count: 1 });
      await given.a.engine.setPaused(tenant, CALLER, 'm', true);
      const { queues } = await given.b.engine.queues(tenant, { visible: () => true, offset: 0, limit: 9 });
      expect(queues.map(({ name, status }) => ({ name, status }))).toEqual([
        { name: 'a', status: 'active' },
        { name: 'm', status: 'paused' },
        { name: 'z', status: 'active' },
      ]);
    });
  });

  describe('expires_at', () => {
    test('a job that was not started in time is discarded, by the sweeper', async () => {
      const tenant = aTenant();
      const { id } = await jobIn(given.a.engine, tenant, 'available', 'q', { expiresAt: moment(Date.now() + 60_000) });
      await given.sweep.endLife(tenant, 'q', id);
      await given.sweep.now(tenant);
      const job = await given.a.engine.info(tenant, id);
      expect(job).toMatchObject({ state: 'discarded', attempt: 0, discarded_at: expect.any(String) });
      expect(job?.completed_at).toBeUndefined();
    });

    test('… and by a fetch that comes before the sweeper, which takes the next', async () => {
      const tenant = aTenant();
      const { id } = await jobIn(given.a.engine, tenant, 'available', 'q', { expiresAt: moment(Date.now() + 60_000) });
      const [next] = await push(tenant, { queue: 'q' });
      await given.sweep.endLife(tenant, 'q', id);
      expect(await fetchIds(tenant, ['q'], 1)).toEqual([next]);
      expect(await given.a.engine.info(tenant, id)).toMatchObject({ state: 'discarded' });
    });

    test.each(['pending', 'scheduled', 'retryable'] as const)('ends a %s job, too', async (state) => {
      const tenant = aTenant();
      const { id } = await jobIn(given.a.engine, tenant, state, 'q', { expiresAt: moment(Date.now() + 60_000) });
      await given.sweep.endLife(tenant, 'q', id);
      await given.sweep.now(tenant);
      expect(await given.a.engine.info(tenant, id)).toMatchObject({ state: 'discarded' });
    });

    test('leaves an active job alone', async () => {
      const tenant = aTenant();
      const { id } = await jobIn(given.a.engine, tenant, 'active', 'q', { expiresAt: moment(Date.now() + 60_000) });
      await given.a.redis.client.hset(`{ojs:${tenant}}:q:${id}`, 'exp', 1);
      await given.sweep.now(tenant);
      expect(await given.a.engine.ack(tenant, CALLER, { id, queue: 'q' }, 1)).toMatchObject({ state: 'completed' });
    });

    test('does not change when the next attempt of a retryable job is told to be', async () => {
      const tenant = aTenant();
      const { id } = await jobIn(given.a.engine, tenant, 'active', 'q', {
        expiresAt: moment(Date.now() + 60_000),
        retry: { initial_interval_ms: 3_600_000, max_interval_ms: 3_600_000, jitter: false },
      });
      const { nextAttemptAt } = await given.a.engine.nack(tenant, CALLER, { id, queue: 'q' }, { message: 'no' });
      expect((await given.a.engine.info(tenant, id))?.next_attempt_at).toBe(nextAttemptAt);
    });

    test('many expired jobs do not hide one behind them for ever', async () => {
      const tenant = aTenant();
      const expiresAt = moment(Date.now() - 1_000);
      await push(tenant, ...Array.from({ length: 150 }, () => ({ priority: 1, expiresAt })));
      const [last] = await push(tenant, {});
      const found = [...(await fetchIds(tenant, ['default'], 1)), ...(await fetchIds(tenant, ['default'], 1))];
      expect(found).toEqual([last]);
    });
  });

  describe('a batch', () => {
    const refused = async (tenant: string, jobs: NewJob[], index: number): Promise<void> => {
      const before = await dumpOf(given.a.redis.client, tenant);
      const error = await given.a.engine.push(tenant, CALLER, jobs).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(JobExists);
      expect(error).toMatchObject({ index, id: jobs[index]?.id });
      expect(await dumpOf(given.a.redis.client, tenant)).toEqual(before);
    };

    test('with an id that exists is refused whole', async () => {
      const tenant = aTenant();
      const { id } = await jobIn(given.a.engine, tenant, 'completed');
      await refused(tenant, [aJob(), aJob({ id, queue: 'another' }), aJob()], 1);
    });

    test('with an id twice is refused whole', async () => {
      const id = v7();
      await refused(aTenant(), [aJob({ id }), aJob(), aJob({ id, queue: 'another' })], 2);
    });

    test('sent twice at the same moment is stored once', async () => {
      const tenant = aTenant();
      const jobs = [aJob(), aJob(), aJob()];
      const answers = await Promise.allSettled(
        [given.a, given.a, given.b].map(({ engine }) => engine.push(tenant, CALLER, jobs)),
      );
      expect(answers.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected', 'rejected']);
      expect(await given.b.engine.stats(tenant, 'default')).toMatchObject({ available: 3 });
    });

    test('of a thousand jobs keeps its order, over many queues', async () => {
      const tenant = aTenant();
      const jobs = Array.from({ length: 1_000 }, (_, i) => aJob({ queue: `q${i % 7}`, args: [i, 'x'.repeat(i)] }));
      const pushed = await given.a.engine.push(tenant, CALLER, jobs);
      expect(pushed.map(({ id }) => id)).toEqual(jobs.map(({ id }) => id));
      const found: string[] = [];
      for (const _ of [1, 2]) found.push(...(await fetchIds(tenant, ['q3'], 100)));
      expect(found).toEqual(jobs.filter(({ queue }) => queue === 'q3').map(({ id }) => id));
    });
  });
});
