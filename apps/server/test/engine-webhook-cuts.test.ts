import { type PrivateRedis, startRedis } from '@ojs/dev';
import { v7 } from 'uuid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aTenant } from './engine-fixtures.ts';
import { aJob, CALLER, openEngine, type TestEngine } from './engine-harness.ts';
import { startProxy } from './engine-proxy.ts';
import { expectSound } from './engine-sound.ts';
import { createSweep } from './engine-sweep.ts';

const PAST = 1_000_000_000_000;

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

/** Nothing is sent anywhere: the target may not be reached, which is found out without asking for it. */
const record = { url: 'https://127.0.0.1/', events: ['*'], timeoutMs: 1_000, owner: 'o', createdAt: 0, updatedAt: 0 };

test.each(['before', 'after'] as const)(
  'a look at new events that is cut off %s any of its commands makes each delivery once',
  { timeout: 60_000 },
  async (when) => {
    for (let nth = 1; ; nth++) {
      const tenant = aTenant();
      const id = `sub_${v7()}`;
      await open.engine.webhooks.create(tenant, CALLER, id, record, true, undefined);
      await open.engine.push(tenant, CALLER, [aJob(), aJob(), aJob()]);
      const come = () => open.redis.client.zadd(`{ojs:${tenant}}/timers`, PAST, 'webhooks/feed');
      await come();
      const proxy = await startProxy(redis.url.slice('unix://'.length));
      const cut = await createSweep(proxy.url);
      await open.redis.client.script('FLUSH');
      proxy.cutAt(nth, when);
      await cut.now(tenant).catch(() => undefined);
      await cut.close();
      const { isCut } = proxy;
      await proxy.close();
      expect([0, 3]).toContain((await open.engine.webhooks.deliveries(tenant, id, 100)).length);
      await come();
      await open.engine.sweep(tenant);
      const deliveries = await open.engine.webhooks.deliveries(tenant, id, 100);
      expect(deliveries).toHaveLength(3);
      expect(new Set(deliveries.map(({ event_id }) => event_id)).size).toBe(3);
      if (!isCut) break;
    }
    await expectSound(open.redis);
  },
);

test.each(['before', 'after'] as const)(
  'what is done to a subscription happens whole or not at all, cut off %s any command',
  { timeout: 60_000 },
  async (when) => {
    for (let nth = 1; ; nth++) {
      const tenant = aTenant();
      const [kept, gone] = [`sub_${v7()}`, `sub_${v7()}`];
      for (const id of [kept, gone]) await open.engine.webhooks.create(tenant, CALLER, id, record, true, undefined);
      const proxy = await startProxy(redis.url.slice('unix://'.length));
      const cut = await openEngine(proxy.url, {}, false);
      await open.redis.client.script('FLUSH');
      proxy.cutAt(nth, when);
      const { webhooks } = cut.engine;
      await webhooks
        .update(tenant, CALLER, kept, (old) => ({ record: { ...old, events: ['job.*'] }, active: false }))
        .then(() => webhooks.rotate(tenant, CALLER, kept, undefined, 1_000))
        .then(() => webhooks.delete(tenant, CALLER, gone))
        .catch(() => undefined);
      await cut.close();
      const { isCut } = proxy;
      await proxy.close();
      const found = await open.engine.webhooks.get(tenant, kept);
      expect([true, false]).toContain(found?.active);
      expect(found?.events).toEqual(found?.active ? ['*'] : ['job.*']);
      if (!isCut) break;
    }
    await expectSound(open.redis);
  },
);
