import type { Job } from '@ojs/schema';
import { v7 } from 'uuid';
import { describe, expect, test } from 'vitest';
import type { Caller, Engine, LeaseClaim } from '../src/engine/engine.ts';
import { LeaseLost, NoSuchJob, WrongState } from '../src/engine/errors.ts';
import { onEachBackend } from './engine-backends.ts';
import { dumpOf } from './engine-dump.ts';
import { aTenant, fetchOne, jobIn } from './engine-fixtures.ts';
import { CALLER } from './engine-harness.ts';

const OTHER: Caller = { principal: 'other', epoch: '0' };
const RETRIES = { retry: { max_attempts: 5, initial_interval_ms: 0, jitter: false } };
const claimOf = ({ id, queue, attempt }: Job): LeaseClaim => ({ id, queue, attempt, workerId: 'w1' });

onEachBackend((given) => {
  const active = (tenant: string, engine: Engine = given.a.engine): Promise<Job> =>
    jobIn(engine, tenant, 'active', 'q', RETRIES);
  const ttl = (tenant: string, id: string): Promise<number> =>
    given.a.redis.client.pttl(`{ojs:${tenant}}/checkpoint/${id}`);

  /** Everybody who is not, or is no longer, the holder of the lease. */
  const STRANGERS: [
    who: string,
    Caller,
    wrong: Partial<LeaseClaim>,
    prepare?: (t: string, job: Job) => Promise<unknown>,
  ][] = [
    ['another principal', OTHER, {}],
    ['another principal that names no worker', OTHER, { workerId: undefined, attempt: undefined }],
    ['another worker', CALLER, { workerId: 'w2' }],
    ['an earlier attempt', CALLER, { attempt: 7 }],
    ['whoever let the lease end', CALLER, {}, (tenant, { id }) => given.sweep.endLease(tenant, 'q', id)],
  ];

  describe.each(STRANGERS)('%s', (_who, caller, wrong, prepare) => {
    const OPERATIONS: [string, (tenant: string, claim: LeaseClaim) => Promise<unknown>][] = [
      ['reports no progress', (t, c) => given.b.engine.attempts.report(t, caller, c, { progress: 1, checkpoint: 1 })],
      ['saves no checkpoint', (t, c) => given.b.engine.attempts.save(t, caller, c, { stolen: true }, true)],
      ['deletes no checkpoint', (t, c) => given.b.engine.attempts.forget(t, caller, c, true)],
    ];

    test.each(OPERATIONS)('%s', async (_what, run) => {
      const tenant = aTenant();
      const job = await active(tenant);
      await given.a.engine.attempts.save(tenant, CALLER, claimOf(job), 'mine', false);
      await prepare?.(tenant, job);
      const before = await dumpOf(given.a.redis.client, tenant);
      const claim = JSON.parse(JSON.stringify({ ...claimOf(job), ...wrong })) as LeaseClaim;
      await expect(run(tenant, claim)).rejects.toBeInstanceOf(LeaseLost);
      expect(await dumpOf(given.a.redis.client, tenant)).toEqual(before);
      await given.sweep.now(tenant);
    });
  });

  test('what an attempt reports is read back, clamped, and never goes down', async () => {
    const tenant = aTenant();
    const job = await active(tenant);
    const { attempts } = given.a.engine;
    const report = (progress: number, message?: string) =>
      attempts.report(tenant, CALLER, claimOf(job), { progress, message, data: { rows: progress } });
    expect(await report(-3, 'begun')).toMatchObject({
      accepted: true,
      progress: 0,
      message: 'begun',
      data: { rows: -3 },
    });
    expect(await report(0.47, 'on "it"')).toMatchObject({ progress: 0.47 });
    expect(await report(0.2, 'late')).toMatchObject({ progress: 0.47, message: 'on "it"', data: { rows: 0.47 } });
    const told = { progress: 0.47, progress_message: 'on "it"', progress_data: { rows: 0.47 } };
    expect(await given.b.engine.info(tenant, job.id)).toMatchObject(told);
    expect(await report(1.3)).toMatchObject({ progress: 1, message: null });
  });

  test('… data alone leaves the number as it was', async () => {
    const tenant = aTenant();
    const job = await active(tenant);
    const { attempts } = given.a.engine;
    const only = await attempts.report(tenant, CALLER, claimOf(job), { data: { phase: 1 } });
    expect(only).toMatchObject({ progress: null, data: { phase: 1 } });
    await attempts.report(tenant, CALLER, claimOf(job), { progress: 0.5 });
    const next = await attempts.report(tenant, CALLER, claimOf(job), { data: { phase: 2 } });
    expect(next).toMatchObject({ progress: 0.5, data: { phase: 2 } });
  });

  test('a report extends the lease as a heartbeat does, and never shortens it', async () => {
    const tenant = aTenant();
    await jobIn(given.a.engine, tenant, 'available', 'q');
    const [job] = await given.a.engine.fetch(tenant, CALLER, {
      queues: ['q'],
      count: 1,
      workerId: 'w1',
      leaseMs: 60_000,
    });
    const ends = async (): Promise<number> =>
      Date.parse(String((await given.a.engine.info(tenant, job!.id))?.lease_expires_at));
    const first = await ends();
    await new Promise((resolve) => setTimeout(resolve, 5));
    await given.a.engine.attempts.report(tenant, CALLER, claimOf(job!), { progress: 0.1 });
    expect(await ends()).toBeGreaterThan(first);
    await given.a.engine.heartbeat(tenant, CALLER, { workerId: 'w1', ids: [job!.id], leaseMs: 900_000 });
    const longer = await ends();
    await given.a.engine.attempts.report(tenant, CALLER, claimOf(job!), { progress: 0.2 });
    expect(await ends()).toBe(longer);
  });

  test.each(['available', 'scheduled', 'completed', 'cancelled', 'discarded'] as const)(
    'a report about a job that is %s is ignored, and changes nothing',
    async (state) => {
      const tenant = aTenant();
      const job = await jobIn(given.a.engine, tenant, state, 'q');
      const before = await dumpOf(given.a.redis.client, tenant);
      const noted = await given.a.engine.attempts.report(tenant, CALLER, claimOf(job), { progress: 1, checkpoint: 1 });
      expect(noted).toEqual({ accepted: false, state });
      expect(await dumpOf(given.a.redis.client, tenant)).toEqual(before);
    },
  );

  test('an attempt begins without progress; failing keeps it, completing makes it whole', async () => {
    const tenant = aTenant();
    const { engine } = given.a;
    const job = await active(tenant);
    await engine.attempts.report(tenant, CALLER, claimOf(job), { progress: 0.73, message: 'almost' });
    await engine.nack(tenant, CALLER, claimOf(job), { message: 'no' });
    expect(await engine.info(tenant, job.id)).toMatchObject({ state: 'available', progress: 0.73 });
    const again = await fetchOne(engine, tenant, 'q');
    expect(again).not.toHaveProperty('progress');
    expect(await engine.info(tenant, job.id)).not.toHaveProperty('progress_message');
    await engine.attempts.report(tenant, CALLER, claimOf(again), { progress: 0.1 });
    await engine.ack(tenant, CALLER, claimOf(again), undefined);
    expect(await engine.info(tenant, job.id)).toMatchObject({ state: 'completed', progress: 1 });
  });

  test('progress is an event, at most one a second for a job', async () => {
    const tenant = aTenant();
    const job = await active(tenant);
    for (const progress of [0.655, 0.7, 0.8])
      await given.a.engine.attempts.report(tenant, CALLER, claimOf(job), { progress, message: 'row 6 e=1\n' });
    const filter = { visible: () => true, limit: 9, matches: ({ type }: { type: string }) => type === 'job.progress' };
    const { events } = await given.a.engine.events(tenant, filter);
    expect(events.map(({ data }) => data)).toEqual([
      {
        job_type: 'test.job',
        queue: 'q',
        worker_id: 'w1',
        attempt: 1,
        progress_percent: 65.5,
        progress_message: 'row 6 e=1\n',
      },
    ]);
  });

  test('the last checkpoint is handed to every later attempt, whole, and its sequence goes on', async () => {
    const tenant = aTenant();
    const { engine } = given.a;
    const job = await active(tenant);
    expect(job).not.toHaveProperty('checkpoint');
    await engine.attempts.save(tenant, CALLER, claimOf(job), { a: 1, b: 2 }, false);
    const saved = await engine.attempts.save(tenant, CALLER, claimOf(job), { b: [null, { deep: 'é' }] }, false);
    expect(saved.sequence).toBe(2);
    await given.sweep.come(tenant, 'q', job.id);
    const [again] = await given.b.engine.fetch(tenant, CALLER, { queues: ['q'], count: 1, workerId: 'w1' });
    expect(again?.checkpoint).toEqual({
      state: { b: [null, { deep: 'é' }] },
      sequence: 2,
      created_at: saved.createdAt,
    });
    expect(again).not.toHaveProperty('last_checkpoint');
    await engine.requeue(tenant, CALLER, claimOf(again!));
    const third = await fetchOne(engine, tenant, 'q');
    expect(await engine.attempts.save(tenant, CALLER, claimOf(third), null, false)).toMatchObject({ sequence: 3 });
    expect(await engine.attempts.checkpoint(tenant, job.id, 'q')).toMatchObject({ state: null, sequence: 3 });
  });

  test('one that came with progress is handed over as last_checkpoint too', async () => {
    const tenant = aTenant();
    const job = await active(tenant);
    await given.a.engine.attempts.report(tenant, CALLER, claimOf(job), { progress: 0.5, checkpoint: { row: 7 } });
    await given.a.engine.requeue(tenant, CALLER, claimOf(job));
    const again = await fetchOne(given.a.engine, tenant, 'q');
    expect(again).toMatchObject({ checkpoint: { state: { row: 7 }, sequence: 1 }, last_checkpoint: { row: 7 } });
  });

  test('saves at one moment are all counted, and the last stands', async () => {
    const tenant = aTenant();
    const job = await active(tenant);
    const saves = Array.from({ length: 20 }, (_, n) =>
      [given.a, given.b][n % 2]!.engine.attempts.save(tenant, CALLER, claimOf(job), n, false),
    );
    const sequences = (await Promise.all(saves)).map(({ sequence }) => sequence);
    expect(sequences.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, n) => n + 1));
    const kept = await given.a.engine.attempts.checkpoint(tenant, job.id, 'q');
    expect(kept).toMatchObject({ sequence: 20, state: sequences.indexOf(20) });
  });

  test('deleting is idempotent, begins the sequence anew, and hands nothing over', async () => {
    const tenant = aTenant();
    const { engine } = given.a;
    const job = await active(tenant);
    await engine.attempts.save(tenant, CALLER, claimOf(job), 1, false);
    expect(await engine.attempts.forget(tenant, CALLER, claimOf(job), false)).toBe(true);
    expect(await engine.attempts.forget(tenant, CALLER, claimOf(job), false)).toBe(false);
    expect(await engine.attempts.checkpoint(tenant, job.id, 'q')).toBeUndefined();
    expect(await engine.attempts.save(tenant, CALLER, claimOf(job), 2, false)).toMatchObject({ sequence: 1 });
    await engine.attempts.forget(tenant, CALLER, claimOf(job), false);
    await engine.requeue(tenant, CALLER, claimOf(job));
    expect(await fetchOne(engine, tenant, 'q')).not.toHaveProperty('checkpoint');
  });

  test('the checkpoint of a job that ended can be read for a minute, is changed no more, and goes by itself', async () => {
    const tenant = aTenant();
    const { engine } = given.a;
    for (const end of ['ack', 'cancel', 'discard'] as const) {
      const job = await active(tenant);
      await engine.attempts.save(tenant, CALLER, claimOf(job), end, false);
      if (end === 'ack') await engine.ack(tenant, CALLER, claimOf(job), 1);
      else if (end === 'cancel') await engine.cancel(tenant, CALLER, job.id, 'q');
      else await engine.nack(tenant, CALLER, claimOf(job), { message: 'no', retryable: false });
      expect(await engine.attempts.checkpoint(tenant, job.id, 'q')).toMatchObject({ state: end });
      const left = await ttl(tenant, job.id);
      expect(left).toBeGreaterThan(0);
      expect(left).toBeLessThanOrEqual(60_000);
      const unnamed = { id: job.id, queue: 'q' };
      await expect(engine.attempts.save(tenant, CALLER, unnamed, 0, true)).rejects.toBeInstanceOf(WrongState);
      await given.sweep.come(tenant, 'q', job.id);
      expect(await ttl(tenant, job.id)).toBe(-2);
      await expect(engine.attempts.checkpoint(tenant, job.id, 'q')).rejects.toBeInstanceOf(NoSuchJob);
    }
  });

  test('a dead letter keeps its checkpoint, and goes on from it when it is retried', async () => {
    const tenant = aTenant();
    const { engine } = given.a;
    const dead = { retry: { on_exhaustion: 'dead_letter' as const } };
    const job = await jobIn(engine, tenant, 'active', 'q', dead);
    await engine.attempts.save(tenant, CALLER, claimOf(job), 'here', false);
    await engine.nack(tenant, CALLER, claimOf(job), { message: 'no', retryable: false });
    expect(await ttl(tenant, job.id)).toBe(-1);
    await engine.retryDeadLetter(tenant, CALLER, job.id, 'q');
    expect(await fetchOne(engine, tenant, 'q')).toMatchObject({ attempt: 1, checkpoint: { state: 'here' } });
  });

  test('whoever held it in an earlier life says nothing of it, though the attempt has the same number', async () => {
    const tenant = aTenant();
    const { engine } = given.a;
    const dead = { retry: { on_exhaustion: 'dead_letter' as const } };
    const job = await jobIn(engine, tenant, 'dead', 'q', dead);
    await engine.retryDeadLetter(tenant, CALLER, job.id, 'q');
    await fetchOne(engine, tenant, 'q');
    const { attempts } = engine;
    for (const replays of [undefined, 0, 2]) {
      const claim = { ...claimOf(job), attempt: 1, ...(replays !== undefined && { replays }) };
      await expect(attempts.report(tenant, CALLER, claim, { progress: 1 })).rejects.toBeInstanceOf(LeaseLost);
      await expect(attempts.save(tenant, CALLER, claim, 1, false)).rejects.toBeInstanceOf(LeaseLost);
    }
    const now = { ...claimOf(job), attempt: 1, replays: 1 };
    expect(await attempts.report(tenant, CALLER, now, { progress: 1 })).toMatchObject({ accepted: true });
    expect(await attempts.save(tenant, CALLER, now, 1, false)).toMatchObject({ sequence: 1 });
  });

  test('only who may speak of a job that nobody works on leaves or clears its checkpoint', async () => {
    const tenant = aTenant();
    const { engine } = given.a;
    const job = await jobIn(engine, tenant, 'available', 'q');
    const unnamed = { id: job.id, queue: 'q' };
    await expect(engine.attempts.save(tenant, CALLER, unnamed, 1, false)).rejects.toBeInstanceOf(WrongState);
    await expect(engine.attempts.forget(tenant, CALLER, unnamed, false)).rejects.toBeInstanceOf(WrongState);
    await expect(engine.attempts.save(tenant, CALLER, claimOf(job), 1, true)).rejects.toBeInstanceOf(LeaseLost);
    expect(await engine.attempts.save(tenant, CALLER, unnamed, 'from elsewhere', true)).toMatchObject({ sequence: 1 });
    expect(await fetchOne(engine, tenant, 'q')).toMatchObject({ checkpoint: { state: 'from elsewhere' } });
  });

  test('a job of another tenant, and one that does not exist, are missing', async () => {
    const job = await active(aTenant());
    for (const id of [job.id, v7()]) {
      const claim = { id, queue: 'q' };
      const tenant = aTenant();
      const { attempts } = given.b.engine;
      await expect(attempts.report(tenant, CALLER, claim, { progress: 1 })).rejects.toBeInstanceOf(NoSuchJob);
      await expect(attempts.save(tenant, CALLER, claim, 1, true)).rejects.toBeInstanceOf(NoSuchJob);
      await expect(attempts.forget(tenant, CALLER, claim, true)).rejects.toBeInstanceOf(NoSuchJob);
      await expect(attempts.checkpoint(tenant, id, 'q')).rejects.toBeInstanceOf(NoSuchJob);
    }
  });

  test('checkpoints count as bytes of the answer to a fetch', async () => {
    const tenant = aTenant();
    const { engine } = given.small;
    for (let n = 0; n < 3; n++) {
      const { id } = await jobIn(engine, tenant, 'available', 'q');
      await engine.attempts.save(tenant, CALLER, { id, queue: 'q' }, 'x'.repeat(6_000), true);
    }
    const fetch = { queues: ['q'], count: 3, workerId: 'w1' };
    expect(await engine.fetch(tenant, CALLER, fetch)).toHaveLength(2);
    expect(await engine.fetch(tenant, CALLER, fetch)).toHaveLength(1);
  });
});
