import { DEFAULT_RETRY, type EffectiveRetryPolicy, type JobError } from '@ojs/schema';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judge, judgeExpiry, retryDelay } from './retry.ts';

const policy = (more: Partial<EffectiveRetryPolicy> = {}): EffectiveRetryPolicy => ({
  ...DEFAULT_RETRY,
  jitter: false,
  ...more,
});
const error = (more: Partial<JobError> = {}): JobError =>
  ({ type: 'E', code: 'E', message: 'no', attempt: 1, occurred_at: '', ...more }) as JobError;

const anyPolicy: fc.Arbitrary<EffectiveRetryPolicy> = fc.record({
  maxAttempts: fc.nat({ max: 1_000 }),
  initialMs: fc.nat({ max: 30 * 86_400_000 }),
  coefficient: fc.double({ min: 1, max: 100, noNaN: true }),
  strategy: fc.constantFrom('none', 'linear', 'exponential', 'polynomial'),
  maxMs: fc.nat({ max: 30 * 86_400_000 }),
  jitter: fc.boolean(),
  nonRetryable: fc.constant([]),
  onExhaustion: fc.constantFrom('discard', 'dead_letter'),
});
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const retry = fc.integer({ min: 1, max: 1_000 });

describe('the delay before a retry (ojs-retry §3)', () => {
  test.each([
    ['none', [1_000, 1_000, 1_000, 1_000]],
    ['linear', [1_000, 2_000, 3_000, 4_000]],
    ['exponential', [1_000, 3_000, 9_000, 27_000]],
    ['polynomial', [1_000, 8_000, 27_000, 64_000]],
  ] as const)('grows %s', (strategy, expected) => {
    const of = policy({ strategy, initialMs: 1_000, coefficient: 3, maxMs: 1e9 });
    expect([1, 2, 3, 4].map((n) => retryDelay(of, n, 0))).toEqual(expected);
  });

  test('is never above the longest, not even by jitter or after a thousand retries', () => {
    fc.assert(
      fc.property(anyPolicy, retry, random, (of, n, r) => {
        const delay = retryDelay(of, n, r);
        expect(Number.isInteger(delay)).toBe(true);
        expect(delay).toBeGreaterThanOrEqual(0);
        expect(delay).toBeLessThanOrEqual(of.maxMs);
      }),
    );
  });

  test('varies by jitter between half and one and a half of what it would be', () => {
    fc.assert(
      fc.property(anyPolicy, retry, random, (of, n, r) => {
        const plain = retryDelay({ ...of, jitter: false }, n, r);
        const delay = retryDelay({ ...of, jitter: true }, n, r);
        expect(delay).toBeGreaterThanOrEqual(Math.floor(plain * 0.5) - 1);
        expect(delay).toBeLessThanOrEqual(Math.min(Math.ceil(plain * 1.5) + 1, of.maxMs));
      }),
    );
    const of = policy({ jitter: true, initialMs: 1_000, maxMs: 10_000 });
    expect([0, 0.5, 0.999].map((r) => retryDelay(of, 1, r))).toEqual([500, 1_000, 1_499]);
  });

  test('of no length stays so, however often it is multiplied', () => {
    expect(retryDelay(policy({ initialMs: 0, coefficient: 100 }), 1_000, 0)).toBe(0);
  });

  test('does not shrink from one retry to the next without jitter', () => {
    fc.assert(
      fc.property(anyPolicy, retry, (of, n) => {
        const plain = { ...of, jitter: false };
        expect(retryDelay(plain, n + 1, 0)).toBeGreaterThanOrEqual(retryDelay(plain, n, 0));
      }),
    );
  });
});

describe('what becomes of a failed attempt', () => {
  const verdict = (more: Partial<EffectiveRetryPolicy>, attempt = 1, of: Partial<JobError> = {}) =>
    judge({ policy: policy(more), attempt, error: error(of), random: 0 });

  test('a retry while attempts remain, then the end that the policy names', () => {
    expect(verdict({}, 1)).toEqual({ state: 'retryable', delayMs: 1_000 });
    expect(verdict({}, 2)).toEqual({ state: 'retryable', delayMs: 2_000 });
    expect(verdict({}, 3)).toEqual({ state: 'discarded', deadLetter: false });
    expect(verdict({ onExhaustion: 'dead_letter' }, 3)).toEqual({ state: 'discarded', deadLetter: true });
    expect(verdict({ maxAttempts: 0 }, 1)).toEqual({ state: 'discarded', deadLetter: false });
  });

  test('no retry when the error says so', () => {
    expect(verdict({}, 1, { retryable: false })).toEqual({ state: 'discarded', deadLetter: false });
  });

  test.each([
    ['Auth', { type: 'Auth' }, true],
    ['Auth', { type: 'AuthX' }, false],
    ['Auth.*', { type: 'Auth.Expired' }, true],
    ['Auth.*', { type: 'Auth.Token.Expired' }, true],
    ['Auth.*', { type: 'Auth' }, false],
    ['Auth.*', { type: 'Authx' }, false],
    ['auth', { type: 'Auth' }, false],
    ['E.1', { code: 'E.1' }, true],
    ['Klass', { details: { error_class: 'Klass' } }, true],
    ['Klass', { details: { error_class: 7 } }, false],
    ['a+', { type: 'aaa' }, false],
  ] as const)('the entry %s of non_retryable_errors and an error %o: final is %s', (entry, of, final) => {
    expect(verdict({ nonRetryable: [entry] }, 1, of as Partial<JobError>).state).toBe(
      final ? 'discarded' : 'retryable',
    );
  });

  test.each([
    ['DISCARD', false],
    ['FAIL', false],
    ['DEAD_LETTER', true],
  ])('the word %s of the handler comes before the policy', (code, deadLetter) => {
    expect(verdict({ onExhaustion: 'discard' }, 1, { code })).toEqual({ state: 'discarded', deadLetter });
  });

  test('a lease that ran out is available at once, without back-off', () => {
    const context = { policy: policy(), error: error(), random: 0 };
    expect(judgeExpiry({ ...context, attempt: 1 })).toEqual({ state: 'available' });
    expect(judgeExpiry({ ...context, attempt: 3 })).toEqual({ state: 'discarded', deadLetter: false });
  });
});
