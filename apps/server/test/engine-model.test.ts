import { startRedis, startRedisCluster } from '@ojs/dev';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aTenant, flush } from './engine-fixtures.ts';
import { openEngine, type TestEngine } from './engine-harness.ts';
import { Model } from './engine-model.ts';
import { expectSound } from './engine-sound.ts';
import { KINDS, sameDeadLetters, sameStats } from './engine-step-kinds.ts';
import { QUEUES, type Real, sameJob } from './engine-steps.ts';
import { createSweep, type Sweep } from './engine-sweep.ts';
import { expectTold } from './engine-told.ts';

/** Runs of about 125 steps each. More: OJS_MODEL_RUNS=1000. */
const RUNS = Number(process.env.OJS_MODEL_RUNS ?? 100);

describe.each([
  ['a single Redis', startRedis, RUNS],
  ['a cluster of three masters', startRedisCluster, Math.ceil(RUNS / 10)],
] as const)('on %s', (_name, start, numRuns) => {
  let stop: () => Promise<void>;
  let engines: TestEngine[];
  let sweep: Sweep;

  beforeAll(async () => {
    const redis = await start();
    stop = redis.stop;
    engines = [await openEngine(redis.url, {}, false), await openEngine(redis.url, {}, false)];
    sweep = await createSweep(redis.url);
  });

  afterAll(async () => {
    await Promise.all([...engines, sweep].map((each) => each.close()));
    await stop();
  });

  test('two servers do what a simple model does, whatever several clients ask', { timeout: 600_000 }, async () => {
    let steps = 0;
    await fc.assert(
      fc.asyncProperty(fc.commands(KINDS, { maxCommands: 250, size: 'max' }), async (commands) => {
        await flush(engines[0]!.redis.client);
        const tenants = [aTenant(), aTenant()];
        const models = [new Model(), new Model()];
        const { client } = engines[0]!.redis;
        const real: Real = { engines: engines.map(({ engine }) => engine), tenants, client, sweep, steps: 0, ids: 1 };
        await fc.asyncModelRun(() => ({ model: models, real }), commands);
        steps += real.steps;
        for (const [i, tenant] of tenants.entries()) {
          const model = models[i]!;
          model.sweep();
          await sweep.now(tenant);
          const all = { engine: real.engines[1]!, tenant, model };
          for (const queue of QUEUES) await sameStats(all, queue);
          for (const id of [...model.jobs.keys(), ...model.removed]) await sameJob(all.engine, tenant, model, id);
          await sameDeadLetters(all);
          await expectTold(client, tenant, model.jobs.values());
        }
        await expectSound(engines[0]!.redis);
      }),
      { numRuns, endOnFailure: false },
    );
    if (numRuns >= 100) expect(steps).toBeGreaterThan(10_000);
  });
});
