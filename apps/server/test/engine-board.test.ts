import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { FastifyAdapter } from '@bull-board/fastify';
import { type PrivateRedis, startRedis } from '@ojs/dev';
import Fastify, { type FastifyInstance } from 'fastify';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openQueue } from '../src/engine/bullmq-view.ts';
import { dumpOf } from './engine-dump.ts';
import { jobIn } from './engine-fixtures.ts';
import { CALLER, openEngine, type TestEngine } from './engine-harness.ts';

const TENANT = 'acme';
const STATES = [
  'active',
  'scheduled',
  'pending',
  'completed',
  'retryable',
  'cancelled',
  'discarded',
  'available',
] as const;

let redis: PrivateRedis;
let open: TestEngine;
let reader: Redis;
let board: FastifyInstance;
let url: string;
const ids: Partial<Record<(typeof STATES)[number], string>> = {};

beforeAll(async () => {
  redis = await startRedis();
  open = await openEngine(redis.url, {}, false);
  for (const state of STATES)
    ids[state] = (await jobIn(open.engine, TENANT, state, 'mail', { args: [`of ${state}`] })).id;
  await open.engine.setPaused(TENANT, CALLER, 'mail', true);

  // What an operator gives to a dashboard: the keys of one tenant, and only commands that read.
  const rules = [
    'on',
    '>looking',
    `~{ojs:${TENANT}}:*`,
    '+@read',
    '+@connection',
    '+info',
    '+eval',
    '+evalsha',
    '-select',
  ];
  await open.redis.client.call('ACL', 'SETUSER', 'dashboard', 'reset', ...rules);
  reader = new Redis({ ...redis.connection, username: 'dashboard', password: 'looking', maxRetriesPerRequest: null });
  const queues = [new BullMQAdapter(openQueue(reader, TENANT, 'mail'), { readOnlyMode: true })];
  const serverAdapter = new FastifyAdapter();
  serverAdapter.setBasePath('/board');
  createBullBoard({ queues, serverAdapter });
  board = Fastify();
  await board.register(serverAdapter.registerPlugin(), { prefix: '/board' });
  url = await board.listen({ host: '127.0.0.1', port: 0 });
});

afterAll(async () => {
  await board.close();
  reader.disconnect();
  await open.close();
  await redis.stop();
});

interface Shown {
  queues: {
    name: string;
    isPaused: boolean;
    readOnlyMode: boolean;
    counts: Record<string, number>;
    jobs: { id: string; name: string; data: unknown; failedReason?: string; returnValue?: unknown }[];
  }[];
}

const shown = async (status: string): Promise<Shown['queues'][0]> => {
  const answer = await fetch(`${url}/board/api/queues?activeQueue=mail&status=${status}&page=1&jobsPerPage=20`);
  expect(answer.status).toBe(200);
  return ((await answer.json()) as Shown).queues[0]!;
};

test('bull-board serves its page', async () => {
  const answer = await fetch(`${url}/board`);
  expect(answer.status).toBe(200);
  expect(await answer.text()).toContain('<html');
});

test('bull-board counts our jobs, through a Redis user that can only read', async () => {
  const queue = await shown('latest');
  expect(queue).toMatchObject({ name: 'mail', isPaused: true, readOnlyMode: true });
  expect(queue.counts).toMatchObject({
    prioritized: 1,
    delayed: 2,
    'waiting-children': 1,
    active: 1,
    completed: 1,
    failed: 2,
    waiting: 0,
  });
});

test.each([
  ['prioritized', ['available']],
  ['delayed', ['scheduled', 'retryable']],
  ['waiting-children', ['pending']],
  ['active', ['active']],
  ['completed', ['completed']],
  ['failed', ['cancelled', 'discarded']],
] as const)('bull-board shows under %s our %j', async (status, states) => {
  const { jobs } = await shown(status);
  const wanted = states.map((state) => ({ id: ids[state], data: [`of ${state}`], name: 'test.job' }));
  expect(jobs.toSorted((a, b) => (a.id < b.id ? -1 : 1))).toMatchObject(
    wanted.toSorted((a, b) => (a.id! < b.id! ? -1 : 1)),
  );
});

test.each(['PUT retry', 'PUT clean', 'PUT promote'])('bull-board cannot %s a job', async (call) => {
  const before = await dumpOf(open.redis.client, TENANT);
  const [method, action] = call.split(' ');
  const answer = await fetch(`${url}/board/api/queues/mail/${ids.discarded}/${action}`, { method: method! });
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(await dumpOf(open.redis.client, TENANT)).toEqual(before);
});

test('the Redis user of the dashboard cannot write', async () => {
  await expect(reader.hset(`{ojs:${TENANT}}:mail:meta`, 'x', 1)).rejects.toThrow(/NOPERM/);
  await expect(reader.eval('return redis.call("del", KEYS[1])', 1, `{ojs:${TENANT}}:mail:meta`)).rejects.toThrow(
    /can't run this command|NOPERM/,
  );
  await expect(reader.hgetall(`{ojs:other}:mail:meta`)).rejects.toThrow(/NOPERM/);
});
