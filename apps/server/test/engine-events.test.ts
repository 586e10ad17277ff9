import type { OjsEvent } from '@ojs/schema';
import { describe, expect, test } from 'vitest';
import type { LoggedEvent } from '../src/engine/events/log.ts';
import { onEachBackend } from './engine-backends.ts';
import { aTenant, fetchOne, jobIn, moment } from './engine-fixtures.ts';
import { aJob, CALLER } from './engine-harness.ts';

const every = { matches: () => true, limit: 200 };

onEachBackend((given) => {
  const eventsOf = async (tenant: string): Promise<OjsEvent[]> => {
    const { events } = await given.b.engine.events(tenant, every);
    return events.reverse();
  };
  const told = async (tenant: string) => (await eventsOf(tenant)).map(({ type, data }) => [type, data]);

  const about = { job_type: 'test.job', queue: 'q' };

  describe('an event', () => {
    test('has the attributes of ojs-events §2 and the job as its subject', async () => {
      const tenant = aTenant();
      const { id } = await jobIn(given.a.engine, tenant, 'available', 'q', { priority: 7 });
      const [event] = await eventsOf(tenant);
      expect(event).toEqual({
        specversion: '1.0',
        id: expect.stringMatching(/^evt_\d+-\d+-\d+$/),
        type: 'job.enqueued',
        source: 'ojs://ojs-server/engine',
        time: expect.stringMatching(/Z$/),
        subject: id,
        data: { ...about, priority: 7 },
      });
    });

    test('of a large batch shares its entry of the log with 24 others at most, in the order of the jobs', async () => {
      const tenant = aTenant();
      const pushed = await given.a.engine.push(
        tenant,
        CALLER,
        Array.from({ length: 60 }, () => aJob({ queue: 'q' })),
      );
      expect((await eventsOf(tenant)).map(({ subject }) => subject)).toEqual(pushed.map(({ id }) => id));
      expect(await given.a.redis.client.xlen(`{ojs:${tenant}}/events`)).toBe(3);
    });

    test('is written for each step of a job that succeeds', async () => {
      const tenant = aTenant();
      await jobIn(given.a.engine, tenant, 'completed', 'q');
      expect(await told(tenant)).toEqual([
        ['job.enqueued', { ...about, priority: 0 }],
        ['job.started', { ...about, attempt: 1, worker_id: 'w1' }],
        ['job.completed', { ...about, attempt: 1, duration_ms: expect.any(Number) }],
      ]);
    });

    test('is written for each step of a job that fails until it is discarded', async () => {
      const tenant = aTenant();
      const { id } = await jobIn(given.a.engine, tenant, 'retryable', 'q', {
        retry: { max_attempts: 2, initial_interval_ms: 60_000, jitter: false },
      });
      await given.sweep.come(tenant, 'q', id);
      await fetchOne(given.a.engine, tenant, 'q');
      await given.a.engine.nack(tenant, CALLER, { id, queue: 'q' }, { code: 'E', message: 'never', retryable: false });
      const error = { code: 'error', type: 'error', message: 'try again', retryable: true };
      const last = { code: 'E', type: 'E', message: 'never', retryable: false };
      const duration = { duration_ms: expect.any(Number) };
      expect((await told(tenant)).slice(2)).toEqual([
        ['job.failed', { ...about, attempt: 1, ...duration, error }],
        ['job.retrying', { ...about, attempt: 1, max_attempts: 2, next_retry_at: expect.any(String), error }],
        ['job.enqueued', { ...about, priority: 0 }],
        ['job.started', { ...about, attempt: 2, worker_id: 'w1' }],
        ['job.failed', { ...about, attempt: 2, ...duration, error: last }],
        ['job.discarded', { ...about, total_attempts: 2, last_error: last }],
      ]);
    });

    test('is written for scheduled, cancelled and expired jobs, and when a lease ends', async () => {
      const tenant = aTenant();
      const at = moment(Date.now() + 60_000);
      const { id } = await jobIn(given.a.engine, tenant, 'scheduled', 'q', { scheduledAt: at, expiresAt: at });
      await given.sweep.endLife(tenant, 'q', id);
      await given.sweep.now(tenant);
      await jobIn(given.a.engine, tenant, 'cancelled', 'q');
      const active = await jobIn(given.a.engine, tenant, 'active', 'q');
      await given.sweep.come(tenant, 'q', active.id);
      expect(await told(tenant)).toMatchObject([
        ['job.scheduled', { ...about, scheduled_at: at.text }],
        [
          'job.expired',
          { ...about, created_at: expect.any(String), expired_at: expect.any(String), ttl_ms: expect.any(Number) },
        ],
        ['job.enqueued', about],
        ['job.cancelled', about],
        ['job.enqueued', about],
        ['job.started', about],
        ['job.failed', { ...about, error: { type: 'visibility_timeout' } }],
        ['job.enqueued', about],
      ]);
    });

    test('is written when a queue is paused or resumed, once', async () => {
      const tenant = aTenant();
      await jobIn(given.a.engine, tenant, 'completed', 'q');
      for (const paused of [true, true, false, false]) await given.a.engine.setPaused(tenant, CALLER, 'q', paused);
      expect((await told(tenant)).slice(3)).toEqual([
        ['queue.paused', { queue: 'q' }],
        ['queue.resumed', { queue: 'q' }],
      ]);
    });

    test('carries neither what a job carries nor details and backtrace of an error', async () => {
      const tenant = aTenant();
      const { id } = await jobIn(given.a.engine, tenant, 'active', 'q', { args: ['a secret'] });
      const report = { code: 'x y\n"}', message: 'no', details: { a: 'a secret' }, backtrace: ['a secret'] };
      await given.a.engine.nack(tenant, CALLER, { id, queue: 'q' }, report);
      const events = await eventsOf(tenant);
      expect(JSON.stringify(events)).not.toContain('a secret');
      expect(events.at(-1)?.data.error).toMatchObject({ code: 'x y\n"}' });
    });
  });

  describe('the list of events', () => {
    test('can be narrowed to types and to visible queues, and says whether there is more', async () => {
      const tenant = aTenant();
      for (const queue of ['a', 'b', 'a']) await given.a.engine.push(tenant, CALLER, [aJob({ queue })]);
      await fetchOne(given.a.engine, tenant, 'a');
      const matches = ({ type, queue }: LoggedEvent) => type === 'job.enqueued' && queue === 'a';
      const filter = { matches, limit: 1 };
      const one = await given.b.engine.events(tenant, filter);
      expect(one).toMatchObject({ events: [{ type: 'job.enqueued', data: { queue: 'a' } }], hasMore: true });
      const two = await given.b.engine.events(tenant, { ...filter, limit: 2 });
      expect(two.hasMore).toBe(false);
      expect(two.events).toHaveLength(2);
    });

    test('can be followed: each event once, in order, also those of one batch', async () => {
      const tenant = aTenant();
      await given.a.engine.push(tenant, CALLER, [aJob(), aJob(), aJob()]);
      const [first] = await eventsOf(tenant);
      await given.a.engine.push(tenant, CALLER, [aJob(), aJob()]);
      const found = [first!.subject];
      let after = first!.id;
      for (;;) {
        const { events, hasMore } = await given.b.engine.events(tenant, { matches: () => true, limit: 1, after });
        found.push(...events.map(({ subject }) => subject));
        after = events.at(-1)?.id ?? after;
        if (!hasMore) break;
      }
      expect(found).toEqual((await eventsOf(tenant)).map(({ subject }) => subject));
      expect(new Set(found).size).toBe(5);
    });
  });
});
