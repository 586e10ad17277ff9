import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isNameable, matches, PatternSet } from './match.ts';

const part = fc.stringMatching(/^[a-zA-Z0-9_-]{1,4}$/);
const name = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('.'));
const pattern = fc.oneof(
  name,
  name.map((prefix) => `${prefix}.*`),
  fc.constant('*'),
);

describe('queue patterns', () => {
  test.each([
    ['orders.*', 'orders.a', true],
    ['orders.*', 'orders.a.b', true],
    ['orders.*', 'orders..', true],
    ['orders.*', 'ordersx', false],
    ['orders.*', 'orders', false],
    ['orders.*', 'orders.', false],
    ['orders.*', 'Orders.a', false],
    ['orders.*', 'orders.a\n', false],
    ['orders.*', 'orders․a', false],
    ['orders.*', 'orders.é', false],
    ['orders.*', 'xorders.a', false],
    ['orders.*', 'orders.*', false],
    ['orders', 'orders', true],
    ['orders', 'orders\n', false],
    ['orders', 'order', false],
    ['orders', 'orders.a', false],
    ['a.b', 'axb', false],
    ['*', 'anything', true],
    ['*', '', false],
    ['*', 'orders\n', false],
    ['*', 'a b', false],
    ['*', '_ojs_internal', false],
    ['_ojs_internal', '_ojs_internal', false],
    ['.*', 'a', false],
  ])('%s and %j: %s', (rule, queue, outcome) => {
    expect(matches(rule, queue)).toBe(outcome);
    expect(isNameable(queue) && new PatternSet([rule]).has(queue)).toBe(outcome);
  });

  test('a prefix matches exactly what has it and goes on', () => {
    fc.assert(
      fc.property(name, name, (prefix, queue) => {
        fc.pre(isNameable(queue) && isNameable(`${prefix}.${queue}`));
        expect(matches(`${prefix}.*`, `${prefix}.${queue}`)).toBe(true);
        expect(matches(`${prefix}.*`, queue)).toBe(queue.startsWith(`${prefix}.`) && queue.length > prefix.length + 1);
      }),
    );
  });

  test('many patterns at once say the same as each of them', () => {
    fc.assert(
      fc.property(fc.array(pattern, { maxLength: 6 }), fc.oneof(name, fc.string()), (patterns, queue) => {
        const alone = patterns.some((each) => matches(each, queue));
        expect(isNameable(queue) && new PatternSet(patterns).has(queue)).toBe(alone);
      }),
    );
  });

  test('a pattern that is covered matches nothing that the set does not', () => {
    fc.assert(
      fc.property(fc.array(pattern, { maxLength: 4 }), pattern, name, (patterns, rule, queue) => {
        if (new PatternSet(patterns).covers(rule) && matches(rule, queue)) {
          expect(patterns.some((each) => matches(each, queue))).toBe(true);
        }
      }),
    );
  });
});
