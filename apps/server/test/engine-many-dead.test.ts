import { type PrivateRedis, startRedis } from '@ojs/dev';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Slice } from '../src/engine/bulk/selection.ts';
import { CALLER, openEngine, type TestEngine } from './engine-harness.ts';

let redis: PrivateRedis;
let open: TestEngine;
beforeAll(async () => {
  redis = await startRedis();
  open = await openEngine(redis.url, { deadLetters: 200_000 }, false);
});
afterAll(async () => {
  await open.close();
  await redis.stop();
});

/** What a job that died leaves behind, written as the scripts write it, only faster. */
const FILL = `
for i = 1, tonumber(ARGV[3]) do
  local n = ARGV[2] + i
  local id = string.format('01900000-0000-7000-8000-%012x', n)
  local key = KEYS[1] .. ':' .. ARGV[1] .. ':' .. id
  redis.call('HSET', key, 'name', 'test.job', 'data', '[]', 'by', 'x', 'mx', 3, 'atm', 3, 'priority', 101, 'timestamp', n, 'finishedOn', n, 'opts', '{}', 'et', 'E' .. n % 7)
  redis.call('ZADD', KEYS[1] .. ':' .. ARGV[1] .. ':failed', n, id)
  redis.call('ZADD', KEYS[1] .. '/dead/' .. ARGV[1], n, id)
  redis.call('HSET', KEYS[1] .. '/index', id, ARGV[1])
  redis.call('ZADD', KEYS[1] .. '/timers', 1e13, id)
end
redis.call('HSET', KEYS[1] .. '/queues', ARGV[1], 1)`;

async function fill(tenant: string, queue: string, from: number, count: number): Promise<void> {
  for (let n = 0; n < count; n += 2_000) {
    await open.redis.client.eval(FILL, 1, `{ojs:${tenant}}`, queue, from + n, Math.min(2_000, count - n));
  }
}

/** How many commands a script did on the average while the work was done: what it holds Redis for. */
async function commandsPerScript(work: () => Promise<void>): Promise<number> {
  const { client } = open.redis;
  await client.call('CONFIG', 'RESETSTAT');
  await work();
  const calls = new Map(
    [...(await client.info('commandstats')).matchAll(/cmdstat_([^:]+):calls=(\d+)/g)].map(([, name, n]) => [
      name,
      Number(n),
    ]),
  );
  const all = [...calls.values()].reduce((sum, n) => sum + n, 0);
  return all / (calls.get('evalsha') ?? 0);
}

/** Whatever there is: a page of a hundred, or a slice of queues. */
const FEW = 3_000;
const visible = () => true;

describe('a hundred thousand dead letters', () => {
  const QUEUES = ['a', 'b', 'c', 'd', 'e'];
  const EACH = 20_000;
  beforeAll(async () => {
    for (const [i, queue] of QUEUES.entries()) await fill('many', queue, i * EACH, EACH);
  });

  test('are listed by cursor and by page, wherever, without holding Redis', async () => {
    const page = (more: object) => open.engine.deadLetters('many', { visible, limit: 100, offset: 0, ...more });
    const held = await commandsPerScript(async () => {
      let cursor: string | undefined;
      for (let n = 0; n < 20; n++) {
        const { jobs, total, next } = await page({ cursor });
        expect({ total, count: jobs.length }).toEqual({ total: 100_000, count: 100 });
        expect(jobs[0]!.id).toBe(idOf(100_000 - n * 100));
        cursor = next;
      }
      for (const offset of [0, 150, 40_000, 99_900, 99_999]) {
        const { jobs } = await page({ offset });
        expect(jobs[0]!.id).toBe(idOf(100_000 - offset));
        expect(jobs).toHaveLength(Math.min(100, 100_000 - offset));
      }
      expect((await page({ offset: 100_000 })).jobs).toEqual([]);
      const filtered = await page({ errorType: 'E3' });
      expect(filtered.jobs).toHaveLength(100);
      expect(filtered.next).toBeDefined();
      const stats = await open.engine.deadLetterStats('many', { visible });
      expect(stats).toMatchObject({ total: 100_000, looked: 10_000, byQueue: { a: EACH, e: EACH } });
    });

    expect(held).toBeLessThan(FEW);
  });

  test('are started anew by many, slice by slice', async () => {
    const { bulk } = open.engine;
    let moved = 0;
    const held = await commandsPerScript(async () => {
      for await (const { found } of bulk.selectDeadLetters('many', { visible, queue: 'a' }) as AsyncIterable<Slice>) {
        for (let i = 0; i < found.length; i += 100) {
          const some = found.slice(i, i + 100);
          expect(await bulk.move('many', CALLER, 'retry-dead-letter', some)).toEqual(some.map(() => undefined));
          moved += some.length;
        }
        if (moved >= 2_000) break;
      }
    });

    expect(held).toBeLessThan(FEW);
    expect(await open.engine.stats('many', 'a')).toMatchObject({ available: 2_000, discarded: EACH - 2_000 });
  });
});

test('two thousand queues that have some are merged a slice at a time', async () => {
  const names = Array.from({ length: 2_000 }, (_, i) => `q${i}`);
  await Promise.all(names.map((queue, i) => fill('wide', queue, i * 3, 3)));
  const held = await commandsPerScript(async () => {
    const first = await open.engine.deadLetters('wide', { visible, limit: 50, offset: 0 });
    expect(first.jobs.map(({ id }) => id)).toEqual(Array.from({ length: 50 }, (_, n) => idOf(6_000 - n)));
    const deep = await open.engine.deadLetters('wide', { visible, limit: 50, offset: 5_000 });
    expect(deep.jobs[0]!.id).toBe(idOf(1_000));
  });

  expect(held).toBeLessThan(FEW);
});

const idOf = (n: number): string => `01900000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;
