import { describe, expect, test } from 'vitest';
import { BadCursor } from '../src/engine/errors.ts';
import { onEachBackend } from './engine-backends.ts';
import { dumpOf } from './engine-dump.ts';
import { aTenant, jobIn } from './engine-fixtures.ts';
import { CALLER } from './engine-harness.ts';

const all = { visible: () => true, offset: 0 };

onEachBackend((given) => {
  /** Dead letters, newest first; those in one inner list died in the same millisecond. */
  async function deadLetters(tenant: string, queues: string[]): Promise<string[]> {
    const moments = new Map<string, number>();
    for (const [i, queue] of queues.entries()) {
      const { id } = await jobIn(given.a.engine, tenant, 'dead', queue);
      const at = 1_700_000_000_000 + Math.floor(i / 3);
      await given.a.redis.client.zadd(`{ojs:${tenant}}/dead/${queue}`, at, id);
      moments.set(id, at);
    }
    return [...moments].sort(([id, at], [otherId, other]) => other - at || (id < otherId ? 1 : -1)).map(([id]) => id);
  }

  describe('the list of dead letters', () => {
    test.each([1, 2, 3, 7])('comes in pages of %i, newest first over all queues, each once', async (limit) => {
      const tenant = aTenant();
      const expected = await deadLetters(tenant, ['a', 'b', 'a', 'c', 'b', 'a', 'c', 'a']);
      const found: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await given.b.engine.deadLetters(tenant, { ...all, limit, ...(cursor ? { cursor } : {}) });
        expect(page.total).toBe(8);
        found.push(...page.jobs.map(({ id }) => id));
        cursor = page.next;
      } while (cursor !== undefined);
      expect(found).toEqual(expected);
    });

    test('has fewer on a page where they are large, and goes on behind them', async () => {
      const tenant = aTenant();
      const args = ['x'.repeat(4_000)];
      for (let i = 0; i < 10; i++) await jobIn(given.a.engine, tenant, 'dead', 'default', { args });
      const { jobs, next = '' } = await given.small.engine.deadLetters(tenant, { ...all, limit: 10 });
      expect(jobs).toHaveLength(8);
      const rest = await given.small.engine.deadLetters(tenant, { ...all, limit: 10, cursor: next });
      expect(rest.next).toBeUndefined();
      expect(new Set([...jobs, ...rest.jobs].map(({ id }) => id)).size).toBe(10);
    });

    test('can be entered anywhere by offset', async () => {
      const tenant = aTenant();
      const expected = await deadLetters(tenant, ['a', 'b', 'a', 'b']);
      const page = await given.a.engine.deadLetters(tenant, { visible: () => true, limit: 2, offset: 1 });
      expect(page.jobs.map(({ id }) => id)).toEqual(expected.slice(1, 3));
      const next = await given.a.engine.deadLetters(tenant, { ...all, limit: 2, cursor: page.next! });
      expect(next).toMatchObject({ jobs: [{ id: expected[3] }], total: 4 });
      expect(next.next).toBeUndefined();
    });

    test('shows and counts only queues that the caller may see', async () => {
      const tenant = aTenant();
      await deadLetters(tenant, ['a', 'b', 'a']);
      const seen = await given.a.engine.deadLetters(tenant, { ...all, visible: (queue) => queue === 'b', limit: 9 });
      expect(seen).toMatchObject({ total: 1, jobs: [{ queue: 'b' }] });
      const unseen = { ...all, visible: (queue: string) => queue === 'b', queue: 'a', limit: 9 };
      expect(await given.a.engine.deadLetters(tenant, unseen)).toEqual({ jobs: [], total: 0 });
    });

    test('holds no job that was cancelled, or discarded without being a dead letter', async () => {
      const tenant = aTenant();
      const ids = [await jobIn(given.a.engine, tenant, 'cancelled'), await jobIn(given.a.engine, tenant, 'discarded')];
      expect(await given.a.engine.deadLetters(tenant, { ...all, limit: 9 })).toEqual({ jobs: [], total: 0 });
      for (const { id } of ids) expect(await given.a.engine.isDeadLetter(tenant, id, 'default')).toBe(false);
    });

    test('refuses a cursor that it did not give', async () => {
      const list = given.a.engine.deadLetters(aTenant(), { ...all, limit: 9, cursor: 'bm9uc2Vuc2U' });
      await expect(list).rejects.toBeInstanceOf(BadCursor);
    });
  });

  test('a retried dead letter is none any more, and may become one again', async () => {
    const tenant = aTenant();
    const { id } = await jobIn(given.a.engine, tenant, 'dead', 'q');
    await given.b.engine.retryDeadLetter(tenant, CALLER, id, 'q');
    expect(await given.a.engine.isDeadLetter(tenant, id, 'q')).toBe(false);
    for (const attempt of [1, 2, 3]) {
      const [job] = await given.a.engine.fetch(tenant, CALLER, { queues: ['q'], count: 1 });
      expect(job).toMatchObject({ id, attempt });
      await given.a.engine.nack(tenant, CALLER, { id, queue: 'q' }, { message: 'again' });
      if (attempt < 3) await given.sweep.come(tenant, 'q', id);
    }
    expect(await given.b.engine.isDeadLetter(tenant, id, 'q')).toBe(true);
  });

  test('the oldest gives way when a queue has more than its number, each queue for itself', async () => {
    const tenant = aTenant();
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) ids.push((await jobIn(given.small.engine, tenant, 'dead', 'q')).id);
    const { id: other } = await jobIn(given.small.engine, tenant, 'dead', 'r');
    const page = await given.a.engine.deadLetters(tenant, { ...all, limit: 9 });
    expect(page.jobs.map(({ id }) => id)).toEqual([other, ...ids.slice(2).reverse()]);
    expect(await given.a.engine.info(tenant, ids[0]!)).toBeUndefined();
  });

  test('those above a number that was lowered go with the next', async () => {
    const tenant = aTenant();
    for (let i = 0; i < 6; i++) await jobIn(given.a.engine, tenant, 'dead', 'q');
    await jobIn(given.small.engine, tenant, 'dead', 'q');
    expect(await given.a.engine.stats(tenant, 'q')).toMatchObject({ discarded: 3 });
  });

  describe('when a job is no longer kept', () => {
    test.each(['completed', 'cancelled', 'discarded', 'dead'] as const)('nothing remains of %s', async (state) => {
      const tenant = aTenant();
      const { id } = await jobIn(given.a.engine, tenant, state, 'q');
      await given.sweep.come(tenant, 'q', id);
      expect(await given.a.engine.info(tenant, id)).toBeUndefined();
      const { [`{ojs:${tenant}}/events`]: _, ...rest } = await dumpOf(given.a.redis.client, tenant);
      expect(JSON.stringify(rest)).not.toContain(id);
    });

    test('a deleted dead letter leaves nothing either', async () => {
      const tenant = aTenant();
      const { id } = await jobIn(given.a.engine, tenant, 'dead', 'q');
      await given.b.engine.deleteDeadLetter(tenant, CALLER, id, 'q');
      expect(await given.a.engine.info(tenant, id)).toBeUndefined();
      const { [`{ojs:${tenant}}/events`]: _, ...rest } = await dumpOf(given.a.redis.client, tenant);
      expect(JSON.stringify(rest)).not.toContain(id);
    });

    test.each([
      ['completed', 7],
      ['cancelled', 7],
      ['discarded', 7],
      ['dead', 180],
    ] as const)('%s is kept for %i days', async (state, days) => {
      const tenant = aTenant();
      const { id } = await jobIn(given.a.engine, tenant, state, 'q');
      const { client } = given.a.redis;
      const until = Number(await client.zscore(`{ojs:${tenant}}/timers`, id));
      const finished = Number(await client.hget(`{ojs:${tenant}}:q:${id}`, 'finishedOn'));
      expect(until - finished).toBe(days * 86_400_000);
    });
  });
});
