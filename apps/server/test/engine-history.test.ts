import { type PrivateRedis, startRedis } from '@ojs/dev';
import type { HistoryEvent } from '@ojs/schema';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aTenant } from './engine-fixtures.ts';
import { aJob, CALLER, openEngine, type TestEngine } from './engine-harness.ts';
import { expectSound } from './engine-sound.ts';
import { createSweep, type Sweep } from './engine-sweep.ts';

let redis: PrivateRedis;
let server: TestEngine;
let sweep: Sweep;
beforeAll(async () => {
  redis = await startRedis();
  server = await openEngine(redis.url, { history: 3 }, false);
  sweep = await createSweep(redis.url);
});
afterAll(async () => {
  await sweep.close();
  await server.close();
  await redis.stop();
});

const NO = { code: 'no', message: 'no luck' };
const AT_ONCE = { initial_interval_ms: 0, jitter: false };

const push = async (tenant: string, more: Parameters<typeof aJob>[0] = {}): Promise<string> => {
  const job = aJob({ queue: 'q', args: ['x'], ...more });
  await server.engine.push(tenant, CALLER, [job]);
  return job.id;
};
const fetch = (tenant: string) => server.engine.fetch(tenant, CALLER, { queues: ['q'], count: 1, workerId: 'w1' });
const ack = (tenant: string, id: string) => server.engine.ack(tenant, CALLER, { id, queue: 'q' }, 1);
const nack = (tenant: string, id: string) => server.engine.nack(tenant, CALLER, { id, queue: 'q' }, NO);
const history = async (tenant: string, id: string): Promise<HistoryEvent[]> =>
  (await server.engine.history(tenant, id, 'q')) ?? [];

/** Each event in a word or two. */
const told = (events: readonly HistoryEvent[]): string[] =>
  events.map(({ event_type, data }) =>
    event_type === 'job.state_changed' ? `${data.from} → ${data.to}` : event_type.slice('job.'.length),
  );

describe('the history of a job', () => {
  test('that goes well is told from its record alone', async () => {
    const tenant = aTenant();
    const id = await push(tenant);
    await fetch(tenant);
    await ack(tenant, id);
    const events = await history(tenant, id);
    expect(told(events)).toEqual([
      'created',
      'available → active',
      'attempt_started',
      'attempt_completed',
      'active → completed',
    ]);
    expect(events[0]).toMatchObject({
      job_id: id,
      actor: { type: 'client', id: 'tester' },
      data: { queue: 'q', type: 'test.job', args_size_bytes: 5 },
    });
    expect(events[2]).toMatchObject({ actor: { type: 'worker', id: 'w1' }, data: { attempt: 1, worker_id: 'w1' } });
    expect(events[3]?.data).toMatchObject({ attempt: 1, duration_ms: expect.any(Number) });
    expect(await server.redis.client.hexists(`{ojs:${tenant}}:q:${id}`, 'hist')).toBe(0);
    expect(new Set(events.map((event) => event.id)).size).toBe(events.length);
  });

  test('tells each attempt that failed and what came of it', async () => {
    const tenant = aTenant();
    const id = await push(tenant, { retry: { max_attempts: 2, initial_interval_ms: 60_000, jitter: false } });
    await fetch(tenant);
    await nack(tenant, id);
    expect(told(await history(tenant, id)).slice(-2)).toEqual(['attempt_failed', 'active → retryable']);
    await sweep.come(tenant, 'q', id);
    expect(told(await history(tenant, id)).at(-1)).toBe('retryable → available');
    await fetch(tenant);
    await nack(tenant, id);
    const events = await history(tenant, id);
    expect(told(events)).toEqual([
      'created',
      'available → active',
      'attempt_started',
      'attempt_failed',
      'active → retryable',
      'retryable → available',
      'available → active',
      'attempt_started',
      'attempt_failed',
      'active → discarded',
      'discarded',
    ]);
    expect(events[3]?.data).toMatchObject({ attempt: 1, error: 'no luck', will_retry: true });
    expect(events[8]?.data).toMatchObject({ attempt: 2, error: 'no luck', will_retry: false });
    expect(events[10]?.data).toEqual({ total_attempts: 2, last_error: 'no luck' });
    await expectSound(server.redis);
  });

  test('goes on when a dead letter starts anew', async () => {
    const tenant = aTenant();
    const id = await push(tenant, { retry: { max_attempts: 1, on_exhaustion: 'dead_letter' } });
    await fetch(tenant);
    await nack(tenant, id);
    await server.engine.retryDeadLetter(tenant, CALLER, id, 'q');
    await fetch(tenant);
    await ack(tenant, id);
    const words = told(await history(tenant, id));
    expect(words.slice(3)).toEqual([
      'attempt_failed',
      'active → discarded',
      'discarded',
      'discarded → available',
      'available → active',
      'attempt_started',
      'attempt_completed',
      'active → completed',
    ]);
  });

  test('tells of giving back, cancelling, scheduling and waiting for activation', async () => {
    const tenant = aTenant();
    const given = await push(tenant);
    await fetch(tenant);
    await server.engine.requeue(tenant, CALLER, { id: given, queue: 'q' });
    expect(told(await history(tenant, given)).slice(-2)).toEqual(['attempt_started', 'active → available']);
    await fetch(tenant);
    await server.engine.cancel(tenant, CALLER, given, 'q');
    expect(told(await history(tenant, given)).slice(-2)).toEqual(['active → cancelled', 'cancelled']);

    const pending = await push(tenant, { pending: true });
    expect(await history(tenant, pending)).toMatchObject([{ data: { state: 'pending' } }]);
    const ms = Date.now() + 60_000;
    const scheduled = await push(tenant, { scheduledAt: { ms, text: new Date(ms).toISOString() } });
    await server.engine.cancel(tenant, CALLER, scheduled, 'q');
    expect(told(await history(tenant, scheduled))).toEqual(['created', 'scheduled → cancelled', 'cancelled']);
  });

  test('keeps only so many attempts, the last ones', async () => {
    const tenant = aTenant();
    const id = await push(tenant, { retry: { max_attempts: 100, ...AT_ONCE } });
    for (let i = 0; i < 6; i++) {
      await fetch(tenant);
      await nack(tenant, id);
    }
    const attempts = (await history(tenant, id)).filter(({ event_type }) => event_type === 'job.attempt_failed');
    expect(attempts.map(({ data }) => data.attempt)).toEqual([4, 5, 6]);
  });

  test('is forgotten until now when somebody asks for it, and ends with the job', async () => {
    const tenant = aTenant();
    const id = await push(tenant, { retry: { max_attempts: 1, on_exhaustion: 'dead_letter' } });
    await fetch(tenant);
    await nack(tenant, id);
    await server.engine.forgetHistory(tenant, CALLER, id, 'q');
    expect(await history(tenant, id)).toEqual([]);
    await server.engine.deleteDeadLetter(tenant, CALLER, id, 'q');
    expect(await server.engine.history(tenant, id, 'q')).toBeUndefined();
    expect((await server.redis.client.keys(`{ojs:${tenant}}*${id}*`)).length).toBe(0);
  });
});
