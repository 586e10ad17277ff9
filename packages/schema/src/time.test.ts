import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatTimestamp, Moment, parseDuration, parseMoment, parseTimestamp } from './time.ts';

describe('a timestamp', () => {
  test('is read in any time zone', () => {
    expect(parseTimestamp('2026-03-15T09:30:00+02:00')).toBe(Date.UTC(2026, 2, 15, 7, 30));
    expect(parseTimestamp('2026-03-15T09:30:00.250Z')).toBe(Date.UTC(2026, 2, 15, 9, 30, 0, 250));
  });

  test.each([
    '2026-03-15T09:30:00',
    '2026-03-15',
    '2026-04-31T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-02-29T00:00:00Z',
    '2026-01-01T25:00:00Z',
    'tomorrow',
    '1795549139351',
    '',
  ])('is refused without a zone or when no such moment exists: %s', (text) => {
    expect(parseTimestamp(text)).toBeUndefined();
  });

  test('that the server writes is read back as the same moment', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_102_444_800_000 }), (ms) => parseTimestamp(formatTimestamp(ms)) === ms),
    );
  });
});

describe('a duration', () => {
  test.each([
    ['PT0.5S', 500],
    ['PT1S', 1_000],
    ['PT1M30S', 90_000],
    ['PT24H', 86_400_000],
    ['P1D', 86_400_000],
    ['P1W', 604_800_000],
    ['P1DT1H', 90_000_000],
  ])('%s is %d ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  test.each([
    '1s',
    '300s',
    'P',
    'PT',
    'P1DT',
    'PT-1S',
    'P1Y',
    'P1M',
    'PT1H1D',
    'pt1s',
    ' PT1S',
    `PT${'9'.repeat(40)}S`,
  ])('is refused when it is not ISO 8601 or its length is not fixed: %s', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});

describe('a moment', () => {
  test('is counted from now when it begins with +', () => {
    expect(parseMoment('+PT2S', 5)).toBe(2_005);
    expect(parseMoment('+2S', 5)).toBeUndefined();
  });

  test('more than a hundred years ahead is refused', () => {
    expect(Moment.safeParse('9999-12-31T23:59:59Z').success).toBe(false);
    expect(Moment.safeParse('+P9999999D').success).toBe(false);
  });
});
