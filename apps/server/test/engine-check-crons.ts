import type { Rule } from '../src/engine/check/check.ts';
import type { RedisClient } from '../src/redis/connect.ts';
import { aCron, lastHour, makeDue, saveCron } from './engine-cron-fixtures.ts';
import { aTenant } from './engine-fixtures.ts';
import type { TestEngine } from './engine-harness.ts';

/** A tenant with an entry that has fired, and one that is off. */
export async function aTenantWithCrons({ engine, redis }: TestEngine): Promise<string> {
  const tenant = aTenant();
  await saveCron(engine, tenant, aCron('on'));
  await saveCron(engine, tenant, aCron('off', {}, false));
  await makeDue(redis.client, tenant, 'on', lastHour());
  await engine.sweep(tenant);
  return tenant;
}

export const CRON_CORRUPTIONS: [
  rule: Rule,
  how: string,
  corrupt: (client: RedisClient, own: string) => Promise<unknown>,
][] = [
  ['cron entry is incomplete', 'without an owner', (c, own) => c.hdel(`${own}/cron/on`, 'by')],
  ['cron entry is incomplete', 'with a scope that is none', (c, own) => c.hset(`${own}/cron/on`, 'scope', '{}')],
  ['cron entry is not listed', 'removed', (c, own) => c.hdel(`${own}/crons`, 'on')],
  ['cron entry is not listed', 'listed as off', (c, own) => c.hset(`${own}/crons`, 'on', '0 q')],
  ['cron entry is not listed', 'listed elsewhere', (c, own) => c.hset(`${own}/crons`, 'on', '1 z')],
  ['cron entry does not exist', 'but is listed', (c, own) => c.hset(`${own}/crons`, 'x', '1 q')],
  ['cron entry does not exist', 'but has a history', (c, own) => c.lpush(`${own}/cron/x/history`, 'x')],
  ['cron entry does not exist', 'but has a timer', (c, own) => c.zadd(`${own}/timers`, 1e15, 'cron/x')],
  ['cron entry without timer', 'removed', (c, own) => c.zrem(`${own}/timers`, 'cron/on')],
  ['cron entry with a wrong timer', 'later', (c, own) => c.zadd(`${own}/timers`, 1e15, 'cron/on')],
  ['cron timer without need', 'of one that is off', (c, own) => c.zadd(`${own}/timers`, 1e15, 'cron/off')],
  ['unknown key', 'beside an entry', (c, own) => c.set(`${own}/cron/on/more`, 1)],
  [
    'wrong type of key',
    'a list for a hash',
    async (c, own) => [await c.del(`${own}/crons`), await c.lpush(`${own}/crons`, 1)],
  ],
];
