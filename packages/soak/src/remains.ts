import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@ojs/client';
import type { Redis } from 'ioredis';
import { TENANT } from './fleet.ts';
import { isOvertaken, patiently } from './patience.ts';

const PREFIX = `{ojs:${TENANT}}`;
const TIMERS = `${PREFIX}/timers`;
/** Long ago, in milliseconds. */
const PAST = '1000000000000';

/** Deliveries that wait for their next attempt need not wait any longer. What ended meanwhile stays ended (XX). */
export async function deliverNow(redis: Redis): Promise<void> {
  for (const key of await keysOf(redis, `${PREFIX}/webhook-due/*`)) {
    for (const delivery of await redis.zrange(key, '0', '-1')) await redis.zadd(key, 'XX', PAST, delivery);
    await redis.zadd(TIMERS, 'XX', PAST, key.slice(PREFIX.length + 1).replace('webhook-due', 'webhook'));
  }
}

/** What ended was kept for days: they are over. The servers then remove it by themselves. */
export async function endRetention(redis: Redis): Promise<void> {
  for (const name of await redis.zrange(TIMERS, '0', '-1')) {
    // Not of steps that are staged: they have no such record.
    if (name.startsWith('workflow/') && (await redis.exists(`${PREFIX}/${name}`)))
      await redis.hset(`${PREFIX}/${name}`, { until: PAST });
    if (name.startsWith('workflow/') || !name.includes('/')) await redis.zadd(TIMERS, 'XX', PAST, name);
  }
}

/** Deletes what lasts until somebody does that. */
export async function deleteAll(admin: Client): Promise<void> {
  const { subscriptions } = await admin.call('listWebhooks', {});
  for (const { id } of subscriptions) await admin.call('deleteWebhook', { path: { id } });
  const { queues } = await admin.call('listQueues', { query: { limit: 200 } });
  for (const { name } of queues) {
    const call = () => admin.call('deleteQueue', { path: { name }, query: { confirm: 'true' } });
    await patiently(call, AbortSignal.timeout(30_000)).catch((error: unknown) => {
      // Deleted by an earlier try whose answer was lost.
      if (!isOvertaken(error)) throw error;
    });
  }
}

/** What stays of a tenant that has nothing any more: the log of events, and the epoch of its access rights. */
const OF_TENANT = ['events', 'epoch'].map((name) => `${PREFIX}/${name}`);
/** What belongs to no tenant: the keys that were issued, who the tenants are, by which server key is sealed. */
const OF_ALL = ['format', 'tenants', 'credentials', 'access-version', 'server-key'].map((name) => `{ojs}/${name}`);
const STAYS: ReadonlySet<string> = new Set([...OF_TENANT, ...OF_ALL]);

/** Keys that nothing will ever remove. */
export async function leakedKeys(redis: Redis): Promise<readonly string[]> {
  const leaked: string[] = [];
  for (const key of await keysOf(redis, '*')) {
    if (STAYS.has(key) || (await redis.pttl(key)) >= 0) continue;
    leaked.push(key);
  }
  return leaked.sort();
}

/** Waits until no key is left that should not be. */
export async function lastKeys(redis: Redis, patienceMs: number): Promise<readonly string[]> {
  const until = performance.now() + patienceMs;
  for (;;) {
    const keys = await leakedKeys(redis);
    if (keys.length === 0 || performance.now() > until) return keys;
    await sleep(200);
  }
}

async function keysOf(redis: Redis, pattern: string): Promise<string[]> {
  const keys = new Set<string>();
  for await (const page of redis.scanStream({ match: pattern, count: 500 })) for (const key of page) keys.add(key);
  return [...keys];
}
