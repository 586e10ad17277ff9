import { type PrivateRedis, startRedis } from '@ojs/dev';
import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runDoctor } from '../src/cli/doctor.ts';
import { checkKeySpace, lineOf, RULES, type Rule } from '../src/engine/check/check.ts';
import type { RedisClient } from '../src/redis/connect.ts';
import { aTenantWithCrons, CRON_CORRUPTIONS } from './engine-check-crons.ts';
import { aLimitedTenant, LIMIT_CORRUPTIONS } from './engine-check-limits.ts';
import { aTenant, jobIn } from './engine-fixtures.ts';
import { openEngine, type TestEngine } from './engine-harness.ts';
import { expectSound } from './engine-sound.ts';

const STATES = [
  'active',
  'scheduled',
  'pending',
  'completed',
  'retryable',
  'cancelled',
  'discarded',
  'dead',
  'available',
] as const;
type Ids = Record<(typeof STATES)[number], string>;

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

/** A tenant with a job in every state, in the queue `q`. */
async function everyState(): Promise<{ tenant: string; prefix: string; ids: Ids; client: RedisClient }> {
  await open.redis.client.flushdb();
  const tenant = aTenant();
  await open.redis.client.sadd('{ojs}/tenants', tenant);
  const ids = {} as Ids;
  const unique = { keys: ['args' as const] };
  for (const state of STATES) ids[state] = (await jobIn(open.engine, tenant, state, 'q', { args: [state], unique })).id;
  return { tenant, prefix: `{ojs:${tenant}}`, ids, client: open.redis.client };
}

type Corruption = [
  rule: Rule,
  how: string,
  corrupt: (client: RedisClient, bull: string, own: string, ids: Ids) => Promise<unknown>,
];

const other = v7();

const CORRUPTIONS: Corruption[] = [
  ['unknown key', 'a key beside the queue’s', (c, bull) => c.set(`${bull}:id`, 1)],
  ['unknown key', 'a lock of BullMQ’s', (c, bull, _, ids) => c.set(`${bull}:${ids.active}:lock`, 1)],
  ['unknown key', 'a record of the tenant’s', (c, _, own) => c.set(`${own}/leases`, 1)],
  [
    'wrong type of key',
    'a list for a set',
    async (c, bull) => [await c.del(`${bull}:delayed`), await c.lpush(`${bull}:delayed`, 'x')],
  ],
  ['tenant is not registered', 'no registration', (c) => c.del('{ojs}/tenants')],
  ['queue is not registered', 'no registration', (c, _, own) => c.hdel(`${own}/queues`, 'q')],
  ['queue bypassed by BullMQ', 'a job in wait', (c, bull) => c.lpush(`${bull}:wait`, other)],
  ['queue bypassed by BullMQ', 'a job in paused', (c, bull) => c.lpush(`${bull}:paused`, other)],
  ['worker bound for ever', 'no time to live', (c, _, own) => c.persist(`${own}/worker/w1`)],
  ['workers are miscounted', 'one too many', (c, _, own) => c.hincrby(`${own}/worker-counts`, 'tester', 1)],
  ['job without index entry', 'entry removed', (c, _, own, ids) => c.hdel(`${own}/index`, ids.completed)],
  ['index entry without job', 'hash removed', (c, bull, _, ids) => c.del(`${bull}:${ids.pending}`)],
  ['index names another queue', 'entry changed', (c, _, own, ids) => c.hset(`${own}/index`, ids.available, 'z')],
  ['job is incomplete', 'field removed', (c, bull, _, ids) => c.hdel(`${bull}:${ids.available}`, 'name')],
  ['job in no place', 'leaves its place', (c, bull, _, ids) => c.zrem(`${bull}:prioritized`, ids.available)],
  ['job in two places', 'enters another', (c, bull, _, ids) => c.zadd(`${bull}:completed`, 1, ids.available)],
  ['job twice active', 'listed again', (c, bull, _, ids) => c.lpush(`${bull}:active`, ids.active)],
  ['place names a job that does not exist', 'unknown id', (c, bull) => c.zadd(`${bull}:completed`, 1, other)],
  ['active without lease', 'lease removed', (c, bull, _, ids) => c.hdel(`${bull}:${ids.active}`, 'lo')],
  ['lease without active', 'lease kept', (c, bull, _, ids) => c.hset(`${bull}:${ids.completed}`, 'lo', 'x')],
  ['attempt is wrong', 'never begun', (c, bull, _, ids) => c.hdel(`${bull}:${ids.active}`, 'atm')],
  ['attempt is wrong', 'no number', (c, bull, _, ids) => c.hset(`${bull}:${ids.completed}`, 'atm', '1.5')],
  ['priority is wrong', 'ahead of its turn', (c, bull, _, ids) => c.zadd(`${bull}:prioritized`, 1, ids.available)],
  ['retryable but not delayed', 'marked', (c, _, own, ids) => c.zadd(`${own}/retryable/q`, 1, ids.active)],
  ['cancelled but not failed', 'marked', (c, _, own, ids) => c.zadd(`${own}/cancelled/q`, 1, ids.active)],
  ['dead letter but not failed', 'marked', (c, _, own, ids) => c.zadd(`${own}/dead/q`, 1, ids.active)],
  ['dead letter and cancelled', 'marked', (c, _, own, ids) => c.zadd(`${own}/cancelled/q`, 1, ids.dead)],
  ...(['active', 'scheduled', 'retryable', 'completed', 'discarded', 'cancelled', 'dead'] as const).map(
    (state): Corruption => ['timer missing', `of ${state}`, (c, _, own, ids) => c.zrem(`${own}/timers`, ids[state])],
  ),
  ['timer without need', 'of an available job', (c, _, own, ids) => c.zadd(`${own}/timers`, 1e15, ids.available)],
  ['timer without need', 'of no job', (c, _, own) => c.zadd(`${own}/timers`, 1e15, other)],
  ['timer is wrong', 'not the end of the lease', (c, _, own, ids) => c.zadd(`${own}/timers`, 1e15, ids.active)],
  ['timer is wrong', 'not the due time', (c, _, own, ids) => c.zadd(`${own}/timers`, 1e15, ids.scheduled)],
  ['unique key of no such job', 'unknown id', (c, _, own) => c.set(`${own}/unique/${'0'.repeat(64)}`, `${other} 1 q`)],
  ['unique key of no such job', 'of another key', (c, bull, _, ids) => c.hset(`${bull}:${ids.completed}`, 'uk', 'x')],
  [
    'unique job not under its key',
    'key removed',
    async (c, bull, own, ids) => c.del(`${own}/unique/${await c.hget(`${bull}:${ids.retryable}`, 'uk')}`),
  ],
  ['checkpoint without job', 'of no job', (c, _, own) => c.hset(`${own}/checkpoint/${other}`, 'seq', 1)],
  ['checkpoint not handed out', 'unmarked', (c, _, own, ids) => c.hset(`${own}/checkpoint/${ids.available}`, 'seq', 1)],
  [
    'checkpoint would be lost',
    'of a dead letter',
    async (c, bull, own, ids) => [
      await c.hset(`${bull}:${ids.dead}`, 'cp', 1),
      await c.hset(`${own}/checkpoint/${ids.dead}`, 'seq', 1),
      await c.pexpire(`${own}/checkpoint/${ids.dead}`, 60_000),
    ],
  ],
  [
    'checkpoint kept for ever',
    'of an ended job',
    (c, _, own, ids) => c.hset(`${own}/checkpoint/${ids.completed}`, 'seq', 1),
  ],
  ['statistics disagree', 'twice active', (c, bull, _, ids) => c.lpush(`${bull}:active`, ids.active)],
];

describe('the checker', () => {
  test('finds nothing in a key space with a job in every state', async () => {
    await everyState();
    await expectSound(open.redis);
  });

  test.each(CORRUPTIONS)('names the rule "%s" (%s)', async (rule, _how, corrupt) => {
    const { tenant, prefix, ids, client } = await everyState();
    await corrupt(client, `${prefix}:q`, prefix, ids);
    const { findings } = await checkKeySpace(client);
    expect(findings.map((finding) => finding.rule)).toContain(rule);
    for (const finding of findings) expect(finding.tenant).toBe(tenant);
  });

  test.each(LIMIT_CORRUPTIONS)('names the rule "%s" of limits (%s)', async (rule, _how, corrupt) => {
    await open.redis.client.flushdb();
    const { tenant, ids } = await aLimitedTenant(open);
    await expectSound(open.redis);
    await corrupt(open.redis.client, `{ojs:${tenant}}`, ids);
    const { findings } = await checkKeySpace(open.redis.client);
    expect(findings.map((finding) => finding.rule)).toContain(rule);
  });

  test.each(CRON_CORRUPTIONS)('names the rule "%s" of cron entries (%s)', async (rule, _how, corrupt) => {
    await open.redis.client.flushdb();
    const tenant = await aTenantWithCrons(open);
    await expectSound(open.redis);
    await corrupt(open.redis.client, `{ojs:${tenant}}`);
    const { findings } = await checkKeySpace(open.redis.client);
    expect(findings.map((finding) => finding.rule)).toContain(rule);
  });

  test('has no rule that no test breaks', () => {
    const all = [...CORRUPTIONS, ...LIMIT_CORRUPTIONS, ...CRON_CORRUPTIONS];
    const broken = new Set<string>(all.map(([rule]) => rule));
    expect(RULES.filter((rule) => !broken.has(rule))).toEqual([]);
  });

  test('never shows what a job carries', async () => {
    const { prefix, ids, client } = await everyState();
    for (const id of Object.values(ids)) {
      await client.hset(`${prefix}:q:${id}`, 'data', '["s3cret"]', 'returnvalue', '"s3cret"', 'atm', 'x');
    }
    const { findings } = await checkKeySpace(client);
    expect(findings.length).toBeGreaterThan(0);
    expect(findings.map(lineOf).join('\n')).not.toContain('s3cret');
  });

  test('ignores the keys of others in the same Redis', async () => {
    const { client } = await everyState();
    await client.set('{ojsx}:a', 1);
    await client.set('bull:other:wait', 1);
    await expectSound(open.redis);
  });
});

describe('ojs-server doctor', () => {
  test('sums up each tenant and ends with 0 when all is sound', async () => {
    const { tenant } = await everyState();
    const lines: string[] = [];
    expect(await runDoctor(open.redis, (line) => lines.push(line))).toBe(0);
    expect(lines).toEqual([
      `tenant ${tenant}: queues 1, jobs 9, 1 scheduled, 1 available, 1 pending, 1 active, 1 completed, 1 retryable, ` +
        '1 cancelled, 2 discarded, 1 dead letters',
      'The key space is sound.',
    ]);
  });

  test('tells what it found and ends with 1', async () => {
    const { tenant, prefix, ids, client } = await everyState();
    await client.zrem(`${prefix}:q:prioritized`, ids.available);
    const lines: string[] = [];
    expect(await runDoctor(open.redis, (line) => lines.push(line))).toBe(1);
    expect(lines).toContain(`tenant ${tenant}, queue q, job ${ids.available}: job in no place`);
  });

  test('does not report what has passed at the second look', async () => {
    const { prefix, ids, client } = await everyState();
    await client.zrem(`${prefix}:q:prioritized`, ids.available);
    // The first look is over before this is repaired: the doctor pauses between looks.
    const done = runDoctor(open.redis, () => undefined);
    setTimeout(() => void client.zadd(`${prefix}:q:prioritized`, 101 * 2 ** 32 + 9, ids.available), 100);
    expect(await done).toBe(0);
  });
});
