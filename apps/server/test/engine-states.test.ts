import type { JobState } from '@ojs/schema';
import { v7 } from 'uuid';
import { describe, expect, test } from 'vitest';
import type { Engine } from '../src/engine/engine.ts';
import { EngineRefusal } from '../src/engine/errors.ts';
import { onEachBackend } from './engine-backends.ts';
import { dumpOf } from './engine-dump.ts';
import { aTenant, fetchOne, jobIn, moment } from './engine-fixtures.ts';
import { aJob, CALLER } from './engine-harness.ts';

type State = JobState | 'dead';
const STATES: State[] = [
  'scheduled',
  'available',
  'pending',
  'active',
  'completed',
  'retryable',
  'cancelled',
  'discarded',
  'dead',
];

type Operation = (engine: Engine, tenant: string, id: string) => Promise<unknown>;

/** Each operation, the states that it starts from, and what it says to a job in another. */
const OPERATIONS: [name: string, from: State[], refusal: string, run: Operation][] = [
  ['ACK', ['active'], 'LeaseLost', (e, t, id) => e.ack(t, CALLER, { id, queue: 'q' }, 1)],
  ['FAIL', ['active'], 'LeaseLost', (e, t, id) => e.nack(t, CALLER, { id, queue: 'q' }, { message: 'no' })],
  ['giving back', ['active'], 'LeaseLost', (e, t, id) => e.requeue(t, CALLER, { id, queue: 'q' })],
  [
    'CANCEL',
    ['scheduled', 'available', 'pending', 'active', 'retryable'],
    'WrongState',
    (e, t, id) => e.cancel(t, CALLER, id, 'q'),
  ],
  ['ACTIVATE', ['pending'], 'WrongState', (e, t, id) => e.activate(t, CALLER, id, 'q')],
  ['retrying a dead letter', ['dead'], 'NoSuchJob', (e, t, id) => e.retryDeadLetter(t, CALLER, id, 'q')],
  ['deleting a dead letter', ['dead'], 'NoSuchJob', (e, t, id) => e.deleteDeadLetter(t, CALLER, id, 'q')],
];

const refused = OPERATIONS.flatMap(([name, from, refusal, run]) =>
  STATES.filter((state) => !from.includes(state)).map((state) => ({ name, state, refusal, run })),
);

onEachBackend((given) => {
  const stateOf = async (tenant: string, id: string): Promise<JobState | undefined> =>
    (await given.b.engine.info(tenant, id))?.state;

  describe('transitions of ojs-core §6.3', () => {
    test.each([
      ['available', {}],
      ['available', { scheduledAt: moment(1_000) }],
      ['scheduled', { scheduledAt: moment(Date.now() + 60_000) }],
      ['pending', { pending: true }],
      ['pending', { pending: true, scheduledAt: moment(Date.now() + 60_000) }],
    ] as const)('PUSH makes a job %s (%o) with created_at and enqueued_at', async (state, options) => {
      const tenant = aTenant();
      const job = aJob(options);
      const [pushed] = await given.a.engine.push(tenant, CALLER, [job]);
      expect(pushed).toMatchObject({ id: job.id, state, attempt: 0, max_attempts: 3, enqueued_by: 'tester' });
      expect(pushed?.created_at).toEqual(expect.any(String));
      expect(pushed?.enqueued_at).toEqual(expect.any(String));
      // What the answer says is what another process reads.
      expect(await given.b.engine.info(tenant, job.id)).toEqual(pushed);
    });

    test('time: scheduled → available', async () => {
      const tenant = aTenant();
      const { id } = await jobIn(given.a.engine, tenant, 'scheduled', 'q');
      await given.sweep.come(tenant, 'q', id);
      expect(await stateOf(tenant, id)).toBe('available');
      expect((await fetchOne(given.b.engine, tenant, 'q')).id).toBe(id);
    });

    test('ACTIVATE: pending → available', async () => {
      const tenant = aTenant();
      const { id } = await jobIn(given.a.engine, tenant, 'pending', 'q');
      const { job, previous } = await given.b.engine.activate(tenant, CALLER, id, 'q');
      expect({ previous, now: job.state }).toEqual({ previous: 'pending', now: 'available' });
      expect((await fetchOne(given.a.engine, tenant, 'q')).id).toBe(id);
    });

    test('ACTIVATE of a pending job that is scheduled: pending → scheduled → available', async () => {
      const tenant = aTenant();
      const scheduledAt = moment(Date.now() + 60_000);
      const { id } = await jobIn(given.a.engine, tenant, 'pending', 'default', { scheduledAt });
      const { job } = await given.a.engine.activate(tenant, CALLER, id, 'default');
      expect(job).toMatchObject({ state: 'scheduled', scheduled_at: scheduledAt.text });
      await given.sweep.come(tenant, 'default', id);
      expect(await stateOf(tenant, id)).toBe('available');
    });

    test('FETCH: available → active, with started_at, the attempt counted and a lease', async () => {
      const tenant = aTenant();
      const { id } = await jobIn(given.a.engine, tenant, 'available', 'q');
      const job = await fetchOne(given.b.engine, tenant, 'q');
      expect(job).toMatchObject({ id, state: 'active', attempt: 1 });
      expect(job?.started_at).toEqual(expect.any(String));
      expect(job?.lease_expires_at).toEqual(expect.any(String));
      expect(await given.a.engine.info(tenant, id)).toEqual(job);
    });

    test('ACK: active → completed, with completed_at and the result, and without the last error', async () => {
      const tenant = aTenant();
      const { id } = await jobIn(given.a.engine, tenant, 'retryable', 'q');
      await given.sweep.come(tenant, 'q', id);
      const { attempt } = await fetchOne(given.b.engine, tenant, 'q');
      const settled = await given.b.engine.ack(tenant, CALLER, { id, queue: 'q' }, { n: [1, null] });
      expect(settled).toMatchObject({ id, queue: 'q', type: 'test.job', state: 'completed', attempt, max_attempts: 3 });
      const job = await given.a.engine.info(tenant, id);
      expect(job).toMatchObject({ state: 'completed', result: { n: [1, null] }, completed_at: settled.completedAt });
      expect(job?.error).toBeUndefined();
      expect(job?.errors).toHaveLength(1);
    });

    test.each([[undefined], [null], [0], [''], [[]]])('ACK keeps the result %j', async (result) => {
      const tenant = aTenant();
      const { id } = await jobIn(given.a.engine, tenant, 'active', 'q');
      await given.a.engine.ack(tenant, CALLER, { id, queue: 'q' }, result);
      expect((await given.a.engine.info(tenant, id))?.result).toEqual(result);
    });

    test('FAIL: active → retryable → available while attempts remain, then → discarded', async () => {
      const tenant = aTenant();
      const { id } = await jobIn(given.a.engine, tenant, 'retryable', 'q');
      const waiting = await given.a.engine.info(tenant, id);
      expect(waiting).toMatchObject({ attempt: 1, error: { message: 'try again', attempt: 1 } });
      expect(Date.parse(String(waiting?.next_attempt_at))).toBeGreaterThan(Date.now());
      for (const attempt of [2, 3]) {
        await given.sweep.come(tenant, 'q', id);
        expect(await stateOf(tenant, id)).toBe('available');
        expect(await fetchOne(given.b.engine, tenant, 'q')).toMatchObject({ id, attempt });
        await given.b.engine.nack(tenant, CALLER, { id, queue: 'q' }, { message: `failure ${attempt}` });
      }
      const job = await given.a.engine.info(tenant, id);
      expect(job).toMatchObject({ state: 'discarded', attempt: 3, error: { message: 'failure 3' } });
      expect(job?.errors?.map((error) => error.attempt)).toEqual([1, 2, 3]);
      expect(job?.discarded_at).toEqual(expect.any(String));
    });

    test('FAIL with an error that must not be retried: active → discarded', async () => {
      const tenant = aTenant();
      const { id } = await jobIn(given.a.engine, tenant, 'discarded', 'q');
      expect(await stateOf(tenant, id)).toBe('discarded');
    });

    test.each(['scheduled', 'available', 'pending', 'active', 'retryable'] as const)(
      'CANCEL: %s → cancelled, with cancelled_at, and for ever',
      async (from) => {
        const tenant = aTenant();
        const { id } = await jobIn(given.a.engine, tenant, from, 'q');
        const { job, previous } = await given.b.engine.cancel(tenant, CALLER, id, 'q');
        expect({ previous, now: job.state }).toEqual({ previous: from, now: 'cancelled' });
        expect(job?.cancelled_at).toEqual(expect.any(String));
        expect(await given.a.engine.fetch(tenant, CALLER, { queues: ['q'], count: 9 })).toEqual([]);
      },
    );

    test('retrying a dead letter: discarded → available, attempt 0 and no errors', async () => {
      const tenant = aTenant();
      const { id } = await jobIn(given.a.engine, tenant, 'dead', 'q');
      const job = await given.b.engine.retryDeadLetter(tenant, CALLER, id, 'q');
      expect(job).toMatchObject({ id, state: 'available', attempt: 0 });
      expect(job?.error).toBeUndefined();
      expect(job?.errors).toBeUndefined();
      expect(job?.discarded_at).toBeUndefined();
      expect(await fetchOne(given.a.engine, tenant, 'q')).toMatchObject({ id, attempt: 1 });
    });
  });

  describe('transitions that do not exist', () => {
    test.each(refused)('$name of a job that is $state is refused and changes nothing', async (operation) => {
      const { state, refusal, run } = operation;
      const tenant = aTenant();
      const { id } = await jobIn(given.a.engine, tenant, state, 'q');
      const before = await dumpOf(given.a.redis.client, tenant);
      const error = await run(given.b.engine, tenant, id).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(EngineRefusal);
      expect(error).toMatchObject({ name: refusal, id });
      if (refusal !== 'NoSuchJob') expect(error).toMatchObject({ state: state === 'dead' ? 'discarded' : state });
      expect(await dumpOf(given.a.redis.client, tenant)).toEqual(before);
    });

    test.each(OPERATIONS)('%s of a job that does not exist is refused', async (_name, _from, _refusal, run) => {
      const tenant = aTenant();
      await jobIn(given.a.engine, tenant, 'available', 'q');
      await expect(run(given.a.engine, tenant, v7())).rejects.toMatchObject({ name: 'NoSuchJob' });
    });

    test('nothing but an available job is fetched', async () => {
      const tenant = aTenant();
      for (const state of STATES) if (state !== 'available') await jobIn(given.a.engine, tenant, state, 'q');
      expect(await given.b.engine.fetch(tenant, CALLER, { queues: ['q'], count: 100 })).toEqual([]);
    });

    test('a tenant does not see the job of another', async () => {
      const { id } = await jobIn(given.a.engine, aTenant(), 'available', 'q');
      expect(await given.a.engine.info(aTenant(), id)).toBeUndefined();
      expect(await given.a.engine.locate(aTenant(), id)).toBeUndefined();
    });
  });

  test('statistics count every state', async () => {
    const tenant = aTenant();
    for (const state of ['completed', 'active', 'dead', 'retryable', ...STATES] as const) {
      if (state !== 'available') await jobIn(given.a.engine, tenant, state, 'q');
    }
    await jobIn(given.a.engine, tenant, 'available', 'q');
    expect(await given.b.engine.stats(tenant, 'q')).toEqual({
      scheduled: 1,
      available: 1,
      pending: 1,
      active: 2,
      completed: 2,
      retryable: 2,
      cancelled: 1,
      discarded: 3,
      paused: false,
    });
    expect(await given.b.engine.stats(tenant, 'nowhere')).toBeUndefined();
  });
});
