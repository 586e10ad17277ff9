import { type PrivateRedis, startRedis } from '@ojs/dev';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { aTenant } from './engine-fixtures.ts';
import { CALLER, openEngine, type TestEngine } from './engine-harness.ts';
import { expectSound } from './engine-sound.ts';
import { aWorkflow, chain, group, step, worker } from './workflow-fixtures.ts';

const many = (count: number): object[] => Array.from({ length: count }, (_, i) => step(`t${i}`));

let redis: PrivateRedis;
let open: TestEngine;

beforeAll(async () => {
  redis = await startRedis();
  open = await openEngine(redis.url, {}, false);
  await open.redis.client.config('SET', 'slowlog-log-slower-than', '0', 'slowlog-max-len', '5000');
});
beforeEach(() => open.redis.client.call('SLOWLOG', 'RESET'));

afterAll(async () => {
  await open.close();
  await redis.stop();
});

/** The most arguments that a script was called with: what one call does is bounded by them. */
async function mostArguments(): Promise<number> {
  const log = (await open.redis.client.call('SLOWLOG', 'GET', '5000')) as [number, number, number, string[]][];
  const counts = log
    .filter(([, , , [command = '']]) => /^eval/i.test(command))
    .map(([, , , args]) => args.length + Number(/\((\d+) more arguments\)/.exec(args.at(-1) ?? '')?.[1] ?? 0));
  return Math.max(...counts);
}

test('a group of 1,000 jobs is created, begun and cancelled in slices', async () => {
  const tenant = aTenant();
  const { id } = await open.engine.workflows.create(tenant, CALLER, aWorkflow(group(...many(1_000))));
  expect(await open.engine.stats(tenant, 'q')).toMatchObject({ available: 1_000 });
  const jobs = await open.engine.fetch(tenant, CALLER, { queues: ['q'], count: 100 });
  await Promise.all(jobs.map((job) => open.engine.ack(tenant, CALLER, { id: job.id, queue: 'q' }, 1)));
  await open.engine.sweep(tenant);
  const { cancelled, completed } = await open.engine.workflows.cancel(tenant, CALLER, id);
  expect({ cancelled, completed }).toEqual({ cancelled: 900, completed: 100 });
  expect(await mostArguments()).toBeLessThan(2_500);
  await expectSound(open.redis);
});

test('what workers have of a cancelled workflow, however much it is, keeps nothing else from being cancelled', async () => {
  const tenant = aTenant();
  const { id } = await open.engine.workflows.create(tenant, CALLER, aWorkflow(group(...many(250))));
  const jobs = await open.engine.fetch(tenant, CALLER, { queues: ['q'], count: 150 });
  const { cancelled } = await open.engine.workflows.cancel(tenant, CALLER, id);
  expect(cancelled).toBe(100);
  expect(await open.engine.stats(tenant, 'q')).toMatchObject({ active: 150, available: 0, cancelled: 100 });
  await open.engine.sweep(tenant);
  await Promise.all(jobs.map((job) => open.engine.ack(tenant, CALLER, { id: job.id, queue: 'q' }, 1)));
  await open.engine.sweep(tenant);
  await expectSound(open.redis);
});

test('a long chain goes through to its end, each step with all results before it', async () => {
  const tenant = aTenant();
  const { id } = await open.engine.workflows.create(tenant, CALLER, aWorkflow(chain(...many(200))));
  const types = await worker(open.engine, tenant).all(({ parent_results }) => parent_results?.length);
  expect(types).toEqual(Array.from({ length: 200 }, (_, i) => `t${i}`));
  const workflow = await open.engine.workflows.get(tenant, id);
  expect(workflow).toMatchObject({ state: 'completed', steps_completed: 200 });
  expect(workflow?.steps?.at(-1)?.result).toBe(199);
});

test('of results that are more than one step may be handed, the nearest are, and the others by reference', async () => {
  const tenant = aTenant();
  await open.engine.workflows.create(tenant, CALLER, aWorkflow(chain(...many(5))));
  const work = worker(open.engine, tenant);
  const ids: string[] = [];
  for (const kib of [1, 100, 300, 200]) {
    const [job] = await open.engine.fetch(tenant, CALLER, { queues: ['q'], count: 1 });
    ids.push(job!.id);
    await work.ack(job!, 'x'.repeat(kib * 1024));
  }
  const [last] = await open.engine.fetch(tenant, CALLER, { queues: ['q'], count: 1 });
  const results = last?.parent_results as (string | { result_ref: string; result_size_bytes: number })[];
  expect(results[0]).toBe('x'.repeat(1024));
  expect(results[1]).toEqual({ result_ref: `/ojs/v1/jobs/${ids[1]}`, result_size_bytes: 100 * 1024 + 2 });
  expect(results[2]).toEqual({ result_ref: `/ojs/v1/jobs/${ids[2]}`, result_size_bytes: 300 * 1024 + 2 });
  expect(results[3]).toBe('x'.repeat(200 * 1024));
});

test('steps of a creation that was cut off are deleted', async () => {
  const { client } = open.redis;
  const tenant = aTenant();
  const { id } = await open.engine.workflows.create(tenant, CALLER, aWorkflow(chain(...many(2))));
  const stage = id.replace(/^....../, 'ffffff');
  await client.hset(`{ojs:${tenant}}/workflow/${stage}/steps`, '1', '{}');
  await client.zadd(`{ojs:${tenant}}/timers`, 1, `workflow/${stage}`);
  await expectSound(open.redis);
  await open.engine.sweep(tenant);
  expect(await client.exists(`{ojs:${tenant}}/workflow/${stage}/steps`)).toBe(0);
});
