import { expect, test } from 'vitest';
import { networkOf } from '../../network/network-of.ts';
import { Failures } from './failures.ts';

const RATES = {
  pair: { burst: 3, refillMs: 1_000 },
  source: { burst: 6, refillMs: 1_000 },
  all: { burst: 10, refillMs: 1_000 },
};

const fail = (failures: Failures, source: string, id: string, times: number, now = 0): void => {
  for (let i = 0; i < times; i++) failures.take(source, id, now);
};

test('a source that fails with one key id waits for that id, and not yet for others', () => {
  const failures = new Failures(RATES);
  fail(failures, 'a', 'k1', 3);
  expect(failures.waitSeconds('a', 'k1', 0)).toBe(1);
  expect(failures.waitSeconds('a', 'k2', 0)).toBe(0);
  expect(failures.waitSeconds('b', 'k1', 0)).toBe(0);
});

test('a source that fails with many key ids waits for all of them', () => {
  const failures = new Failures(RATES);
  for (let i = 0; i < 6; i++) failures.take('a', `k${i}`, 0);
  expect(failures.waitSeconds('a', 'another', 0)).toBe(1);
});

test('when many sources fail, those who failed wait, and a new source does not', () => {
  const failures = new Failures(RATES);
  for (let i = 0; i < 10; i++) failures.take(`source${i}`, 'k', 0);
  expect(failures.waitSeconds('source3', 'k', 0)).toBe(1);
  expect(failures.waitSeconds('good', 'k', 0)).toBe(0);
});

test('time gives attempts back, one by one', () => {
  const failures = new Failures(RATES);
  fail(failures, 'a', 'k', 3);
  expect(failures.waitSeconds('a', 'k', 1_000)).toBe(0);
  failures.take('a', 'k', 1_000);
  expect(failures.waitSeconds('a', 'k', 1_000)).toBe(1);
});

test('an attempt that succeeds costs nothing', () => {
  const failures = new Failures(RATES);
  for (let i = 0; i < 100; i++) {
    failures.take('a', 'k', 0);
    failures.refund('a', 'k', 0);
  }
  expect(failures.waitSeconds('a', 'k', 0)).toBe(0);
});

test('its memory is bounded, however many sources fail', () => {
  const failures = new Failures(RATES, 10);
  fail(failures, 'first', 'k', 3);
  expect(failures.waitSeconds('first', 'k', 0)).toBe(1);
  for (let i = 0; i < 1_000; i++) failures.take(`source${i}`, 'k', 0);
  // Forgotten: the oldest made place for the newest.
  expect(failures.waitSeconds('first', 'k', 0)).toBe(0);
});

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
  ['2001:DB8:0001:2::9%eth0', '2001:db8:1:2::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1', 'fe80:0:0:0::/64'],
])('failures of %s count for %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});
