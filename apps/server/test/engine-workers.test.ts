import { type PrivateRedis, startRedis } from '@ojs/dev';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Caller, WorkerState } from '../src/engine/engine.ts';
import { TooManyWorkers, WorkerDraining } from '../src/engine/errors.ts';
import { aTenant, jobIn } from './engine-fixtures.ts';
import { CALLER, openEngine, type TestEngine } from './engine-harness.ts';
import { expectSound } from './engine-sound.ts';

const OTHER: Caller = { principal: 'other', epoch: '0' };
const WORKERS = 3;

let redis: PrivateRedis;
let server: TestEngine;
beforeAll(async () => {
  redis = await startRedis();
  server = await openEngine(redis.url, { workers: WORKERS }, false);
});
afterAll(async () => {
  await server.close();
  await redis.stop();
});

const beat = (tenant: string, workerId: string, state?: WorkerState, caller = CALLER) =>
  server.engine.heartbeat(tenant, caller, { workerId, ids: [], active: 2, ...(state && { state }) });
const fetch = (tenant: string, workerId: string, caller = CALLER) =>
  server.engine.fetch(tenant, caller, { queues: ['q'], count: 1, workerId });

describe('a worker', () => {
  test.each(['quiet', 'drain', 'terminate', 'shutting_down'] as const)('that is %s is handed no job', async (state) => {
    const tenant = aTenant();
    const { id } = await jobIn(server.engine, tenant, 'available', 'q');
    await beat(tenant, 'w1', state);
    await expect(fetch(tenant, 'w1')).rejects.toBeInstanceOf(WorkerDraining);
    expect(await server.engine.info(tenant, id)).toMatchObject({ state: 'available', attempt: 0 });
    expect(await fetch(tenant, 'w2')).toMatchObject([{ id }]);
  });

  test('stays in its state when a beat says nothing of it, and is handed jobs again once it runs', async () => {
    const tenant = aTenant();
    await jobIn(server.engine, tenant, 'available', 'q');
    await beat(tenant, 'w1', 'quiet');
    expect(await beat(tenant, 'w1')).toMatchObject({ state: 'quiet' });
    await expect(fetch(tenant, 'w1')).rejects.toBeInstanceOf(WorkerDraining);
    await beat(tenant, 'w1', 'running');
    expect(await fetch(tenant, 'w1')).toHaveLength(1);
  });

  test('is known by what it last said, to its own principal only', async () => {
    const tenant = aTenant();
    const { now } = await beat(tenant, 'w1', 'drain');
    expect(await server.engine.worker(tenant, CALLER.principal, 'w1')).toEqual({
      state: 'drain',
      active: 2,
      seen: now,
    });
    expect(await server.engine.worker(tenant, OTHER.principal, 'w1')).toBeUndefined();
    expect(await server.engine.worker(aTenant(), CALLER.principal, 'w1')).toBeUndefined();
  });
});

describe('worker ids', () => {
  test('are bounded for each principal, whether by beats or by fetches', async () => {
    const tenant = aTenant();
    await beat(tenant, 'w1');
    await fetch(tenant, 'w2');
    await fetch(tenant, 'w3');
    await expect(beat(tenant, 'w4')).rejects.toBeInstanceOf(TooManyWorkers);
    await expect(fetch(tenant, 'w5')).rejects.toBeInstanceOf(TooManyWorkers);
    // Those that are known go on, and another principal has its own.
    await beat(tenant, 'w1');
    await fetch(tenant, 'w3');
    await beat(tenant, 'w4', 'running', OTHER);
    expect((await server.redis.client.keys(`{ojs:${tenant}}/worker/*`)).length).toBe(4);
    await expectSound(server.redis);
  });

  test('that were not used for an hour make room', async () => {
    const tenant = aTenant();
    for (const id of ['w1', 'w2', 'w3']) await beat(tenant, id);
    const { client } = server.redis;
    await client.zincrby(`{ojs:${tenant}}/workers`, -3_600_001, 'tester w1');
    await client.del(`{ojs:${tenant}}/worker/w1`);
    await beat(tenant, 'w4');
    expect(await client.hgetall(`{ojs:${tenant}}/worker-counts`)).toEqual({ tester: '3' });
    await expect(beat(tenant, 'w5')).rejects.toBeInstanceOf(TooManyWorkers);
    await expectSound(server.redis);
  });

  test('leave nothing behind that does not end by itself', async () => {
    const tenant = aTenant();
    await beat(tenant, 'w1');
    await fetch(tenant, 'w2');
    const { client } = server.redis;
    for (const key of await client.keys(`{ojs:${tenant}}/worker*`)) expect(await client.pttl(key)).toBeGreaterThan(0);
  });
});
