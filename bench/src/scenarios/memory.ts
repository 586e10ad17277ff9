import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { NewJob } from '../../../apps/server/src/engine/engine.ts';
import { fillBull } from '../bull.ts';
import { inFlight } from '../in-flight.ts';
import { newJob, openEngine } from '../our-engine.ts';
import { startMeasuredRedis } from '../redis.ts';
import type { Row, Scenario } from '../scenario.ts';

/** So many show what one takes. */
const WAITING = 20_000;
/** Bytes that may be left, however many jobs there were: queues, workers, counters. */
const LEFT = 16 * 1024;
const EVENTS = '{ojs:bench}/events';

const KINDS: Record<string, (i: number) => Partial<NewJob>> = {
  'a waiting job': () => ({}),
  'a scheduled job': () => ({ scheduledAt: { ms: 4e12, text: new Date(4e12).toISOString() } }),
  'a unique job': () => ({ unique: { keys: ['type', 'args'] } }),
  'a job with a limit': () => ({ rateLimit: { key: 'smtp', concurrency: 10 } }),
};

export const memory: Scenario = {
  name: 'memory',
  title: 'Memory of Redis, bytes a job',
  sides: ['engine', 'BullMQ'],
  async run({ waiting }) {
    const rows: Row[] = [];
    for (const listpack of [64, 1024]) {
      for (const [name, more] of Object.entries(KINDS)) {
        const ours = await grown(WAITING, listpack, (url) => fill(url, more));
        rows.push({ name: `${name}, hash-max-listpack-value ${listpack}`, unit: 'B', ours: { value: ours } });
      }
    }
    const theirs = await grown(WAITING, 64, (_, connection) => fillBull('email', connection, WAITING));
    rows[0] = { ...rows[0]!, theirs: { value: theirs }, ratio: rows[0]!.ours.value / theirs };
    return [...rows, ...(await comeAndGone(waiting, 64)), ...(await comeAndGone(waiting, 1024))];
  },
};

type Connection = { readonly path: string };

/** By how many bytes a job the memory of a new Redis grows. */
async function grown(
  count: number,
  listpack: number,
  act: (url: string, connection: Connection) => Promise<unknown>,
): Promise<number> {
  const redis = await startMeasuredRedis();
  const client = new Redis(redis.connection.path);
  await client.config('SET', 'hash-max-listpack-value', listpack);
  const before = await used(client);
  await act(redis.url, redis.connection);
  const bytes = (await used(client)) - before;
  client.disconnect();
  await redis.stop();
  return bytes / count;
}

async function fill(url: string, more: (i: number) => Partial<NewJob>): Promise<void> {
  const engine = await openEngine(url);
  await inFlight(4, WAITING / 500, (n) =>
    engine.pushAll(Array.from({ length: 500 }, (_, i) => newJob('email', n * 500 + i, more(n * 500 + i)))),
  );
  await engine.close();
}

/** Jobs are enqueued, worked on and completed, and kept as long as the defaults say; then that time is up. */
async function comeAndGone(count: number, listpack: number): Promise<Row[]> {
  const redis = await startMeasuredRedis();
  const client = new Redis(redis.connection.path);
  await client.config('SET', 'hash-max-listpack-value', listpack);
  const engine = await openEngine(redis.url);
  const before = await used(client);
  for (let done = 0; done < count; done += 10_000) {
    await engine.fill(['email'], 10_000);
    await inFlight(8, 100, () => engine.work('email', 100));
  }
  const events = await sizeOf(client, [EVENTS]);
  const entries = await client.xlen(EVENTS);
  const kept = ((await used(client)) - before - events) / count;
  await goAll(client);
  const keys = (await client.keys('*')).filter((key) => key !== EVENTS);
  const left = await sizeOf(client, keys);
  await engine.close();
  client.disconnect();
  await redis.stop();
  const many = count.toLocaleString('en');
  const of = `of ${many} jobs, hash-max-listpack-value ${listpack}`;
  return [
    { name: `a completed job that is kept, ${of}`, unit: 'B', ours: { value: kept } },
    { name: `${keys.length} keys left, ${of}`, unit: 'B', ours: { value: left }, aim: { of: 'ours', atMost: LEFT } },
    { name: `${entries.toLocaleString('en')} entries of the log of events`, unit: 'B', ours: { value: events } },
  ];
}

/** Makes the time of all that is kept be up, and waits until the sweeper has removed it. */
async function goAll(client: Redis): Promise<void> {
  const timers = '{ojs:bench}/timers';
  await client.zunionstore(timers, 1, timers, 'WEIGHTS', 0);
  while ((await client.hlen('{ojs:bench}/index')) > 0) await sleep(50);
}

async function sizeOf(client: Redis, keys: readonly string[]): Promise<number> {
  const sizes = await Promise.all(keys.map((key) => client.memory('USAGE', key, 'SAMPLES', 0)));
  return sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
}

/** @returns bytes of the data, without what connections and buffers take */
async function used(client: Redis): Promise<number> {
  const info = await client.info('memory');
  const field = (name: string): number => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1]);
  return field('used_memory_dataset');
}
