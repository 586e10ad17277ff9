import { expect, it } from 'vitest';
import { FailureWindow } from './failure-window.ts';

const failed = (window: FailureWindow, source: string, times: number, now: number): FailureWindow => {
  for (let i = 0; i < times; i++) window.count(source, now);
  return window;
};
const limits = { most: 3, intervalMs: 1_000, sources: 2 };

it('a source that fails too often is full until the next interval, and others are not', () => {
  const window = failed(new FailureWindow(limits), 'a', 2, 5_000);
  expect(window.isFull('a', 5_000)).toBe(false);
  failed(window, 'a', 1, 5_500);
  expect(window.isFull('a', 5_900)).toBe(true);
  expect(window.isFull('b', 5_900)).toBe(false);
  expect(window.isFull('a', 6_000)).toBe(false);
});

it('its memory is bounded, however many sources fail', () => {
  const window = failed(failed(new FailureWindow(limits), 'a', 3, 0), 'b', 3, 0);
  failed(window, 'c', 9, 0);
  expect(['a', 'b', 'c'].map((source) => window.isFull(source, 0))).toEqual([true, true, false]);
});
