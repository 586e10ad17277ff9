import { fileURLToPath } from 'node:url';
import { type Child, type PrivateRedis, startChild, startRedis } from '@ojs/dev';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aCron, lastHour, makeDue, saveCron, timerComes } from './engine-cron-fixtures.ts';
import { aTenant } from './engine-fixtures.ts';
import { openEngine, type TestEngine } from './engine-harness.ts';
import { startProxy } from './engine-proxy.ts';
import { expectSound } from './engine-sound.ts';
import { createSweep } from './engine-sweep.ts';

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

const firedOf = async (tenant: string, name: string): Promise<number> =>
  (await open.engine.crons.history(tenant, name, 100)).filter(({ outcome }) => outcome === 'triggered').length;

test.each(['before', 'after'] as const)(
  'a firing that is cut off %s any of its commands comes about once',
  { timeout: 20_000 },
  async (when) => {
    for (let nth = 1; ; nth++) {
      const tenant = aTenant();
      await saveCron(open.engine, tenant, aCron('c', { overlap: 'allow' }));
      await makeDue(open.redis.client, tenant, 'c', lastHour());
      const proxy = await startProxy(redis.url.slice('unix://'.length));
      const cut = await createSweep(proxy.url);
      await open.redis.client.script('FLUSH');
      proxy.cutAt(nth, when);
      await cut.now(tenant).catch(() => undefined);
      const { isCut } = proxy;
      await cut.close();
      await proxy.close();
      expect([0, 1]).toContain(await firedOf(tenant, 'c'));
      expect(await open.redis.client.zscore(`{ojs:${tenant}}/timers`, 'cron/c')).not.toBeNull();
      await timerComes(open.redis.client, tenant, 'c');
      await open.engine.sweep(tenant);
      const { count, next } = (await open.engine.crons.find(tenant, 'c'))!;
      expect({ fired: await firedOf(tenant, 'c'), count, next }).toEqual({
        fired: 1,
        count: 1,
        next: lastHour() + 3_600_000,
      });
      expect((await open.engine.stats(tenant, 'q'))?.available).toBe(1);
      if (!isCut) break;
    }
    await expectSound(open.redis);
  },
);

const LOAD = fileURLToPath(new URL('./engine-cron-load.ts', import.meta.url));

test('servers that are killed while entries are due lose no firing and double none', { timeout: 60_000 }, async () => {
  const { engine, redis: connections } = open;
  const tenant = aTenant();
  const names = Array.from({ length: 150 }, (_, i) => `c${i}`);
  for (const name of names) await saveCron(engine, tenant, aCron(name, { overlap: 'allow' }));
  const start = async (): Promise<Child> => {
    let ready = (): void => undefined;
    const isReady = new Promise<void>((resolve) => {
      ready = resolve;
    });
    const onOutput = (text: string): void => (text.includes('ready') ? ready() : undefined);
    const child = startChild(process.execPath, ['--disable-warning=ExperimentalWarning', LOAD, redis.url], {
      onOutput,
    });
    await isReady;
    return child;
  };
  const waiting = async (): Promise<number> => (await engine.stats(tenant, 'q'))?.available ?? 0;
  const ROUNDS = 2;
  for (let round = 0; round < ROUNDS; round++) {
    const children = await Promise.all([start(), start()]);
    await Promise.all(names.map((name) => makeDue(connections.client, tenant, name, lastHour())));
    await expect.poll(waiting, { interval: 1, timeout: 10_000 }).toBeGreaterThan(round * names.length);
    await Promise.all(children.map((child) => child.kill()));
    // What was claimed by those that died comes again.
    for (const name of names) await timerComes(connections.client, tenant, name);
    await engine.sweep(tenant);
    expect(await waiting()).toBe((round + 1) * names.length);
  }
  expect(await Promise.all(names.map((name) => firedOf(tenant, name)))).toEqual(names.map(() => ROUNDS));
  await expectSound(connections);
});
