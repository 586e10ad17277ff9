import { describe, expect, test } from 'vitest';
import type { Caller, Engine } from '../src/engine/engine.ts';
import { StaleAccess } from '../src/engine/errors.ts';
import { onEachBackend } from './engine-backends.ts';
import { dumpOf } from './engine-dump.ts';
import { aTenant, jobIn } from './engine-fixtures.ts';
import { aJob } from './engine-harness.ts';

const STALE: Caller = { principal: 'tester', epoch: '0' };
const CURRENT: Caller = { principal: 'tester', epoch: '1' };

interface Target {
  readonly engine: Engine;
  readonly tenant: string;
  readonly ids: Readonly<Record<'active' | 'available' | 'pending' | 'dead', string>>;
}

const OPERATIONS: [string, (target: Target, caller: Caller) => Promise<unknown>][] = [
  ['push', ({ engine, tenant }, caller) => engine.push(tenant, caller, [aJob({ queue: 'q' })])],
  [
    'fetch',
    ({ engine, tenant }, caller) => engine.fetch(tenant, caller, { queues: ['q', 'new'], count: 1, workerId: 'n' }),
  ],
  ['ack', ({ engine, tenant, ids }, caller) => engine.ack(tenant, caller, { id: ids.active, queue: 'q' }, 1)],
  [
    'nack',
    ({ engine, tenant, ids }, caller) => engine.nack(tenant, caller, { id: ids.active, queue: 'q' }, { message: '' }),
  ],
  ['requeue', ({ engine, tenant, ids }, caller) => engine.requeue(tenant, caller, { id: ids.active, queue: 'q' })],
  [
    'heartbeat',
    ({ engine, tenant, ids }, caller) => engine.heartbeat(tenant, caller, { workerId: 'n', ids: [ids.active] }),
  ],
  [
    'progress',
    ({ engine, tenant, ids }, caller) =>
      engine.attempts.report(tenant, caller, { id: ids.active, queue: 'q' }, { progress: 0.5, checkpoint: 1 }),
  ],
  [
    'saving a checkpoint',
    ({ engine, tenant, ids }, caller) =>
      engine.attempts.save(tenant, caller, { id: ids.active, queue: 'q' }, { at: 1 }, false),
  ],
  [
    'deleting a checkpoint',
    ({ engine, tenant, ids }, caller) => engine.attempts.forget(tenant, caller, { id: ids.active, queue: 'q' }, false),
  ],
  ['cancel', ({ engine, tenant, ids }, caller) => engine.cancel(tenant, caller, ids.available, 'q')],
  ['activate', ({ engine, tenant, ids }, caller) => engine.activate(tenant, caller, ids.pending, 'q')],
  ['retryDeadLetter', ({ engine, tenant, ids }, caller) => engine.retryDeadLetter(tenant, caller, ids.dead, 'q')],
  ['deleteDeadLetter', ({ engine, tenant, ids }, caller) => engine.deleteDeadLetter(tenant, caller, ids.dead, 'q')],
  ['forgetHistory', ({ engine, tenant, ids }, caller) => engine.forgetHistory(tenant, caller, ids.dead, 'q')],
  ['pause', ({ engine, tenant }, caller) => engine.setPaused(tenant, caller, 'q', true)],
  ['drain', ({ engine, tenant }, caller) => engine.queueControl.drain(tenant, caller, 'q')],
  ['create', ({ engine, tenant }, caller) => engine.queueControl.create(tenant, caller, 'new', { concurrency: 1 })],
  ['configure', ({ engine, tenant }, caller) => engine.queueControl.configure(tenant, caller, 'q', { concurrency: 1 })],
  ['purge', ({ engine, tenant }, caller) => engine.queueControl.purge(tenant, caller, 'q', ['available'])],
];

onEachBackend((given) => {
  async function target(): Promise<Target> {
    const tenant = aTenant();
    const { engine } = given.a;
    const ids = {
      active: (await jobIn(engine, tenant, 'active', 'q')).id,
      dead: (await jobIn(engine, tenant, 'dead', 'q')).id,
      pending: (await jobIn(engine, tenant, 'pending', 'q')).id,
      available: (await jobIn(engine, tenant, 'available', 'q')).id,
    };
    await given.a.redis.client.incr(`{ojs:${tenant}}/epoch`);
    return { engine, tenant, ids };
  }

  describe.each(OPERATIONS)('%s', (_name, run) => {
    test('under a stale access epoch is refused, tells the current one, and changes nothing', async () => {
      const at = await target();
      const before = await dumpOf(given.a.redis.client, at.tenant);
      const error = await run(at, STALE).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(StaleAccess);
      expect(error).toMatchObject({ current: '1' });
      expect(await dumpOf(given.a.redis.client, at.tenant)).toEqual(before);
    });

    test('under the current epoch is served, also beside a stale one in the same moment', async () => {
      const at = await target();
      const [stale, current] = await Promise.allSettled([run(at, STALE), run(at, CURRENT)]);
      expect(stale).toMatchObject({ status: 'rejected', reason: expect.any(StaleAccess) });
      expect(current).toMatchObject({ status: 'fulfilled' });
    });
  });
});
