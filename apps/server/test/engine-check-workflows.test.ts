import { type PrivateRedis, startRedis } from '@ojs/dev';
import { v7 } from 'uuid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkKeySpace } from '../src/engine/check/check.ts';
import { type Rule, WORKFLOW_RULES } from '../src/engine/check/finding.ts';
import type { RedisClient } from '../src/redis/connect.ts';
import { aTenant } from './engine-fixtures.ts';
import { CALLER, openEngine, type TestEngine } from './engine-harness.ts';
import { expectSound } from './engine-sound.ts';
import { aWorkflow, batch, chain, step, worker } from './workflow-fixtures.ts';

let redis: PrivateRedis;
let open: TestEngine;

beforeAll(async () => {
  redis = await startRedis();
  open = await openEngine(redis.url, {}, false);
});

afterAll(async () => {
  await open.close();
  await redis.stop();
});

/** A workflow whose first step (node 1) completed, whose second (node 3) is under way, and whose last (node 5) waits. */
async function halfDone(): Promise<{ client: RedisClient; own: string; id: string; key: string; job: string }> {
  const { client } = open.redis;
  await client.flushdb();
  const tenant = aTenant();
  const body = chain(step('a'), batch({ on_complete: step('c') }, step('b')), step('d'));
  const { id } = await open.engine.workflows.create(tenant, CALLER, aWorkflow(body));
  const work = worker(open.engine, tenant);
  await work.ack((await work.get('a'))[0]!);
  const [b] = await work.get('b');
  const own = `{ojs:${tenant}}`;
  return { client, own, id, key: `${own}/workflow/${id}`, job: b!.id };
}

type Half = Awaited<ReturnType<typeof halfDone>>;

const CORRUPTIONS: [rule: Rule, how: string, corrupt: (half: Half) => Promise<unknown>][] = [
  ['workflow key without workflow', 'not listed', ({ client, own, id }) => client.zrem(`${own}/workflows`, id)],
  ['workflow is incomplete', 'without states', ({ client, key }) => client.del(`${key}/nodes`)],
  ['workflow is incomplete', 'with too many states', ({ client, key }) => client.append(`${key}/nodes`, 'p')],
  ['workflow is incomplete', 'without its tree', ({ client, key }) => client.hdel(key, 'tree')],
  ['workflow is incomplete', 'with a scope that is none', ({ client, key }) => client.hset(key, 'scope', 'x')],
  ['workflow counts disagree', 'one completed too many', ({ client, key }) => client.hincrby(key, 'completed', 1)],
  ['workflow counts disagree', 'one left too few', ({ client, key }) => client.hincrby(key, 'left', -1)],
  ['step lost', 'no job to become', ({ client, key }) => client.hdel(`${key}/steps`, '5')],
  ['step kept after it began', 'its job is still there', ({ client, key }) => client.hset(`${key}/steps`, '1', '{}')],
  ['step under way without a job', 'a step that ended', ({ client, key }) => client.setrange(`${key}/nodes`, 1, 'a')],
  ['job of a step that has not begun', 'set back', ({ client, key }) => client.setrange(`${key}/nodes`, 3, 'p')],
  ['timer missing', 'something to decide', ({ client, key }) => client.setrange(`${key}/nodes`, 3, 'c')],
  ['timer missing', 'an end to come', ({ client, key }) => client.setrange(`${key}/nodes`, 0, 'f')],
  ['timer without need', 'no such workflow', ({ client, own }) => client.zadd(`${own}/timers`, 1, `workflow/${v7()}`)],
  ['unknown key', 'a part that is none', ({ client, key }) => client.set(`${key}/x`, 1)],
];

test('finds nothing wrong with a workflow that is half done', async () => {
  await halfDone();
  await expectSound(open.redis);
});

test.each(CORRUPTIONS)('names the rule "%s" (%s)', async (rule, _how, corrupt) => {
  const half = await halfDone();
  await corrupt(half);
  const { findings } = await checkKeySpace(half.client);
  expect(findings.map((finding) => finding.rule)).toContain(rule);
});

test('there is no rule that no test breaks', () => {
  const broken = new Set(CORRUPTIONS.map(([rule]) => rule));
  expect(WORKFLOW_RULES.filter((rule) => !broken.has(rule))).toEqual([]);
});
