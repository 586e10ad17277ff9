import { type PrivateRedis, startRedis } from '@ojs/dev';
import { afterEach, expect, test } from 'vitest';
import { aTenant } from './engine-fixtures.ts';
import { killUnderLoad, type Toll } from './engine-killing.ts';

let redis: PrivateRedis;
afterEach(() => redis.stop());

const NONE: Partial<Toll> = { lost: 0, doubled: 0, undone: 0, stuck: 0, unended: 0, findings: [], broken: [] };

// The long form: `pnpm --filter @ojs/server kill-test --rounds 200`.
test('killing servers under load loses, doubles, undoes, blocks and leaks nothing', { timeout: 60_000 }, async () => {
  redis = await startRedis();
  const toll = await killUnderLoad(redis, aTenant(), 4, false);
  expect(toll).toMatchObject(NONE);
  expect(toll.pushed).toBeGreaterThan(100);
  expect(toll.workflows).toBeGreaterThan(5);
});

test('… nor does killing Redis', { timeout: 60_000 }, async () => {
  // With `everysec`, a Redis that waits for a slow disk holds back up to two seconds of what it answered: what is tried here
  // is the scripts, not the disk.
  redis = await startRedis({ args: ['--appendfsync', 'always'] });
  const toll = await killUnderLoad(redis, aTenant(), 3, true);
  expect(toll).toMatchObject(NONE);
  expect(toll.pushed).toBeGreaterThan(100);
  expect(toll.workflows).toBeGreaterThan(5);
});
