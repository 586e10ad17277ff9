import { type PrivateRedis, startRedis } from '@ojs/dev';
import { afterAll, beforeAll, test } from 'vitest';
import { EngineRefusal } from '../src/engine/errors.ts';
import { anything, type Chance } from './engine-everything.ts';
import { aTenant } from './engine-fixtures.ts';
import { openEngine, type TestEngine } from './engine-harness.ts';
import { expectSound } from './engine-sound.ts';
import { createSweep, type Sweep } from './engine-sweep.ts';
import { expectTold } from './engine-told.ts';

/** The first of the runs, and how many; each is the same whenever it is run. More: OJS_EVERYTHING=1,500 */
const [FIRST = 1, COUNT = 8] = (process.env.OJS_EVERYTHING ?? '').split(',').filter(Boolean).map(Number);
const STEPS = 300;

let redis: PrivateRedis;
let open: TestEngine;
let sweep: Sweep;

beforeAll(async () => {
  redis = await startRedis();
  const settings = { events: 1_000_000, deadLetters: 5, history: 3 };
  open = await openEngine(redis.url, settings, false);
  sweep = await createSweep(redis.url, settings);
});
afterAll(async () => {
  await Promise.all([open.close(), sweep.close()]);
  await redis.stop();
});

/** Numbers below `n`, the same for the same seed (xorshift). */
function chanceOf(seed: number): Chance {
  let state = Math.imul(seed, 2_654_435_761) >>> 0;
  return (n) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % n;
  };
}

test.each(Array.from({ length: COUNT }, (_, i) => FIRST + i))(
  'whatever is mixed with whatever, all rules hold and events tell what happened (%i)',
  { timeout: 60_000 },
  async (seed) => {
    await open.redis.client.flushall();
    const chance = chanceOf(seed);
    const tenant = aTenant();
    const { steps, jobs } = anything({ engine: open.engine, client: open.redis.client, sweep, tenant, chance });
    const names = Object.keys(steps);
    const done: string[] = [];
    for (let n = 1; n <= STEPS; n++) {
      const name = names[chance(names.length)] ?? '';
      done.push(name);
      try {
        await steps[name]?.().catch((error: unknown) => {
          if (!(error instanceof EngineRefusal)) throw error;
        });
        if (n % 25 === 0) await expectSound(open.redis);
      } catch (cause) {
        throw new Error(`after ${n} steps, the last of them ${done.slice(-26).join(', ')}`, { cause });
      }
    }
    await sweep.now(tenant);
    await expectSound(open.redis);
    await expectTold(open.redis.client, tenant, await jobs());
  },
);
