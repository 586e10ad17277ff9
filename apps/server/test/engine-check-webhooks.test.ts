import { type PrivateRedis, startRedis } from '@ojs/dev';
import { v7 } from 'uuid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkKeySpace } from '../src/engine/check/check.ts';
import { WEBHOOK_RULES } from '../src/engine/check/finding.ts';
import type { RedisClient } from '../src/redis/connect.ts';
import { aTenant } from './engine-fixtures.ts';
import { aJob, CALLER, openEngine, type TestEngine } from './engine-harness.ts';
import { expectSound } from './engine-sound.ts';

let redis: PrivateRedis;
let open: TestEngine;
beforeAll(async () => {
  redis = await startRedis();
  open = await openEngine(redis.url, {}, false);
});
afterAll(async () => {
  await open.close();
  await redis.stop();
});

const id = `sub_${v7()}`;
const delivery = 'del_1';

/** A tenant with an active subscription and a delivery that waits. */
async function withDelivery(): Promise<string> {
  const { client } = open.redis;
  await client.flushdb();
  const tenant = aTenant();
  const record = {
    url: 'https://example.com/',
    events: ['*'],
    timeoutMs: 1_000,
    owner: 'o',
    createdAt: 0,
    updatedAt: 0,
  };
  await open.engine.webhooks.create(tenant, CALLER, id, record, true, undefined);
  await open.engine.push(tenant, CALLER, [aJob()]);
  const prefix = `{ojs:${tenant}}`;
  await client.hset(`${prefix}/delivery/${delivery}`, { sub: id, status: 'pending' });
  await client.zadd(`${prefix}/webhook-due/${id}`, 1, delivery);
  await client.zadd(`${prefix}/timers`, 1, `webhook/${id}`);
  await expectSound(open.redis);
  return prefix;
}

type Corruption = [
  rule: (typeof WEBHOOK_RULES)[number],
  corrupt: (client: RedisClient, own: string) => Promise<unknown>,
];

const CORRUPTIONS: Corruption[] = [
  ['subscription not listed', (c, own) => c.zrem(`${own}/webhooks`, id)],
  ['subscription is incomplete', (c, own) => c.hdel(`${own}/webhook/${id}`, 'secrets')],
  ['events are looked at for nobody', (c, own) => c.hset(`${own}/webhook/${id}`, 'active', 0)],
  ['events are not looked at', (c, own) => c.zrem(`${own}/timers`, 'webhooks/feed')],
  ['events are not looked at', (c, own) => c.del(`${own}/webhook-cursor`)],
  ['delivery in no list', (c, own) => c.zrem(`${own}/webhook-due/${id}`, delivery)],
  ['delivery without record', (c, own) => c.del(`${own}/delivery/${delivery}`)],
  ['delivery is never due', (c, own) => c.zrem(`${own}/timers`, `webhook/${id}`)],
];

test.each(CORRUPTIONS)('the checker names the rule "%s"', async (rule, corrupt) => {
  await corrupt(open.redis.client, await withDelivery());
  const { findings } = await checkKeySpace(open.redis.client);
  expect(findings.map((finding) => finding.rule)).toContain(rule);
});

test('the checker has no rule of webhooks that no test breaks', () => {
  expect(WEBHOOK_RULES.filter((rule) => !CORRUPTIONS.some(([broken]) => broken === rule))).toEqual([]);
});
