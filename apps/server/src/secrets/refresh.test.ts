import { expect, it } from 'vitest';
import { pauseMs, refreshing } from './refresh.ts';

const rhythm = { everyMs: 60_000, dueInMs: () => Number.POSITIVE_INFINITY, random: () => 1 };

it('the pause grows with each failure to a bound, ends earlier where it is due, and is never the same for all', () => {
  expect([0, 1, 2, 3, 20].map((failures) => pauseMs(failures, rhythm))).toEqual([
    ...[60_000, 120_000, 240_000, 300_000, 300_000],
  ]);
  expect(pauseMs(5, { ...rhythm, everyMs: 600_000 })).toBe(600_000);
  expect(pauseMs(0, { ...rhythm, dueInMs: () => 5_000 })).toBe(5_000);
  expect(pauseMs(0, { ...rhythm, dueInMs: () => 0 })).toBe(1_000);
  expect(pauseMs(0, { ...rhythm, random: () => 0 })).toBe(48_000);
});

it('two who ask for a round at once get the same one', async () => {
  let rounds = 0;
  const { now, close } = refreshing(async () => {
    rounds++;
    return true;
  }, rhythm);
  await Promise.all([now(), now()]);
  await now();
  close();
  expect(rounds).toBe(2);
});
