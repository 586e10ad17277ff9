import { expect, it } from 'vitest';
import { median, pairRatios, percentile } from './statistics.ts';

it('takes the middle value, or the mean of the two middle ones, in any order', () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([4, 1, 3, 2])).toBe(2.5);
});

it('takes percentiles by the nearest rank', () => {
  const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);
  expect(percentile(hundred, 0.5)).toBe(50);
  expect(percentile(hundred, 0.99)).toBe(99);
  expect(percentile(hundred, 1)).toBe(100);
  expect(percentile([7], 0)).toBe(7);
});

it('compares each turn with its neighbour, so that a slow minute does not decide', () => {
  expect(pairRatios([10, 1], [5, 0.5])).toEqual([2, 2]);
});

it('refuses to compare what has no partner, and to summarize nothing', () => {
  expect(() => pairRatios([1, 2], [1])).toThrow(RangeError);
  expect(() => median([])).toThrow(RangeError);
  expect(() => percentile([], 0.5)).toThrow(RangeError);
});
