import { type PrivateRedis, startRedis } from '@ojs/dev';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Caller } from '../src/engine/engine.ts';
import type { Scope } from '../src/engine/rights.ts';
import { aCron, aTemplate, lastHour, makeDue, saveCron } from './engine-cron-fixtures.ts';
import { aTenant } from './engine-fixtures.ts';
import { CALLER, openEngine, type TestEngine } from './engine-harness.ts';
import { expectSound } from './engine-sound.ts';
import { aWorkflow, chain, step, worker } from './workflow-fixtures.ts';

let redis: PrivateRedis;
let open: TestEngine;
let tenant: string;
/** Whose rights were asked for, within what, and about which types. */
let asked: { owner: string; scope: Scope | undefined }[] = [];

/** The owners may everything, but for what a scope limits them to: `types` is what it is narrowed to. */
beforeAll(async () => {
  redis = await startRedis();
  open = await openEngine(redis.url, {}, false, async (_tenant, owner, scope) => {
    asked.push({ owner, scope });
    return {
      epoch: '0',
      may: (permission, _queue, about) =>
        scope?.credential !== 'narrow' || (permission === 'enqueue' && about?.type === 'test.job'),
    };
  });
});
afterAll(async () => {
  await expectSound(open.redis);
  await open.close();
  await redis.stop();
});
beforeEach(() => {
  tenant = aTenant();
  asked = [];
});

const scope = (credential: string): Scope => ({
  ...{ tenant, plane: 'producer', roles: ['producer'], grants: [], queues: ['q'] },
  credential,
});
const caller = (credential: string): Caller => ({ ...CALLER, scope: scope(credential) });

async function fire(name: string): Promise<unknown> {
  asked = [];
  await makeDue(open.redis.client, tenant, name, lastHour());
  await open.engine.sweep(tenant);
  return (await open.engine.crons.history(tenant, name, 1))[0];
}

describe('a cron entry', () => {
  test('fires within the scope of the credential that its owner wrote it with last', async () => {
    const { crons } = open.engine;
    const first = await saveCron(open.engine, tenant, aCron('c'), caller('wide'));
    expect(await fire('c')).toMatchObject({ outcome: 'triggered' });
    expect(asked).toEqual([{ owner: 'tester', scope: scope('wide') }]);
    const cron = aCron('c', { overlap: 'allow', job: aTemplate({ type: 'other.job' }) });
    const second = await crons.save(tenant, caller('narrow'), cron, await crons.find(tenant, 'c'));
    expect(second.revision).not.toBe(first.revision);
    expect(await fire('c')).toMatchObject({ outcome: 'skipped', reason: 'permission_denied' });
    expect(asked).toEqual([{ owner: 'tester', scope: scope('narrow') }]);
  });

  test('is written anew by the same definition with another scope, and decisions on the one before are refused', async () => {
    const { crons } = open.engine;
    const first = await saveCron(open.engine, tenant, aCron('c'), caller('wide'));
    const second = await crons.save(tenant, caller('narrow'), aCron('c'), first);
    expect(second.revision).not.toBe(first.revision);
    expect((await crons.save(tenant, caller('narrow'), aCron('c'), second)).revision).toBe(second.revision);
  });

  test('that another switches off and on keeps owner and scope', async () => {
    const { crons } = open.engine;
    await saveCron(open.engine, tenant, aCron('c'), caller('narrow'));
    for (const enabled of [false, true]) {
      const cron = await crons.find(tenant, 'c');
      await crons.setEnabled(tenant, { ...caller('wide'), principal: 'other' }, cron!, enabled);
    }
    expect(await fire('c'), 'of a type that the scope has').toMatchObject({ outcome: 'triggered' });
    expect(asked).toEqual([{ owner: 'tester', scope: scope('narrow') }]);
  });

  test('from before there were scopes has all rights of its owner', async () => {
    await saveCron(open.engine, tenant, aCron('c'));
    await open.redis.client.hdel(`{ojs:${tenant}}/cron/c`, 'scope');
    expect(await fire('c')).toMatchObject({ outcome: 'triggered' });
    expect(asked).toEqual([{ owner: 'tester', scope: undefined }]);
  });

  test('of many that are due is asked about once with those of the same owner and scope', async () => {
    for (const name of ['a', 'b']) await saveCron(open.engine, tenant, aCron(name), caller('wide'));
    await saveCron(open.engine, tenant, aCron('c'), caller('narrow'));
    asked = [];
    for (const name of ['a', 'b', 'c']) await makeDue(open.redis.client, tenant, name, lastHour());
    await open.engine.sweep(tenant);
    expect(asked).toHaveLength(2);
  });
});

describe('a workflow', () => {
  test('begins its steps within the scope of the credential that it was made with', async () => {
    const { engine } = open;
    const { id } = await engine.workflows.create(
      tenant,
      caller('narrow'),
      aWorkflow(chain(step('test.job'), step('other.job'))),
    );
    const work = worker(engine, tenant);
    const [first] = await work.get('test.job');
    await work.ack(first!);
    expect(new Set(asked.map((each) => each.scope?.credential))).toEqual(new Set(['narrow']));
    expect(await engine.workflows.get(tenant, id)).toMatchObject({
      state: 'failed',
      steps: [{ state: 'completed' }, { state: 'failed', error: { code: 'permission_denied' } }],
    });
  });

  test('from before there were scopes has all rights of its owner', async () => {
    await open.engine.workflows.create(tenant, CALLER, aWorkflow(chain(step('other.job'))));
    expect(asked[0]).toEqual({ owner: 'tester', scope: undefined });
    await worker(open.engine, tenant).get('other.job');
  });
});
