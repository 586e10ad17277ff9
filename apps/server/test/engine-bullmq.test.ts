import { readFileSync } from 'node:fs';
import { type PrivateRedis, startRedis } from '@ojs/dev';
import { Queue, RedisQueueBackend, Worker } from 'bullmq';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openQueue, ReadOnlyQueue } from '../src/engine/bullmq-view.ts';
import { dumpOf } from './engine-dump.ts';
import { aTenant, jobIn } from './engine-fixtures.ts';
import { aJob, CALLER, openEngine, type TestEngine } from './engine-harness.ts';
import { Model } from './engine-model.ts';
import { KINDS } from './engine-step-kinds.ts';
import { QUEUES, type Real } from './engine-steps.ts';
import { createSweep, type Sweep } from './engine-sweep.ts';

let redis: PrivateRedis;
let open: TestEngine;
let sweep: Sweep;
let client: Redis;
const queues: Queue[] = [];

beforeAll(async () => {
  redis = await startRedis();
  open = await openEngine(redis.url, {}, false);
  sweep = await createSweep(redis.url);
  client = new Redis({ ...redis.connection, maxRetriesPerRequest: null });
});

afterAll(async () => {
  await Promise.all([open, sweep, ...queues].map((each) => each.close()));
  client.disconnect();
  await redis.stop();
});

const view = (tenant: string, queue: string): Queue => {
  const opened = openQueue(client, tenant, queue);
  queues.push(opened);
  return opened;
};

/** What BullMQ calls our states. */
const IN_BULLMQ = {
  available: 'prioritized',
  scheduled: 'delayed',
  retryable: 'delayed',
  pending: 'waiting-children',
  active: 'active',
  completed: 'completed',
  discarded: 'failed',
  cancelled: 'failed',
} as const;

test('after random operations BullMQ shows the same jobs in the same states', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.commands(KINDS, { maxCommands: 150, size: 'max' }), async (commands) => {
      const tenants = [aTenant(), aTenant()];
      const models = [new Model(), new Model()];
      const engines = [open.engine, open.engine];
      const real: Real = { engines, tenants, client: open.redis.client, sweep, steps: 0, ids: 1 };
      await fc.asyncModelRun(() => ({ model: models, real }), commands);
      for (const [i, tenant] of tenants.entries())
        for (const queue of QUEUES) await sameInBullmq(models[i]!, tenant, queue);
    }),
    { numRuns: 8, endOnFailure: true },
  );
});

async function sameInBullmq(model: Model, tenant: string, name: string): Promise<void> {
  const queue = view(tenant, name);
  const jobs = [...model.jobs.values()].filter((job) => job.queue === name);
  const counts = {
    wait: 0,
    paused: 0,
    prioritized: 0,
    delayed: 0,
    'waiting-children': 0,
    active: 0,
    completed: 0,
    failed: 0,
  };
  // What waits for a rate limit is delayed there, though it is available.
  const aside = new Set(await client.zrange(`{ojs:${tenant}}/limited/${name}`, '0', '-1'));
  const placeOf = ({ id, state }: { id: string; state: keyof typeof IN_BULLMQ }) =>
    aside.has(id) ? 'delayed' : IN_BULLMQ[state];
  for (const job of jobs) counts[placeOf(job)]++;
  expect(await queue.getJobCounts(...(Object.keys(counts) as 'active'[]))).toEqual(counts);
  expect(await queue.isPaused()).toBe(model.queues.get(name)?.paused ?? false);
  const shown = await queue.getJobs(Object.keys(counts) as 'active'[]);
  expect(shown.map(({ id }) => id!).toSorted()).toEqual(jobs.map(({ id }) => id).toSorted());
  for (const { id, state, attempt, priority } of jobs) {
    const job = await queue.getJob(id);
    expect(await job?.getState()).toBe(placeOf({ id, state }));
    expect(job).toMatchObject({ id, name: 'test.job', attemptsMade: attempt, priority: 101 - priority });
  }
}

describe('BullMQ reads', () => {
  test('arguments, options, results and failures of a job', async () => {
    const tenant = aTenant();
    const done = await jobIn(open.engine, tenant, 'completed', 'q', { args: ['a', { b: [1] }] });
    const failed = await jobIn(open.engine, tenant, 'discarded', 'q', { priority: 5, retry: { max_attempts: 7 } });
    const queue = view(tenant, 'q');
    const job = await queue.getJob(done.id);
    expect(job).toMatchObject({ data: ['a', { b: [1] }], returnvalue: 'done', attemptsMade: 1, attemptsStarted: 1 });
    expect(job?.timestamp).toBe(Date.parse(done.created_at));
    expect(job?.processedOn).toBe(Date.parse(String(done.started_at)));
    expect(job?.finishedOn).toBe(Date.parse(String(done.completed_at)));
    const other = await queue.getJob(failed.id);
    expect(other).toMatchObject({
      failedReason: 'never',
      priority: 96,
      opts: { priority: 96, attempts: 7 },
      stacktrace: [],
    });
  });

  test('jobs in the order in which they are handed out', async () => {
    const tenant = aTenant();
    const jobs = [0, 5, -3, 5, 0].map((priority) => aJob({ priority }));
    await open.engine.push(tenant, CALLER, jobs);
    const shown = await view(tenant, 'default').getJobs(['prioritized'], 0, 9, true);
    const fetched = await open.engine.fetch(tenant, CALLER, { queues: ['default'], count: 9 });
    expect(shown.map(({ id }) => id)).toEqual(fetched.map(({ id }) => id));
  });

  test('no key that it would write: looking leaves everything as it was', async () => {
    const tenant = aTenant();
    await jobIn(open.engine, tenant, 'retryable', 'q');
    const before = await dumpOf(client, tenant);
    const queue = view(tenant, 'q');
    await queue.waitUntilReady();
    await queue.getJobCounts();
    await queue.getMetrics('completed');
    await queue.getJobSchedulers();
    await queue.getWorkers();
    expect(await dumpOf(client, tenant)).toEqual(before);
  });
});

describe('what would bypass our records', () => {
  const CALLS: [string, (queue: Queue) => Promise<unknown>][] = [
    ['add', (q) => q.add('x', {})],
    ['add with a priority', (q) => q.add('x', {}, { priority: 1 })],
    ['add with a delay', (q) => q.add('x', {}, { delay: 9 })],
    ['addBulk', (q) => q.addBulk([{ name: 'x', data: {} }])],
    ['upsertJobScheduler', (q) => q.upsertJobScheduler('x', { every: 9 })],
    ['pause', (q) => q.pause()],
    ['resume', (q) => q.resume()],
    ['drain', (q) => q.drain()],
    ['clean', (q) => q.clean(0, 9, 'completed')],
    ['obliterate', (q) => q.obliterate({ force: true })],
    ['retryJobs', (q) => q.retryJobs()],
    ['promoteJobs', (q) => q.promoteJobs()],
    ['removeOrphanedJobs', (q) => q.removeOrphanedJobs()],
    ['trimEvents', (q) => q.trimEvents(0)],
    ['setGlobalConcurrency', (q) => q.setGlobalConcurrency(1)],
    ['rateLimit', (q) => q.rateLimit(9)],
  ];

  test.each(CALLS)('%s is refused with a reason and changes nothing', async (_name, call) => {
    const tenant = aTenant();
    await jobIn(open.engine, tenant, 'completed', 'q');
    await jobIn(open.engine, tenant, 'retryable', 'q');
    const before = await dumpOf(client, tenant);
    await expect(Promise.resolve().then(() => call(view(tenant, 'q')))).rejects.toBeInstanceOf(ReadOnlyQueue);
    expect(await dumpOf(client, tenant)).toEqual(before);
  });

  test.each([
    ['remove', 'completed'],
    ['retry', 'discarded'],
    ['promote', 'scheduled'],
    ['changePriority', 'available'],
    ['updateData', 'available'],
    ['moveToFailed', 'active'],
  ] as const)('%s of a job is refused and changes nothing', async (method, state) => {
    const tenant = aTenant();
    const { id } = await jobIn(open.engine, tenant, state, 'q');
    const before = await dumpOf(client, tenant);
    const job = (await view(tenant, 'q').getJob(id)) as unknown as Record<
      string,
      (...args: unknown[]) => Promise<unknown>
    >;
    const call = Promise.resolve().then(() =>
      job[method]!(method === 'moveToFailed' ? new Error('x') : {}, '0', false),
    );
    await expect(call).rejects.toBeInstanceOf(ReadOnlyQueue);
    expect(await dumpOf(client, tenant)).toEqual(before);
  });

  test('every method of BullMQ’s backend is refused unless it is known to read', () => {
    const backend = (view(aTenant(), 'q') as unknown as { backend: Record<string, () => unknown> }).backend;
    const sibling = (backend.forQueue as unknown as (name: string) => typeof backend).call(backend, 'other');
    const writes =
      /^(add|move|remove|retry|promote|clean|drain|obliterate|pause|extend|update|change|set(?!Name)|delete|trim|publish|clear)/;
    const names = Object.getOwnPropertyNames(RedisQueueBackend.prototype).filter((name) => writes.test(name));
    expect(names.length).toBeGreaterThan(40);
    for (const name of names) {
      expect(() => backend[name]!()).toThrow(ReadOnlyQueue);
      expect(() => sibling[name]!()).toThrow(ReadOnlyQueue);
    }
  });
});

describe('the layout that our scripts write is BullMQ’s', () => {
  test('of exactly the version that is pinned', () => {
    const { dependencies } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
    const { version: installed } = (view(aTenant(), 'q') as unknown as { backend: { version: string } }).backend;
    expect({ dependency: dependencies.bullmq, installed }).toEqual({
      dependency: '6.7.0',
      installed: '6.7.0',
    });
  });

  const bullFields = async (key: string): Promise<Record<string, string>> => {
    const { opts, ...fields } = await client.hgetall(key);
    for (const ours of ['ojs', 'by', 'mx', 'enq', 'errs', 'et', 'rd', 'lw', 'hist']) delete fields[ours];
    const { priority, attempts } = JSON.parse(opts!) as Record<string, number>;
    for (const name of ['timestamp', 'processedOn', 'finishedOn']) if (fields[name]) fields[name] = 'a moment';
    return { ...fields, priority: String(priority), attempts: String(attempts ?? 1) };
  };

  test('of a job that waits: fields, counter, and a score of the same priority', async () => {
    const prefix = `{bull-${aTenant()}}`;
    const theirs = new Queue('q', { connection: client, prefix, skipMetasUpdate: true });
    queues.push(theirs);
    const { id } = await theirs.add('test.job', [1, 'x'], { priority: 101, attempts: 3 });
    const tenant = aTenant();
    const ours = await jobIn(open.engine, tenant, 'available', 'q', { args: [1, 'x'] });
    expect(await bullFields(`{ojs:${tenant}}:q:${ours.id}`)).toEqual(await bullFields(`${prefix}:q:${id}`));
    for (const key of ['prioritized', 'pc'])
      expect(await client.type(`{ojs:${tenant}}:q:${key}`)).toBe(await client.type(`${prefix}:q:${key}`));
    // The turn below the priority is ours: finer steps, so that it does not begin anew.
    const priorityIn = async (key: string, job: string): Promise<number> =>
      Math.floor(Number(await client.zscore(`${key}:q:prioritized`, job)) / 2 ** 32);
    expect(await priorityIn(`{ojs:${tenant}}`, ours.id)).toBe(await priorityIn(prefix, id!));
    expect(await view(tenant, 'q').getCountsPerPriority([101])).toEqual(await theirs.getCountsPerPriority([101]));
    expect(await client.get(`{ojs:${tenant}}:q:pc`)).toBe(await client.get(`${prefix}:q:pc`));
  });

  test('of a delayed job: its score tells when it is due', async () => {
    const prefix = `{bull-${aTenant()}}`;
    const theirs = new Queue('q', { connection: client, prefix, skipMetasUpdate: true });
    queues.push(theirs);
    const job = await theirs.add('test.job', [], { priority: 101, attempts: 3, delay: 3_600_000 });
    const score = Number(await client.zscore(`${prefix}:q:delayed`, job.id!));
    expect(Math.floor(score / 0x1000)).toBe(job.timestamp + 3_600_000);
    const tenant = aTenant();
    const ours = await jobIn(open.engine, tenant, 'scheduled', 'q');
    const ourScore = Number(await client.zscore(`{ojs:${tenant}}:q:delayed`, ours.id));
    expect(Math.floor(ourScore / 0x1000)).toBe(Date.parse(String(ours.scheduled_at)));
    expect((await view(tenant, 'q').getDelayed()).map(({ id }) => id)).toEqual([ours.id]);
  });

  test.each(['completed', 'failed'] as const)('of a job that has %s', async (end) => {
    const prefix = `{bull-${aTenant()}}`;
    const theirs = new Queue('q', { connection: client, prefix, skipMetasUpdate: true });
    const worker = new Worker(
      'q',
      async () => {
        if (end === 'failed') throw Object.assign(new Error('never'), { stack: '' });
        return 'done';
      },
      { connection: client, prefix },
    );
    queues.push(theirs, worker as unknown as Queue);
    const ended = new Promise((resolve) => worker.once(end as 'completed', resolve));
    const { id } = await theirs.add('test.job', [], { priority: 101, attempts: 1 });
    await ended;
    const tenant = aTenant();
    const state = end === 'failed' ? 'discarded' : 'completed';
    const ours = await jobIn(open.engine, tenant, state, 'q', { retry: { max_attempts: 1 } });
    const theirFields = await bullFields(`${prefix}:q:${id}`);
    const ourFields = await bullFields(`{ojs:${tenant}}:q:${ours.id}`);
    // BullMQ writes down a stack of one empty line.
    expect({ ...ourFields, stacktrace: '' }).toEqual({ ...theirFields, stacktrace: '' });
    expect(await client.type(`{ojs:${tenant}}:q:${end}`)).toBe(await client.type(`${prefix}:q:${end}`));
    const score = await client.zscore(`{ojs:${tenant}}:q:${end}`, ours.id);
    expect(score).toBe(await client.hget(`{ojs:${tenant}}:q:${ours.id}`, 'finishedOn'));
  });
});
