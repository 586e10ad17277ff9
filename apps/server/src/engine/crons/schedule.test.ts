import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BadExpression } from './expression.ts';
import { MOST_MISSED, nextAfter, planAfter, scheduleOf } from './schedule.ts';
import { timeZone } from './time-zone.ts';

const iso = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : new Date(ms).toISOString().replace('.000Z', 'Z');

/** The firings that follow a moment. */
function firings(expression: string, zone: string, from: string, count: number): (string | undefined)[] {
  const schedule = scheduleOf(expression, zone);
  const found: (string | undefined)[] = [];
  let at = Date.parse(from);
  for (let i = 0; i < count; i++) {
    at = nextAfter(schedule, at)?.at ?? Number.NaN;
    found.push(iso(at));
  }
  return found;
}

describe('a schedule', () => {
  test.each([
    ['*/15 * * * *', '2026-01-15T10:00:00Z', ['2026-01-15T10:15:00Z', '2026-01-15T10:30:00Z']],
    ['0 9 * * MON-fri', '2026-01-16T09:00:00Z', ['2026-01-19T09:00:00Z', '2026-01-20T09:00:00Z']],
    ['0 0 * * 0', '2026-01-15T00:00:00Z', ['2026-01-18T00:00:00Z']],
    ['0 0 * * 7', '2026-01-15T00:00:00Z', ['2026-01-18T00:00:00Z']],
    ['0 0 31 * *', '2026-01-31T00:00:00Z', ['2026-03-31T00:00:00Z']],
    ['0 0 29 feb *', '2026-01-01T00:00:00Z', ['2028-02-29T00:00:00Z']],
    ['0 0 L * *', '2026-02-01T00:00:00Z', ['2026-02-28T00:00:00Z', '2026-03-31T00:00:00Z']],
    ['0 0 15W * *', '2026-02-01T00:00:00Z', ['2026-02-16T00:00:00Z']],
    ['0 0 * * 5#3', '2026-01-01T00:00:00Z', ['2026-01-16T00:00:00Z', '2026-02-20T00:00:00Z']],
    ['0 0 * * FRIL', '2026-01-01T00:00:00Z', ['2026-01-30T00:00:00Z']],
    ['*/20 * * * * *', '2026-01-01T00:00:00Z', ['2026-01-01T00:00:20Z', '2026-01-01T00:00:40Z']],
    ['0 0 13 * 5', '2026-01-01T00:00:00Z', ['2026-01-02T00:00:00Z', '2026-01-09T00:00:00Z', '2026-01-13T00:00:00Z']],
    ['@hourly', '2026-01-01T00:30:00Z', ['2026-01-01T01:00:00Z']],
    ['@Midnight', '2026-01-01T00:30:00Z', ['2026-01-02T00:00:00Z']],
    ['@weekly', '2026-01-01T00:30:00Z', ['2026-01-04T00:00:00Z']],
    ['@annually', '2026-01-01T00:30:00Z', ['2027-01-01T00:00:00Z']],
    ['@every 1h30m', '2026-01-01T00:07:00Z', ['2026-01-01T01:37:00Z', '2026-01-01T03:07:00Z']],
    ['@every 700ms', '2026-01-01T00:00:00Z', ['2026-01-01T00:00:01.400Z']],
  ])('%s fires when it says', (expression, from, expected) => {
    expect(firings(expression, 'UTC', from, expected.length)).toEqual(expected);
  });

  test.each([
    ['', 'required'],
    ['* * * *', 'fields'],
    ['0 0 0 0 0 0 0', 'fields'],
    ['not a valid cron', 'fields'],
    ['60 * * * *', 'range'],
    ['* 24 * * *', 'range'],
    ['* * 32 * *', 'range'],
    ['* * 0 * *', 'range'],
    ['* * * 13 *', 'range'],
    ['* * * * 8', 'range'],
    ['60 * * * * *', 'range'],
    ['*/0 * * * *', 'format'],
    ['5-1 * * * *', 'format'],
    ['1, * * * *', 'format'],
    ['-1 * * * *', 'format'],
    ['? * * * *', 'format'],
    ['* L * * *', 'format'],
    ['* * * * 5#6', 'format'],
    ['* * * * +1', 'format'],
    ['@reboot', 'format'],
    ['@every', 'format'],
    ['@every 5', 'format'],
    ['@every 0s', 'range'],
    ['@every 9999999h', 'range'],
  ])('%j is refused: %s', (expression, rule) => {
    expect(() => scheduleOf(expression, 'UTC')).toThrow(BadExpression);
    expect(() => scheduleOf(expression, 'UTC')).toThrow(expect.objectContaining({ rule }));
  });

  test.each(['0 0 30 2 *', '0 0 31 4,6,9,11 *', '0 0 30W 2 *'])('%s never fires', (expression) => {
    expect(nextAfter(scheduleOf(expression, 'Europe/Berlin'), Date.parse('2026-01-01T00:00:00Z'))).toBeUndefined();
  });

  test.each([
    '+05:00',
    '-08:00',
    'UTC+5',
    'EST',
    'PST',
    'CET',
    'EST5EDT',
    'Mars/Olympus',
    'europe/berlin',
    '',
    '../UTC',
  ])('the time zone %j is refused', (name) => {
    expect(timeZone(name)).toBeUndefined();
    expect(() => scheduleOf('@daily', name)).toThrow(RangeError);
  });

  test('a time zone is one, in however many ways its name is written', () => {
    expect(timeZone('AMERICA/argentina/BUENOS_aires')).toBe(timeZone('America/Argentina/Buenos_Aires'));
  });
});

describe('where the clock is put forward, a time that does not exist does not fire', () => {
  test.each([
    ['America/New_York', '30 2 * * *', '2026-03-07T08:00:00Z', ['2026-03-09T06:30:00Z'], '2026-03-08T07:30:00Z'],
    ['Europe/Berlin', '30 2 * * *', '2026-03-28T12:00:00Z', ['2026-03-30T00:30:00Z'], '2026-03-29T01:30:00Z'],
    ['Europe/Berlin', '30 * * * *', '2026-03-29T00:30:00Z', ['2026-03-29T01:30:00Z'], '2026-03-29T01:30:00Z'],
    ['Australia/Lord_Howe', '15 2 * * *', '2026-10-03T12:00:00Z', ['2026-10-04T15:15:00Z'], '2026-10-03T15:45:00Z'],
    ['Pacific/Apia', '0 12 * * *', '2011-12-29T23:00:00Z', ['2011-12-30T22:00:00Z'], '2011-12-30T22:00:00Z'],
  ])('in %s, %s', (zone, expression, from, expected, gap) => {
    expect(firings(expression, zone, from, 1)).toEqual(expected);
    expect(iso(nextAfter(scheduleOf(expression, zone), Date.parse(from))?.gap)).toBe(gap);
  });

  test('and what is told of the others is not that', () => {
    expect(nextAfter(scheduleOf('30 2 * * *', 'Europe/Berlin'), Date.parse('2026-03-27T12:00:00Z'))).toEqual({
      at: Date.parse('2026-03-28T01:30:00Z'),
    });
  });
});

describe('where the clock is put back, a time that comes twice fires once, the first time', () => {
  test.each([
    ['America/New_York', '30 1 * * *', '2026-11-01T04:00:00Z', ['2026-11-01T05:30:00Z', '2026-11-02T06:30:00Z']],
    ['Europe/Berlin', '30 2 * * *', '2026-10-24T12:00:00Z', ['2026-10-25T00:30:00Z', '2026-10-26T01:30:00Z']],
    ['Europe/Berlin', '0 * * * *', '2026-10-24T23:30:00Z', ['2026-10-25T00:00:00Z', '2026-10-25T02:00:00Z']],
    ['Australia/Lord_Howe', '45 1 * * *', '2026-04-04T12:00:00Z', ['2026-04-04T14:45:00Z', '2026-04-05T15:15:00Z']],
  ])('in %s, %s', (zone, expression, from, expected) => {
    expect(firings(expression, zone, from, expected.length)).toEqual(expected);
  });

  test('whoever looks between the first and the second time finds the next day', () => {
    expect(firings('30 2 * * *', 'Europe/Berlin', '2026-10-25T01:05:00Z', 1)).toEqual(['2026-10-26T01:30:00Z']);
    expect(firings('* * * * * *', 'Europe/Berlin', '2026-10-25T01:05:00Z', 1)).toEqual(['2026-10-25T02:00:00Z']);
  });
});

describe('any schedule in any time zone', () => {
  const zones = [
    'UTC',
    'Europe/Berlin',
    'America/New_York',
    'Australia/Lord_Howe',
    'Asia/Kolkata',
    'Africa/Casablanca',
  ];
  const part = (min: number, max: number) =>
    fc.oneof(
      fc.constant('*'),
      fc.integer({ min, max }).map(String),
      fc.integer({ min: 2, max: 15 }).map((step) => `*/${Math.min(step, max)}`),
      fc
        .tuple(fc.integer({ min, max }), fc.integer({ min, max }))
        .map((ends) => ends.toSorted((a, b) => a - b).join('-')),
    );
  const expressions = fc
    .tuple(part(0, 59), part(0, 23), part(1, 28), part(1, 12), part(0, 6))
    .map((all) => all.join(' '));
  const moments = fc.integer({ min: Date.parse('2024-01-01T00:00:00Z'), max: Date.parse('2030-01-01T00:00:00Z') });

  const matches = (field: string, value: number, min: number): boolean => {
    if (field === '*') return true;
    if (field.startsWith('*/')) return (value - min) % Number(field.slice(2)) === 0;
    const [from, to = from] = field.split('-').map(Number);
    return value >= (from ?? 0) && value <= (to ?? 0);
  };

  test('goes forward, at local times that the expression names, each only once', () => {
    fc.assert(
      fc.property(expressions, fc.constantFrom(...zones), moments, (expression, name, from) => {
        const schedule = scheduleOf(expression, name);
        const [minute = '', hour = '', day = '', month = '', weekday = ''] = expression.split(' ');
        let at = from;
        let local = Number.NEGATIVE_INFINITY;
        for (let i = 0; i < 5; i++) {
          const next = nextAfter(schedule, at);
          if (next === undefined) return;
          expect(next.at).toBeGreaterThan(at);
          at = next.at;
          const shown = schedule.zone.local(at);
          expect(shown).toBeGreaterThan(local);
          local = shown;
          const date = new Date(shown);
          const byDay = matches(day, date.getUTCDate(), 1);
          const byWeekday = matches(weekday, date.getUTCDay(), 0);
          expect(matches(minute, date.getUTCMinutes(), 0) && matches(hour, date.getUTCHours(), 0)).toBe(true);
          expect(matches(month, date.getUTCMonth() + 1, 1)).toBe(true);
          expect(day === '*' || weekday === '*' ? byDay && byWeekday : byDay || byWeekday).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('what follows a firing', () => {
  const minutely = scheduleOf('* * * * *', 'UTC');
  const tick = Date.parse('2026-01-01T00:00:00Z');

  test('is counted from when it should have been', () => {
    expect(planAfter(scheduleOf('@every 10s', 'UTC'), tick, tick + 900)).toEqual({
      next: { at: tick + 10_000 },
      missed: 0,
    });
    expect(planAfter(minutely, tick, tick + 900)).toEqual({ next: { at: tick + 60_000 }, missed: 0 });
  });

  test('after a downtime is ahead, and what was missed is counted', () => {
    expect(planAfter(minutely, tick, tick + 600_000)).toEqual({ next: { at: tick + 660_000 }, missed: 10 });
    expect(planAfter(scheduleOf('@every 10s', 'UTC'), tick, tick + 65_000)).toEqual({
      next: { at: tick + 70_000 },
      missed: 6,
    });
  });

  test('after a long one, is found without counting for ever', () => {
    const year = 365 * 86_400_000;
    const { next, missed } = planAfter(scheduleOf('* * * * * *', 'Europe/Berlin'), tick, tick + year);
    expect({ next, missed }).toEqual({ next: { at: tick + year + 1_000 }, missed: MOST_MISSED });
  });
});
