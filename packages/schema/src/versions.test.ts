import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HANDLERS, Handlers, versionBounds, versionKey } from './versions.ts';

type Version = readonly [major: number, minor: number];

const isIn = (version: string | number, range: string): boolean => {
  const [from, to] = versionBounds(range) ?? ['', ''];
  return versionKey(version) >= from && versionKey(version) < to;
};

describe('a range of versions', () => {
  it.each([
    ['*', [0, '1.5', 999_999_999, '999999999.999999999'], []],
    ['2.0', ['2.0', 2, '2'], ['1.999999999', '2.1', '3.0']],
    ['2', ['2.0'], ['2.1']],
    ['1.999999999', ['1.999999999'], ['1.999999998', '2.0']],
    ['>=1.0 <3.0', ['1.0', '2.999999999', 2], ['0.9', '3.0', 3]],
    ['>=1.0, <2.0', ['1.0', '1.10'], ['2.0']],
    ['>= 1.0,< 2.0', ['1.2'], ['2.0']],
    ['>=2.0', ['2.0', '10.0'], ['1.10']],
    ['<1.10', ['1.9', 0], ['1.10']],
  ])('%s has %j in it, and not %j', (range, ins, outs) => {
    for (const version of ins) expect(isIn(version, range), String(version)).toBe(true);
    for (const version of outs) expect(isIn(version, range), String(version)).toBe(false);
  });

  it.each(['', ' ', '^1.0', '~1', '1.0.0', '>1.0', '<=1.0', '>=', '1.0 2.0', '>=1.0 2.0', '* <2', '>=1.0  <2.0', 'v1'])(
    'is not %j',
    (range) => expect(versionBounds(range)).toBeUndefined(),
  );

  it.each(['>=3.0 <1.0', '>=1.0 <1.0', '<0.0', `>=1.0${' <2.0'.repeat(50)}`])('is not one like %s', (range) =>
    expect(versionBounds(range)).toBeUndefined(),
  );

  it('has those in it that its bounds say, one part compared after the other', () => {
    const part = fc.oneof(fc.nat(3), fc.constantFrom(9, 10, 999_999_998, 999_999_999));
    const version = fc.tuple(part, part);
    const bound = fc.tuple(fc.constantFrom('>=', '<'), version);
    const below = (a: Version, b: Version): boolean => a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]);
    fc.assert(
      fc.property(version, fc.array(bound, { minLength: 1, maxLength: 4 }), (each, bounds) => {
        const range = bounds.map(([operator, [major, minor]]) => `${operator}${major}.${minor}`).join(' ');
        const holds = bounds.every(([operator, at]) => below(each, at) === (operator === '<'));
        expect(isIn(each.join('.'), range)).toBe(holds);
      }),
    );
  });
});

it('what a worker declares is bounded', () => {
  const some = (count: number, chars: number) => Array.from({ length: count }, () => ({ type: 'x'.repeat(chars) }));
  expect(Handlers.safeParse(some(HANDLERS.entries, 40)).success).toBe(true);
  expect(Handlers.safeParse(some(HANDLERS.entries + 1, 1)).success).toBe(false);
  expect(Handlers.safeParse(some(HANDLERS.entries, 41)).success).toBe(false);
});
