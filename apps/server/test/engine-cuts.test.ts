import { type PrivateRedis, startRedis } from '@ojs/dev';
import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BulkMove } from '../src/engine/bulk/selection.ts';
import type { Engine } from '../src/engine/engine.ts';
import { BackendUnavailable, EngineRefusal } from '../src/engine/errors.ts';
import { CRON_OPERATIONS, seenCron } from './engine-cuts-crons.ts';
import { seenWorkflows, WORKFLOW_OPERATIONS } from './engine-cuts-workflows.ts';
import { aTenant, fetchOne, jobIn } from './engine-fixtures.ts';
import { aJob, CALLER, openEngine, type TestEngine } from './engine-harness.ts';
import { type CuttingProxy, startProxy } from './engine-proxy.ts';
import { expectSound } from './engine-sound.ts';
import { createSweep, type Sweep } from './engine-sweep.ts';
import { aWorkflow, group, step } from './workflow-fixtures.ts';

type Prepare = (engine: Engine, tenant: string, sweep: Sweep) => Promise<string[]>;
type Run = (engine: Engine, tenant: string, ids: string[]) => Promise<unknown>;

const prepared =
  (...states: Parameters<typeof jobIn>[2][]): Prepare =>
  async (engine, tenant) => {
    const ids: string[] = [];
    for (const state of states) ids.push((await jobIn(engine, tenant, state, 'q')).id);
    return ids;
  };
const unused = (count: number) => async () => Array.from({ length: count }, () => v7());
const never = new AbortController().signal;
const claim = (ids: string[]) => ({ id: ids[0]!, queue: 'q', attempt: 1, workerId: 'w1' });

const limited = () => aJob({ queue: 'q', rateLimit: { key: 'k', concurrency: 1 } });
const bulk =
  (move: BulkMove): Run =>
  (e, t, ids) =>
    e.bulk.move(
      t,
      CALLER,
      move,
      ids.map((id) => ({ id, queue: 'q' })),
    );

/** Every operation of the engine: what is there before, and what is done. */
const OPERATIONS: [name: string, prepare: Prepare, run: Run][] = [
  ['push', unused(1), (e, t, [id]) => e.push(t, CALLER, [aJob({ id: id!, queue: 'q' })])],
  [
    'push of a batch',
    unused(300),
    (e, t, ids) =>
      e.push(
        t,
        CALLER,
        ids.map((id) => aJob({ id, queue: 'q' })),
      ),
  ],
  ...(['replace', 'ignore'] as const).map((on_conflict): (typeof OPERATIONS)[number] => [
    `push of a unique job that would ${on_conflict}`,
    async (engine, tenant) => [(await jobIn(engine, tenant, 'active', 'q', { unique: {} })).id, v7()],
    (e, t, [, id]) =>
      e.push(t, { ...CALLER, may: () => true }, [aJob({ id: id!, queue: 'q', unique: { on_conflict } })]),
  ]),
  ['fetch', prepared('available'), (e, t) => e.fetch(t, CALLER, { queues: ['q'], count: 2, workerId: 'w' })],
  ['ack', prepared('active'), (e, t, ids) => e.ack(t, CALLER, claim(ids), { done: 1 })],
  ['nack', prepared('active'), (e, t, ids) => e.nack(t, CALLER, claim(ids), { message: 'no' })],
  ['last nack', prepared('active'), (e, t, ids) => e.nack(t, CALLER, claim(ids), { message: 'no', retryable: false })],
  ['requeue', prepared('active'), (e, t, ids) => e.requeue(t, CALLER, claim(ids))],
  ['heartbeat', prepared('active'), (e, t, ids) => e.heartbeat(t, CALLER, { workerId: 'w1', ids, state: 'quiet' })],
  ['history', prepared('dead'), (e, t, [id]) => e.history(t, id!, 'q')],
  ['forgetHistory', prepared('dead'), (e, t, [id]) => e.forgetHistory(t, CALLER, id!, 'q')],
  ['worker', prepared('active'), (e, t) => e.worker(t, CALLER.principal, 'w1')],
  [
    'progress',
    prepared('active'),
    (e, t, ids) => e.attempts.report(t, CALLER, claim(ids), { progress: 0.5, checkpoint: 1 }),
  ],
  ['checkpoint', prepared('active'), (e, t, ids) => e.attempts.save(t, CALLER, claim(ids), { at: 1 }, false)],
  ['cancel', prepared('active'), (e, t, [id]) => e.cancel(t, CALLER, id!, 'q')],
  ['activate', prepared('pending'), (e, t, [id]) => e.activate(t, CALLER, id!, 'q')],
  ['retryDeadLetter', prepared('dead'), (e, t, [id]) => e.retryDeadLetter(t, CALLER, id!, 'q')],
  ['deleteDeadLetter', prepared('dead'), (e, t, [id]) => e.deleteDeadLetter(t, CALLER, id!, 'q')],
  ['bulk cancel', prepared('scheduled', 'retryable', 'available'), bulk('cancel-waiting')],
  ['bulk retry', prepared('dead', 'discarded', 'retryable'), bulk('retry')],
  ['bulk delete', prepared('dead', 'completed', 'cancelled'), bulk('delete')],
  ['pause', prepared('available'), (e, t) => e.setPaused(t, CALLER, 'q', true)],
  ['drain', prepared('available'), (e, t) => e.queueControl.drain(t, CALLER, 'q')],
  ['configure', prepared('available'), (e, t) => e.queueControl.configure(t, CALLER, 'q', { concurrency: 1 })],
  ['purge', prepared('available'), (e, t) => e.queueControl.purge(t, CALLER, 'q', ['available'])],
  [
    'fetch of jobs of which one may begin',
    async (engine, tenant) => {
      const jobs = [limited(), limited()];
      await engine.push(tenant, CALLER, jobs);
      return jobs.map(({ id }) => id);
    },
    (e, t) => e.fetch(t, CALLER, { queues: ['q'], count: 2, workerId: 'w' }),
  ],
  [
    'ack that lets another begin',
    async (engine, tenant) => {
      const jobs = [limited(), limited()];
      await engine.push(tenant, CALLER, jobs);
      await engine.fetch(tenant, CALLER, { queues: ['q'], count: 2, workerId: 'w1' });
      return jobs.map(({ id }) => id);
    },
    (e, t, ids) => e.ack(t, CALLER, claim(ids), null),
  ],
  ['info', prepared('completed'), (e, t, [id]) => e.info(t, id!)],
  ['stats', prepared('completed'), (e, t) => e.stats(t, 'q')],
  ['queues', prepared('completed'), (e, t) => e.queues(t, { visible: () => true, offset: 0, limit: 9 })],
  ['deadLetters', prepared('dead'), (e, t) => e.deadLetters(t, { visible: () => true, limit: 9, offset: 0 })],
  ['events', prepared('dead'), (e, t) => e.events(t, { matches: () => true, limit: 9 })],
  ['waitForJobs', prepared('available'), (e, t) => e.waitForJobs(t, ['q'], 9_000, never)],
  ['waitForJob', prepared('completed'), (e, t, [id]) => e.waitForJob(t, id!, 9_000, never)],
  ...CRON_OPERATIONS,
  ...WORKFLOW_OPERATIONS,
  [
    'the end of a lease',
    async (engine, tenant, sweep) => {
      const ids = await prepared('active')(engine, tenant, sweep);
      await sweep.endLease(tenant, 'q', ids[0]!);
      return ids;
    },
    (e, t) => e.sweep(t),
  ],
];

/** What a job's life looks like from outside, without times. */
async function seen(engine: Engine, tenant: string, ids: string[]): Promise<unknown> {
  const workflows = await seenWorkflows(engine, tenant);
  const jobs = await Promise.all(ids.map((id) => engine.info(tenant, id)));
  const dead = await Promise.all(ids.map((id) => engine.isDeadLetter(tenant, id, 'q')));
  const told = jobs.map((job) => job && [job.state, job.attempt, job.errors?.length, job.result, job.progress]);
  return { told, dead, stats: await engine.stats(tenant, 'q'), cron: await seenCron(engine, tenant), workflows };
}

let redis: PrivateRedis;
let direct: TestEngine;
let sweep: Sweep;

beforeAll(async () => {
  redis = await startRedis();
  direct = await openEngine(redis.url, {}, false);
  sweep = await createSweep(redis.url);
});

afterAll(async () => {
  await Promise.all([direct.close(), sweep.close()]);
  await redis.stop();
});

describe.each(OPERATIONS)('%s', (name, prepare, run) => {
  /** Runs the operation through a proxy that cuts at the nth command; whether it got so far, and how it ended. */
  async function runCut(nth: number, when: 'before' | 'after') {
    const proxy: CuttingProxy = await startProxy(redis.url.slice('unix://'.length));
    const cut = await openEngine(proxy.url, {}, false);
    try {
      const tenant = aTenant();
      const ids = await prepare(direct.engine, tenant, sweep);
      const before = await seen(direct.engine, tenant, ids);
      // The first use of a script has two commands more: the same for all of them.
      if (name === 'push') await direct.redis.client.script('FLUSH');
      proxy.cutAt(nth, when);
      const ended = await run(cut.engine, tenant, ids).then(
        () => ({ error: undefined }),
        (error: unknown) => ({ error }),
      );
      return { tenant, ids, before, ...ended, isCut: proxy.isCut };
    } finally {
      await cut.close();
      await proxy.close();
    }
  }

  test.each(['before', 'after'] as const)(
    'cut off %s any of its commands happens whole or not at all',
    async (when) => {
      const reference = await runCut(1_000, when);
      expect(reference.error).toBeUndefined();
      const whole = await seen(direct.engine, reference.tenant, reference.ids);

      // A new process finds the one or the other.
      const next = await openEngine(redis.url, {}, false);
      let nth = 1;
      for (; ; nth++) {
        const { tenant, ids, before, error, isCut } = await runCut(nth, when);
        const after = await seen(next.engine, tenant, ids);
        if (error === undefined) expect(after).toEqual(whole);
        else {
          expect(error).toBeInstanceOf(BackendUnavailable);
          expect([before, whole]).toContainEqual(after);
        }
        // Whoever asks again after no answer gets it done once.
        await run(next.engine, tenant, ids).catch((refusal: unknown) => {
          expect(refusal).toBeInstanceOf(EngineRefusal);
        });
        expect(await seen(next.engine, tenant, ids)).toEqual(whole);
        if (!isCut) break;
        expect(error).toBeInstanceOf(BackendUnavailable);
      }
      await next.close();
      expect(nth).toBeGreaterThan(1);
      await expectSound(direct.redis);
    },
  );
});

test('a queue whose deletion was cut off anywhere is deleted by whoever asks again, and nothing is left of it', async () => {
  const remove = (e: Engine, t: string) => e.queueControl.remove(t, CALLER, 'q', 'discard');
  for (let nth = 1, isCut = true; isCut; nth++) {
    const proxy = await startProxy(redis.url.slice('unix://'.length));
    const cut = await openEngine(proxy.url, {}, false);
    const tenant = aTenant();
    const ids = await prepared('dead', 'completed', 'scheduled', 'available')(direct.engine, tenant, sweep);
    await direct.engine.push(tenant, CALLER, [limited(), limited()]);
    await direct.engine.workflows.create(tenant, CALLER, aWorkflow(group(step('a'), step('b'))));
    proxy.cutAt(nth, nth % 2 === 0 ? 'before' : 'after');
    await remove(cut.engine, tenant).catch((error: unknown) => expect(error).toBeInstanceOf(BackendUnavailable));
    await cut.close();
    await proxy.close();
    await expectSound(direct.redis);
    await remove(direct.engine, tenant);
    expect(await direct.engine.stats(tenant, 'q')).toBeUndefined();
    for (const id of ids) expect(await direct.engine.info(tenant, id)).toBeUndefined();
    expect(await seenWorkflows(direct.engine, tenant)).toMatchObject([['failed', 'failed failed', 0]]);
    expect(await direct.engine.stats(tenant, 'q')).toBeUndefined();
    isCut = proxy.isCut;
  }
  await expectSound(direct.redis);
});

test('a job whose fetch was cut off is handed out again when its lease ends', async () => {
  const proxy = await startProxy(redis.url.slice('unix://'.length));
  const cut = await openEngine(proxy.url, {}, false);
  const tenant = aTenant();
  const { id } = await jobIn(direct.engine, tenant, 'available', 'q');
  proxy.cutAt(2, 'after');
  await expect(cut.engine.fetch(tenant, CALLER, { queues: ['q'], count: 1 })).rejects.toBeInstanceOf(
    BackendUnavailable,
  );
  expect(await direct.engine.info(tenant, id)).toMatchObject({ state: 'active', attempt: 1 });
  await sweep.come(tenant, 'q', id);
  expect(await fetchOne(direct.engine, tenant, 'q')).toMatchObject({ id, attempt: 2 });
  await cut.close();
  await proxy.close();
});
