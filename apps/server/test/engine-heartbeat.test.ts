import { v7 } from 'uuid';
import { expect, test } from 'vitest';
import type { Caller } from '../src/engine/engine.ts';
import { WorkerTaken } from '../src/engine/errors.ts';
import { onEachBackend } from './engine-backends.ts';
import { dumpOf } from './engine-dump.ts';
import { aTenant, fetchOne, jobIn } from './engine-fixtures.ts';
import { aJob, CALLER } from './engine-harness.ts';

const OTHER: Caller = { principal: 'other', epoch: '0' };

onEachBackend((given) => {
  const ends = async (tenant: string, id: string): Promise<number> =>
    Date.parse(String((await given.a.engine.info(tenant, id))?.lease_expires_at));

  test('a heartbeat extends the leases of its worker by what it asks for', async () => {
    const tenant = aTenant();
    const { id } = await jobIn(given.a.engine, tenant, 'active', 'q');
    const outcome = await given.b.engine.heartbeat(tenant, CALLER, { workerId: 'w1', ids: [id], leaseMs: 5_000 });
    expect(outcome).toMatchObject({ extended: [id], lost: [] });
    expect(await ends(tenant, id)).toBe(outcome.now + 5_000);
  });

  test('… else by the length that the fetch gave', async () => {
    const tenant = aTenant();
    await jobIn(given.a.engine, tenant, 'available', 'q');
    const fetch = { queues: ['q'], count: 1, workerId: 'w1', leaseMs: 9_000 };
    const [job] = await given.a.engine.fetch(tenant, CALLER, fetch);
    const { now } = await given.b.engine.heartbeat(tenant, CALLER, { workerId: 'w1', ids: [job!.id] });
    expect(await ends(tenant, job!.id)).toBe(now + 9_000);
  });

  test('… never beyond the execution timeout', async () => {
    const tenant = aTenant();
    const { id } = await jobIn(given.a.engine, tenant, 'active', 'q', { timeoutMs: 4_000 });
    const before = await ends(tenant, id);
    await given.b.engine.heartbeat(tenant, CALLER, { workerId: 'w1', ids: [id] });
    expect(await ends(tenant, id)).toBe(before);
  });

  test('a job that was fetched without a worker id is extended by any worker of the principal', async () => {
    const tenant = aTenant();
    await jobIn(given.a.engine, tenant, 'available', 'q');
    const [job] = await given.a.engine.fetch(tenant, CALLER, { queues: ['q'], count: 1 });
    const beat = { workerId: 'w9', ids: [job!.id] };
    expect(await given.a.engine.heartbeat(tenant, OTHER, { ...beat, workerId: 'w8' })).toMatchObject({
      lost: beat.ids,
    });
    expect(await given.a.engine.heartbeat(tenant, CALLER, beat)).toMatchObject({ extended: beat.ids });
  });

  test('jobs of others, ended, not leased and unknown ones are all lost alike, and stay as they are', async () => {
    const tenant = aTenant();
    const ended = await jobIn(given.a.engine, tenant, 'active', 'q');
    const theirs = await jobIn(given.a.engine, tenant, 'active', 'q');
    const done = await jobIn(given.a.engine, tenant, 'completed', 'q');
    const available = await jobIn(given.a.engine, tenant, 'available', 'q');
    const elsewhere = await jobIn(given.a.engine, aTenant(), 'active', 'q');
    await given.sweep.endLease(tenant, 'q', ended.id);
    const ids = [ended, theirs, done, available, elsewhere].map(({ id }) => id).concat(v7());
    const {
      [`{ojs:${tenant}}/workers`]: _,
      [`{ojs:${tenant}}/worker-counts`]: __,
      ...before
    } = await dumpOf(given.a.redis.client, tenant);
    const outcome = await given.b.engine.heartbeat(tenant, CALLER, { workerId: 'w2', ids });
    expect(outcome.extended).toEqual([]);
    expect(outcome.lost.toSorted()).toEqual(ids.toSorted());
    expect(await dumpOf(given.a.redis.client, tenant)).toEqual({
      ...before,
      [`{ojs:${tenant}}/worker/w2`]: `tester running ${ids.length} ${outcome.now}`,
      [`{ojs:${tenant}}/workers`]: expect.arrayContaining(['tester w2']),
      [`{ojs:${tenant}}/worker-counts`]: { tester: '2' },
    });
    await given.sweep.now(tenant);
  });

  test('a worker id belongs to the principal that used it first', async () => {
    const tenant = aTenant();
    const { id } = await jobIn(given.a.engine, tenant, 'active', 'q');
    await jobIn(given.a.engine, tenant, 'available', 'q');
    const before = await dumpOf(given.a.redis.client, tenant);
    const beat = given.b.engine.heartbeat(tenant, OTHER, { workerId: 'w1', ids: [id] });
    await expect(beat).rejects.toBeInstanceOf(WorkerTaken);
    const fetch = given.b.engine.fetch(tenant, OTHER, { queues: ['q'], count: 1, workerId: 'w1' });
    await expect(fetch).rejects.toBeInstanceOf(WorkerTaken);
    expect(await dumpOf(given.a.redis.client, tenant)).toEqual(before);
    expect(await given.b.engine.heartbeat(aTenant(), OTHER, { workerId: 'w1', ids: [] })).toMatchObject({ lost: [] });
  });

  test('the test directive of an active job comes back', async () => {
    const tenant = aTenant();
    const plain = await jobIn(given.a.engine, tenant, 'active', 'q');
    const job = await jobIn(given.a.engine, tenant, 'active', 'q', { metadata: { test_directive: 'quiet' } });
    const beat = { workerId: 'w1', ids: [job.id, plain.id] };
    expect(await given.b.engine.heartbeat(tenant, CALLER, beat)).toMatchObject({ directive: 'quiet' });
    const without = await given.b.engine.heartbeat(tenant, CALLER, { ...beat, ids: [plain.id] });
    expect(without).not.toHaveProperty('directive');
  });

  test('an id that was deleted and used again in another queue is found there, whoever saw it before', async () => {
    const tenant = aTenant();
    const { id } = await jobIn(given.a.engine, tenant, 'dead', 'old');
    await given.b.engine.info(tenant, id);
    await given.a.engine.deleteDeadLetter(tenant, CALLER, id, 'old');
    await given.a.engine.push(tenant, CALLER, [aJob({ id, queue: 'new' })]);
    await fetchOne(given.a.engine, tenant, 'new');
    const beat = await given.b.engine.heartbeat(tenant, CALLER, { workerId: 'w1', ids: [id] });
    expect(beat).toMatchObject({ extended: [id], lost: [] });
    expect(await given.b.engine.info(tenant, id)).toMatchObject({ queue: 'new', state: 'active' });
    expect(await given.b.engine.locate(tenant, id)).toBe('new');
  });
});
