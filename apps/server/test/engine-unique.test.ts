import type { Job, JobState, UniquePolicy } from '@ojs/schema';
import { describe, expect, test } from 'vitest';
import type { Caller, NewJob } from '../src/engine/engine.ts';
import { DuplicateJob, JobExists, ReplaceForbidden } from '../src/engine/errors.ts';
import { onEachBackend } from './engine-backends.ts';
import { dumpOf } from './engine-dump.ts';
import { aTenant, fetchOne, jobIn, moment } from './engine-fixtures.ts';
import { aJob, CALLER } from './engine-harness.ts';
import { expectSound } from './engine-sound.ts';

const MAY: Caller = { ...CALLER, may: () => true };
const LATER = 3_600_000;

/** A caller who has these permissions, as `permission queue`. */
const whoMay = (principal: string, ...rights: string[]): Caller => ({
  principal,
  epoch: '0',
  may: (permission, queue) => rights.includes(`${permission} ${queue}`),
});

const unique = (policy: UniquePolicy = {}, more: Partial<NewJob> = {}): NewJob =>
  aJob({ queue: 'q', ...more, unique: policy });

onEachBackend((given) => {
  const push = (tenant: string, jobs: NewJob[], caller = MAY): Promise<Job[]> =>
    given.a.engine.push(tenant, caller, jobs);
  const one = async (tenant: string, job: NewJob, caller = MAY): Promise<Job> =>
    (await push(tenant, [job], caller))[0]!;
  const refused = (tenant: string, jobs: NewJob[], caller = MAY): Promise<unknown> =>
    push(tenant, jobs, caller).catch((error: unknown) => error);
  const stateOf = async (tenant: string, id: string): Promise<JobState | undefined> =>
    (await given.b.engine.info(tenant, id))?.state;

  describe('a unique job', () => {
    test('is refused while the same is there, and nothing is stored', async () => {
      const tenant = aTenant();
      const first = await one(tenant, unique());
      const before = await dumpOf(given.a.redis.client, tenant);
      const error = await refused(tenant, [aJob({ queue: 'new' }), unique()]);
      expect(error).toBeInstanceOf(DuplicateJob);
      expect(error).toMatchObject({ index: 1, existing: { id: first.id, state: 'available' } });
      expect((error as DuplicateJob).key).toMatch(/^[0-9a-f]{64}$/);
      expect(await dumpOf(given.a.redis.client, tenant)).toEqual(before);
    });

    test('keeps its policy in answers', async () => {
      const tenant = aTenant();
      const policy: UniquePolicy = { keys: ['type', 'args'], period: 'PT1H' };
      const job = await one(tenant, unique(policy));
      expect(job.unique).toEqual(policy);
      expect((await given.b.engine.info(tenant, job.id))?.unique).toEqual(policy);
    });

    test('is enqueued once, however many ask at one moment through two servers', async () => {
      const tenant = aTenant();
      const asked = Array.from({ length: 50 }, (_, i) =>
        [given.a, given.b][i % 2]!.engine.push(tenant, MAY, [unique()]).then(
          () => 'created',
          (error: Error) => error.name,
        ),
      );
      const answers = await Promise.all(asked);
      expect(answers.filter((answer) => answer === 'created')).toHaveLength(1);
      expect(answers.filter((answer) => answer === 'DuplicateJob')).toHaveLength(49);
      expect(await given.a.engine.stats(tenant, 'q')).toMatchObject({ available: 1 });
    });

    test('whose id exists is a retried request, whatever its policy', async () => {
      const tenant = aTenant();
      for (const on_conflict of ['reject', 'ignore', 'replace'] as const) {
        const job = unique({ on_conflict }, { type: on_conflict });
        await one(tenant, job);
        expect(await refused(tenant, [job])).toBeInstanceOf(JobExists);
        expect(await stateOf(tenant, job.id)).toBe('available');
      }
    });
  });

  describe('states', () => {
    test.each([
      ['available', true],
      ['active', true],
      ['scheduled', true],
      ['retryable', true],
      ['pending', true],
      ['completed', false],
      ['cancelled', false],
      ['discarded', false],
      ['dead', false],
    ] as const)('a job that is %s is in the way by default: %s; and where it is listed', async (state, inTheWay) => {
      const tenant = aTenant();
      const { id } = await jobIn(given.a.engine, tenant, state, 'q', { unique: {} });
      const listed = state === 'dead' ? 'discarded' : state;
      expect(await refused(tenant, [unique({ states: [listed] })])).toMatchObject({ existing: { id, state: listed } });
      if (inTheWay) expect(await refused(tenant, [unique()])).toBeInstanceOf(DuplicateJob);
      else expect(await one(tenant, unique())).toMatchObject({ state: 'available' });
    });

    test('a job in a state that is not listed is not in the way', async () => {
      const tenant = aTenant();
      await one(tenant, unique());
      expect(await one(tenant, unique({ states: ['scheduled'] }))).toMatchObject({ state: 'available' });
    });

    test('an older job counts although a newer one with its key came and went', async () => {
      const tenant = aTenant();
      const { id } = await jobIn(given.a.engine, tenant, 'active', 'q', { unique: {} });
      const newer = await one(tenant, unique({ states: ['scheduled'] }));
      await given.a.engine.cancel(tenant, CALLER, newer.id, 'q');
      expect(await refused(tenant, [unique()])).toMatchObject({ existing: { id } });
    });

    test('a job that ended long ago counts although many with its key ended otherwise since', async () => {
      const tenant = aTenant();
      const { id } = await jobIn(given.a.engine, tenant, 'completed', 'q', { unique: {} });
      for (let i = 0; i < 15; i++) {
        const job = await one(tenant, unique());
        await given.a.engine.cancel(tenant, CALLER, job.id, 'q');
      }
      expect(await refused(tenant, [unique({ states: ['completed'] })])).toMatchObject({ existing: { id } });
    });

    test('a dead letter that is retried is not asked again, and counts from then on, however many came since', async () => {
      const tenant = aTenant();
      const { id } = await jobIn(given.a.engine, tenant, 'dead', 'q', { unique: {} });
      for (let i = 0; i < 2; i++) await jobIn(given.a.engine, tenant, 'discarded', 'q', { unique: {} });
      const newer = await one(tenant, unique());
      expect(await given.a.engine.retryDeadLetter(tenant, CALLER, id, 'q')).toMatchObject({ state: 'available' });
      await given.a.engine.cancel(tenant, CALLER, newer.id, 'q');
      expect(await refused(tenant, [unique()])).toMatchObject({ existing: { id, state: 'available' } });
    });
  });

  test('how many jobs of one key are remembered is bounded, and the newest are', async () => {
    const tenant = aTenant();
    const free = { states: ['completed'] } satisfies UniquePolicy;
    await push(
      tenant,
      Array.from({ length: 200 }, () => unique(free)),
    );
    const last = await one(tenant, unique(free));
    const { client } = given.a.redis;
    const key = await client.hget(`{ojs:${tenant}}:q:${last.id}`, 'uk');
    const record = await client.get(`{ojs:${tenant}}/unique/${key}`);
    expect(record!.split(' ').length).toBeLessThanOrEqual(12 * 3);
    expect(await refused(tenant, [unique()])).toMatchObject({ existing: { id: last.id } });
    expect(await given.a.engine.stats(tenant, 'q')).toMatchObject({ available: 201 });
  });

  test('a job that is no longer kept leaves nothing behind', async () => {
    const tenant = aTenant();
    const { id } = await jobIn(given.a.engine, tenant, 'completed', 'q', { unique: {} });
    await given.sweep.come(tenant, 'q', id);
    expect(await given.a.engine.info(tenant, id)).toBeUndefined();
    const dump = await dumpOf(given.a.redis.client, tenant);
    expect(JSON.stringify(dump)).not.toContain('/unique/');
  });

  test('the period is counted from the creation of the job that exists', async () => {
    const tenant = aTenant();
    const policy = { period: 'PT1H' } satisfies UniquePolicy;
    const { id } = await one(tenant, unique(policy));
    expect(await refused(tenant, [unique(policy)])).toBeInstanceOf(DuplicateJob);
    const age = async (ms: number): Promise<void> => {
      const key = `{ojs:${tenant}}/unique/${(await given.a.redis.client.hget(`{ojs:${tenant}}:q:${id}`, 'uk')) ?? ''}`;
      await given.a.redis.client.set(key, `${id} ${Date.now() - ms} q`);
    };
    await age(LATER - 60_000);
    expect(await refused(tenant, [unique(policy)])).toBeInstanceOf(DuplicateJob);
    await age(LATER + 60_000);
    expect(await one(tenant, unique(policy))).toMatchObject({ state: 'available' });
  });

  describe('ignore', () => {
    test('answers with the job that exists, as it is', async () => {
      const tenant = aTenant();
      const first = await jobIn(given.a.engine, tenant, 'retryable', 'q', { unique: {}, meta: { a: 1 } });
      const answer = await one(tenant, unique({ on_conflict: 'ignore' }));
      expect(answer).toEqual(first);
    });

    test('in a batch keeps the order of answers, and the others are enqueued', async () => {
      const tenant = aTenant();
      const first = await one(tenant, unique());
      const ignoring = (type: string): NewJob => unique({ on_conflict: 'ignore' }, { type });
      const jobs = [ignoring('test.job'), aJob({ queue: 'q' }), ignoring('b'), ignoring('b'), ignoring('c')];
      const answers = await push(tenant, jobs);
      expect(answers.map(({ id }) => id)).toEqual([first.id, jobs[1]!.id, jobs[2]!.id, jobs[2]!.id, jobs[4]!.id]);
      expect(answers[3]).toEqual(answers[2]);
      expect(await given.a.engine.stats(tenant, 'q')).toMatchObject({ available: 4 });
    });
  });

  describe('a batch', () => {
    test('with the same unique job twice is refused whole', async () => {
      const tenant = aTenant();
      const jobs = [unique(), aJob({ queue: 'q' }), unique()];
      expect(await refused(tenant, jobs)).toMatchObject({ index: 2, existing: { id: jobs[0]!.id } });
      expect(await given.a.engine.queue(tenant, 'q')).toBeUndefined();
    });

    test('in which one replaces another leaves the later', async () => {
      const tenant = aTenant();
      const jobs = Array.from({ length: 3 }, () => unique({ on_conflict: 'replace' }));
      const answers = await push(tenant, jobs);
      expect(answers.map(({ replaces }) => replaces)).toEqual([undefined, [jobs[0]!.id], [jobs[1]!.id]]);
      expect(await Promise.all(jobs.map(({ id }) => stateOf(tenant, id)))).toEqual([
        'cancelled',
        'cancelled',
        'available',
      ]);
      expect(await fetchOne(given.b.engine, tenant, 'q')).toMatchObject({ id: jobs[2]!.id });
    });

    test('sees what another in the same moment enqueued', async () => {
      const tenant = aTenant();
      const answers = await Promise.allSettled([
        push(tenant, [unique(), unique({}, { type: 'b' })]),
        push(tenant, [unique({}, { type: 'c' }), unique()]),
      ]);
      expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
      expect(await given.a.engine.stats(tenant, 'q')).toMatchObject({ available: 2 });
    });
  });

  describe('replace', () => {
    test.each(['available', 'active', 'scheduled', 'retryable', 'pending'] as const)(
      'cancels a job that is %s and enqueues the new one',
      async (state) => {
        const tenant = aTenant();
        const old = await jobIn(given.a.engine, tenant, state, 'q', { unique: {} });
        const job = await one(tenant, unique({ on_conflict: 'replace' }));
        expect(job).toMatchObject({ state: 'available', replaces: [old.id] });
        expect(await given.b.engine.info(tenant, job.id)).toEqual(job);
        expect(await given.b.engine.info(tenant, old.id)).toMatchObject({ state: 'cancelled', attempt: old.attempt });
        const { events } = await given.a.engine.events(tenant, { matches: () => true, limit: 50 });
        expect(events.slice(0, 2).map(({ type, subject }) => [type, subject])).toEqual([
          ['job.enqueued', job.id],
          ['job.cancelled', old.id],
        ]);
      },
    );

    test('leaves an active job’s worker without a lease', async () => {
      const tenant = aTenant();
      const old = await jobIn(given.a.engine, tenant, 'active', 'q', { unique: {} });
      await one(tenant, unique({ on_conflict: 'replace' }));
      await expect(given.a.engine.ack(tenant, CALLER, { id: old.id, queue: 'q' }, 1)).rejects.toMatchObject({
        name: 'LeaseLost',
        state: 'cancelled',
      });
    });

    test('never changes a job that has ended: it is refused', async () => {
      const tenant = aTenant();
      const { id } = await jobIn(given.a.engine, tenant, 'completed', 'q', { unique: {} });
      const error = await refused(tenant, [unique({ on_conflict: 'replace', states: ['available', 'completed'] })]);
      expect(error).toMatchObject({ name: 'DuplicateJob', existing: { id, state: 'completed' } });
      expect(await stateOf(tenant, id)).toBe('completed');
    });

    test('is undone whole with its batch', async () => {
      const tenant = aTenant();
      const old = await one(tenant, unique());
      const jobs = [unique({ on_conflict: 'replace' }), unique()];
      expect(await refused(tenant, jobs)).toMatchObject({ index: 1 });
      expect(await stateOf(tenant, old.id)).toBe('available');
    });
  });

  describe('replace_except_schedule', () => {
    const policy = { on_conflict: 'replace_except_schedule' } satisfies UniquePolicy;

    test('of a job that is due already, though nobody has looked yet, is available, and can be replaced by the same batch', async () => {
      const tenant = aTenant();
      const at = moment(Date.now() + LATER);
      const old = await one(tenant, unique({}, { scheduledAt: at }));
      const { client } = given.a.redis;
      await client.zadd(`{ojs:${tenant}}:q:delayed`, 0x1000, old.id);
      await client.zadd(`{ojs:${tenant}}/timers`, 1, old.id);
      const [first, second] = await push(tenant, [unique(policy), unique({ on_conflict: 'replace' })]);
      expect(await stateOf(tenant, first!.id)).toBe('cancelled');
      expect(await stateOf(tenant, second!.id)).toBe('available');
      await expectSound(given.a.redis);
      const fetched = await given.a.engine.fetch(tenant, CALLER, { queues: ['q'], count: 5 });
      expect(fetched.map(({ id }) => id)).toEqual([second!.id]);
    });

    test('keeps the moment of the job that it replaces, over and over, in its own words', async () => {
      const tenant = aTenant();
      const scheduledAt = { ms: Date.parse('2035-01-02T03:04:05Z'), text: '2035-01-02T03:04:05Z' };
      await one(tenant, unique({}, { scheduledAt, args: [1] }));
      for (const args of [[2], [3]]) {
        const job = await one(tenant, unique(policy, { scheduledAt: moment(Date.now() + LATER), args }));
        expect(job).toMatchObject({ state: 'scheduled', scheduled_at: scheduledAt.text, args });
        expect(await given.b.engine.info(tenant, job.id)).toEqual(job);
        const timer = await given.a.redis.client.zscore(`{ojs:${tenant}}/timers`, job.id);
        expect(Number(timer)).toBe(scheduledAt.ms);
      }
    });

    test('keeps that of a job which another enqueues in the same moment', async () => {
      const tenant = aTenant();
      const scheduledAt = moment(Date.now() + LATER);
      const [, job] = await Promise.all([one(tenant, unique({}, { scheduledAt })), one(tenant, unique(policy))]);
      expect(job).toMatchObject({ state: 'scheduled', scheduled_at: scheduledAt.text });
    });

    test('keeps it within a batch', async () => {
      const tenant = aTenant();
      const scheduledAt = moment(Date.now() + LATER);
      const answers = await push(tenant, [unique(policy, { scheduledAt }), unique(policy), unique(policy)]);
      expect(answers.map(({ scheduled_at }) => scheduled_at)).toEqual(Array(3).fill(scheduledAt.text));
      expect(await stateOf(tenant, answers[2]!.id)).toBe('scheduled');
    });

    test('is like replace where the job is not scheduled', async () => {
      const tenant = aTenant();
      await one(tenant, unique());
      const scheduledAt = moment(Date.now() + LATER);
      expect(await one(tenant, unique(policy, { scheduledAt }))).toMatchObject({ scheduled_at: scheduledAt.text });
    });
  });

  describe('what the caller may do', () => {
    const replace: UniquePolicy = { on_conflict: 'replace' };
    const inB = (more: Partial<NewJob> = {}): NewJob => unique({}, { queue: 'b', ...more });

    test('a job in another queue is in the way', async () => {
      const tenant = aTenant();
      const { id } = await one(tenant, inB());
      expect(await refused(tenant, [unique()])).toMatchObject({ existing: { id } });
      expect(await one(tenant, unique({ keys: ['queue'] }))).toMatchObject({ state: 'available' });
    });

    test('a queue where the caller may neither look nor enqueue does not exist for it', async () => {
      const tenant = aTenant();
      await one(tenant, inB());
      const stranger = whoMay('stranger', 'inspect q', 'enqueue q', 'cancel q');
      for (const on_conflict of ['reject', 'ignore', 'replace'] as const) {
        const job = unique({ on_conflict }, { type: 'test.job' });
        const pushed = await given.a.engine.push(tenant, stranger, [job]);
        expect(pushed[0]!.id).toBe(job.id);
        expect(pushed[0]!.replaces).toBeUndefined();
        await given.a.engine.cancel(tenant, CALLER, job.id, 'q');
      }
      expect(await given.a.engine.stats(tenant, 'b')).toMatchObject({ available: 1 });
    });

    test('of a job that the caller may not inspect nothing is told', async () => {
      const tenant = aTenant();
      await one(tenant, inB({ args: ['canary'] }));
      const blind = whoMay('blind', 'enqueue q', 'enqueue b');
      for (const on_conflict of ['reject', 'ignore'] as const) {
        // Nor where it may inspect the queue that it sends to, but not the other.
        for (const caller of [blind, whoMay('blind', 'enqueue q', 'inspect q', 'enqueue b')]) {
          const error = await refused(tenant, [unique({ on_conflict })], caller);
          expect(error).toBeInstanceOf(DuplicateJob);
          expect((error as DuplicateJob).existing).toBeUndefined();
        }
      }
    });

    test.each([
      ['its own jobs where it may enqueue', 'tester', ['enqueue b'], true],
      ['jobs of others where it may inspect and cancel', 'other', ['inspect b', 'cancel b'], true],
      ['no jobs of others where it may only enqueue', 'other', ['enqueue b', 'inspect b'], false],
      ['no jobs of others where it may cancel but not look', 'other', ['enqueue b', 'cancel b'], false],
      ['not even its own where it may only look', 'tester', ['inspect b', 'cancel q'], false],
    ])('replaces %s', async (_, principal, rights, allowed) => {
      const tenant = aTenant();
      const old = await one(tenant, inB());
      const caller = whoMay(principal, 'enqueue q', 'inspect q', ...rights);
      const job = unique(replace);
      if (allowed) expect(await one(tenant, job, caller)).toMatchObject({ replaces: [old.id] });
      else {
        expect(await refused(tenant, [job], caller)).toMatchObject({ name: 'ReplaceForbidden', queue: 'b', index: 0 });
        expect(await refused(tenant, [job], caller)).toBeInstanceOf(ReplaceForbidden);
      }
      expect(await stateOf(tenant, old.id)).toBe(allowed ? 'cancelled' : 'available');
    });

    test('in one batch no more than 200, and nothing of a larger one is stored', async () => {
      const tenant = aTenant();
      const jobs = (count: number, policy: UniquePolicy): NewJob[] =>
        Array.from({ length: count }, (_, i) => unique({ ...policy, keys: ['type', 'args'] }, { args: [i] }));
      await push(tenant, jobs(201, {}));
      expect(await refused(tenant, jobs(201, replace))).toMatchObject({
        name: 'TooManyReplaced',
        index: 200,
        most: 200,
      });
      expect(await given.a.engine.stats(tenant, 'q')).toMatchObject({ available: 201, cancelled: 0 });
      await push(tenant, jobs(200, replace));
      expect(await given.a.engine.stats(tenant, 'q')).toMatchObject({ available: 201, cancelled: 200 });
    });

    test('in its own queue it replaces no job of another without cancel', async () => {
      const tenant = aTenant();
      const old = await one(tenant, unique());
      const other = whoMay('other', 'enqueue q', 'inspect q');
      expect(await refused(tenant, [unique(replace)], other)).toBeInstanceOf(ReplaceForbidden);
      expect(await stateOf(tenant, old.id)).toBe('available');
    });
  });
});
