import { startRedis } from '@ojs/dev';
import { expect, test } from 'vitest';
import { aTenant } from './engine-fixtures.ts';
import { aJob, CALLER, openEngine } from './engine-harness.ts';

/** What Redis was asked to do since its statistics were reset, by command. */
const callsIn = (stats: string, command: string): number =>
  Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);

test('many ends of leases in one script look at the groups of their key once', async () => {
  const redis = await startRedis();
  const { engine, redis: connections, close } = await openEngine(redis.url, {}, false);
  const { client } = connections;
  const tenant = aTenant();
  const limited = (rate: object) => aJob({ rateLimit: { key: 'k', rate: { period: 'PT10M', ...rate } as never } });
  const fetch = () => engine.fetch(tenant, CALLER, { queues: ['default'], count: 100 });

  await engine.push(
    tenant,
    CALLER,
    Array.from({ length: 20 }, () => limited({ limit: 1_000 })),
  );
  const active = await fetch();
  expect(active).toHaveLength(20);
  await engine.push(
    tenant,
    CALLER,
    Array.from({ length: 20 }, (_, i) => limited({ limit: i + 1 })),
  );
  expect(await fetch()).toHaveLength(0);

  await client.config('RESETSTAT');
  await Promise.all(active.map(({ id, queue }) => engine.ack(tenant, CALLER, { id, queue, attempt: 1 }, undefined)));
  const stats = await client.info('commandstats');
  expect(callsIn(stats, 'srem')).toBe(20);
  expect(callsIn(stats, 'hgetall')).toBeLessThan(20);
  expect(callsIn(stats, 'scard')).toBeLessThan(20 * 5);
  await close();
  await redis.stop();
});
