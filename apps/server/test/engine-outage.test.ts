import { type PrivateRedis, startRedis } from '@ojs/dev';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Engine } from '../src/engine/engine.ts';
import { BackendUnavailable, KeySpaceTooNew } from '../src/engine/errors.ts';
import { aTenant, fetchOne, jobIn } from './engine-fixtures.ts';
import { aJob, CALLER, openEngine } from './engine-harness.ts';
import { expectSound } from './engine-sound.ts';

const never = new AbortController().signal;
const claim = { id: aJob().id, queue: 'q' };
const list = { visible: () => true, limit: 1, offset: 0 };

const OPERATIONS: [string, (engine: Engine, tenant: string) => Promise<unknown>][] = [
  ['push', (e, t) => e.push(t, CALLER, [aJob()])],
  ['fetch', (e, t) => e.fetch(t, CALLER, { queues: ['q'], count: 1 })],
  ['waitForJobs', (e, t) => e.waitForJobs(t, ['q'], 9_000, never)],
  ['ack', (e, t) => e.ack(t, CALLER, claim, 1)],
  ['nack', (e, t) => e.nack(t, CALLER, claim, { message: '' })],
  ['requeue', (e, t) => e.requeue(t, CALLER, claim)],
  ['heartbeat', (e, t) => e.heartbeat(t, CALLER, { workerId: 'w', ids: [claim.id] })],
  ['locate', (e, t) => e.locate(t, claim.id)],
  ['info', (e, t) => e.info(t, claim.id)],
  ['waitForJob', (e, t) => e.waitForJob(t, claim.id, 9_000, never)],
  ['cancel', (e, t) => e.cancel(t, CALLER, claim.id, 'q')],
  ['activate', (e, t) => e.activate(t, CALLER, claim.id, 'q')],
  ['isDeadLetter', (e, t) => e.isDeadLetter(t, claim.id, 'q')],
  ['deadLetters', (e, t) => e.deadLetters(t, list)],
  ['deadLetters of a queue', (e, t) => e.deadLetters(t, { ...list, queue: 'q' })],
  ['retryDeadLetter', (e, t) => e.retryDeadLetter(t, CALLER, claim.id, 'q')],
  ['deleteDeadLetter', (e, t) => e.deleteDeadLetter(t, CALLER, claim.id, 'q')],
  ['queues', (e, t) => e.queues(t, { visible: () => true, offset: 0, limit: 9 })],
  ['stats', (e, t) => e.stats(t, 'q')],
  ['setPaused', (e, t) => e.setPaused(t, CALLER, 'q', true)],
  ['drain', (e, t) => e.queueControl.drain(t, CALLER, 'q')],
  ['configure', (e, t) => e.queueControl.configure(t, CALLER, 'q', {})],
  ['purge', (e, t) => e.queueControl.purge(t, CALLER, 'q', ['available'])],
  ['rate limit', (e, t) => e.limits.read(t, 'k')],
  ['events', (e, t) => e.events(t, { matches: () => true, limit: 1 })],
  ['ping', (e) => e.ping()],
];

let redis: PrivateRedis;
beforeEach(async () => {
  redis = await startRedis();
});
afterEach(() => redis.stop());

describe('while Redis is gone', () => {
  test('every operation says so at once, without what was sent, and works again by itself', async () => {
    const open = await openEngine(redis.url);
    const tenant = aTenant();
    await jobIn(open.engine, tenant, 'available');
    await redis.kill();
    await expect.poll(() => open.redis.client.status).not.toBe('ready');
    for (const [name, run] of OPERATIONS) {
      const error = await run(open.engine, tenant).catch((thrown: unknown) => thrown);
      expect(error, name).toBeInstanceOf(BackendUnavailable);
      expect(Object.keys(error as object)).not.toContain('command');
    }
    await redis.restart();
    await expect.poll(() => open.engine.ping(), { timeout: 10_000 }).toBeGreaterThan(0);
    for (const [name, run] of OPERATIONS.filter(([each]) => !each.startsWith('wait'))) {
      const error = await run(open.engine, tenant).catch((thrown: unknown) => thrown);
      expect(error, name).not.toBeInstanceOf(BackendUnavailable);
    }
    await expectSound(open.redis);
    await open.close();
  });
});

describe('what a server that died had begun is ended by the one that is left', () => {
  /** Leaves a job in `q` whose lease ends soon, and one that waits in `r`. */
  async function die(tenant: string): Promise<void> {
    const dying = await openEngine(redis.url, {}, false);
    await dying.engine.push(tenant, CALLER, [aJob({ queue: 'q' }), aJob({ queue: 'r' })]);
    await dying.engine.fetch(tenant, CALLER, { queues: ['q'], count: 1, leaseMs: 50 });
    await dying.close();
  }

  test('though it never saw the tenant, and was asked about others that do not exist', async () => {
    const left = await openEngine(redis.url);
    await left.engine.stats(aTenant(), 'q');
    const tenant = aTenant();
    await die(tenant);
    const watcher = await openEngine(redis.url, {}, false);
    await watcher.engine.waitForJobs(tenant, ['q'], 20_000, never);
    expect(await fetchOne(watcher.engine, tenant, 'q')).toMatchObject({ attempt: 2 });
    await Promise.all([left.close(), watcher.close()]);
  });

  test('though it was asked something else before it looked around', async () => {
    const tenant = aTenant();
    await die(tenant);
    const young = await openEngine(redis.url);
    // The end of this lease, half an hour from now, is not the next thing that happens.
    await fetchOne(young.engine, tenant, 'r');
    await young.engine.waitForJobs(tenant, ['q'], 20_000, never);
    expect(await fetchOne(young.engine, tenant, 'q')).toMatchObject({ attempt: 2 });
    await young.close();
  });
});

test('everything that was answered is there after Redis was killed and started again', async () => {
  const open = await openEngine(redis.url, {}, false);
  const tenant = aTenant();
  const answered = await open.engine.push(
    tenant,
    CALLER,
    Array.from({ length: 200 }, () => aJob()),
  );
  const fetched = await open.engine.fetch(tenant, CALLER, { queues: ['default'], count: 50 });
  await open.engine.ack(tenant, CALLER, { id: fetched[0]!.id, queue: 'default' }, 'result');
  await redis.kill();
  await redis.restart();
  const next = await openEngine(redis.url, {}, false);
  expect(await next.engine.stats(tenant, 'default')).toMatchObject({ available: 150, active: 49, completed: 1 });
  expect(await next.engine.info(tenant, fetched[0]!.id)).toMatchObject({ state: 'completed', result: 'result' });
  expect(await next.engine.info(tenant, answered.at(-1)!.id)).toEqual(answered.at(-1));
  await expectSound(next.redis);
  await Promise.all([open.close(), next.close()]);
});

test('when Redis has no memory left, a push is refused whole and what is there can still end', async () => {
  const open = await openEngine(redis.url, {}, false);
  const tenant = aTenant();
  const { id } = await jobIn(open.engine, tenant, 'active', 'q');
  await open.redis.client.config('SET', 'maxmemory', '1');
  const push = open.engine.push(tenant, CALLER, [aJob({ queue: 'q' }), aJob({ queue: 'q' })]);
  await expect(push).rejects.toBeInstanceOf(BackendUnavailable);
  await expectSound(open.redis);
  await open.redis.client.config('SET', 'maxmemory', '0');
  await open.engine.ack(tenant, CALLER, { id, queue: 'q' }, 1);
  await open.close();
});

test('a server refuses the key space of a newer one, and says what to do', async () => {
  const open = await openEngine(redis.url);
  await open.redis.client.set('{ojs}/format', '2');
  await expect(openEngine(redis.url)).rejects.toBeInstanceOf(KeySpaceTooNew);
  await expect(openEngine(redis.url)).rejects.toThrow(/format 2.*deploy a newer server/);
  await open.close();
});

test('a server that has just started waits for jobs at once', async () => {
  const open = await openEngine(redis.url);
  const woken = open.engine.waitForJobs('t', ['default'], 20_000, never);
  await open.engine.push('t', CALLER, [aJob()]);
  await woken;
  await open.close();
});
