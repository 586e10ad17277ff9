import { type PrivateRedis, startRedis } from '@ojs/dev';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dumpOf } from './engine-dump.ts';
import { aTenant } from './engine-fixtures.ts';
import { CALLER, openEngine, type TestEngine } from './engine-harness.ts';
import { expectSound } from './engine-sound.ts';
import { aWorkflow, chain, group, step, worker } from './workflow-fixtures.ts';

type Command = (...args: unknown[]) => Promise<unknown>;

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

test('what another process has decided on states that are no more changes nothing', async () => {
  const { client } = open.redis;
  const commands = client as unknown as Record<string, Command>;
  const advance = commands['ojs_workflow-advance']!.bind(client);
  const decisions: unknown[][] = [];
  commands['ojs_workflow-advance'] = (...args) => {
    decisions.push(args);
    return advance(...args);
  };
  const tenant = aTenant();
  const { workflows } = open.engine;
  const { id } = await workflows.create(
    tenant,
    CALLER,
    aWorkflow(chain(group(step('a'), step('b')), step('c'), step('d'))),
  );
  const work = worker(open.engine, tenant);
  for (const job of await work.get('a', 'b')) await work.ack(job);
  await work.ack((await work.get('c'))[0]!);
  await workflows.cancel(tenant, CALLER, id);
  await open.engine.sweep(tenant);
  await expectSound(open.redis);

  const before = await dumpOf(client, tenant);
  expect(decisions.length).toBeGreaterThan(4);
  const answers = await Promise.all(decisions.map((args) => advance(...args)));
  expect(answers.filter((answer) => (answer as string[])[0] === 'changed').length).toBeGreaterThan(3);
  await open.engine.sweep(tenant);
  const timers = `{ojs:${tenant}}/timers`;
  const { [timers]: _, ...after } = await dumpOf(client, tenant);
  const { [timers]: __, ...wanted } = before;
  expect(after).toEqual(wanted);
  await expectSound(open.redis);
});
