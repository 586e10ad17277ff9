import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { backoffMs, effectiveRetry, RETRY_TOTAL_MAX_MS, RetryPolicy } from './retry.ts';

const issuesOf = (policy: unknown) =>
  (RetryPolicy.safeParse(policy).error?.issues ?? []).map(({ path, code, ...rest }) => [
    path.join('.'),
    'params' in rest ? rest.params?.rule : code,
  ]);

describe('a retry policy (ojs-retry §11.1)', () => {
  test.each([
    {},
    { max_attempts: 0 },
    { max_attempts: 1_000 },
    { max_attempts: 60, initial_interval: 'PT10S', backoff_coefficient: 1, max_interval: 'PT10S', jitter: false },
    { max_attempts: 25, initial_interval: 'PT15S', backoff_coefficient: 4, max_interval: 'PT1H' },
    { max_attempts: 12, initial_interval: 'P30D', max_interval: 'P30D' },
    { max_attempts: 3, strategy: 'constant', initial_delay_ms: 100 },
    // Long delays that are never reached.
    { max_attempts: 1_000, initial_interval_ms: 1, backoff_strategy: 'none', max_interval: 'P30D' },
  ])('is taken: %j', (policy) => expect(issuesOf(policy)).toEqual([]));

  test.each([
    [{ max_attempts: -1 }, 'max_attempts', 'too_small'],
    [{ max_attempts: 1.5 }, 'max_attempts', 'invalid_type'],
    [{ max_attempts: null }, 'max_attempts', 'invalid_type'],
    [{ max_attempts: Infinity }, 'max_attempts', 'invalid_type'],
    [{ max_attempts: 1_001 }, 'max_attempts', 'too_big'],
    [{ initial_interval: 'PT0S' }, 'initial_interval', 'custom'],
    [{ initial_interval: '-PT1S' }, 'initial_interval', 'custom'],
    [{ initial_interval_ms: 0 }, 'initial_interval_ms', 'too_small'],
    [{ backoff_coefficient: 0.99 }, 'backoff_coefficient', 'too_small'],
    [{ initial_interval: 'PT2S', max_interval: 'PT1S' }, 'max_interval', 'min'],
    [{ initial_interval: 'PT10M' }, 'max_interval', 'min'],
    [{ max_interval_ms: 0 }, 'max_interval_ms', 'too_small'],
    [{ jitter: 'yes' }, 'jitter', 'invalid_type'],
    [{ non_retryable_errors: [''] }, 'non_retryable_errors.0', 'too_small'],
    [{ non_retryable_errors: 'auth.*' }, 'non_retryable_errors', 'invalid_type'],
    [{ on_exhaustion: 'never' }, 'on_exhaustion', 'invalid_value'],
    [{ backoff_strategy: 'fibonacci' }, 'backoff_strategy', 'invalid_value'],
    [{ max_attempts: 1_000, initial_interval: 'P1D', max_interval: 'P1D' }, 'max_attempts', 'never_ends'],
    [{ max_attempts: 1_000, max_interval: 'P30D' }, 'max_attempts', 'never_ends'],
    [
      { max_attempts: 40, backoff_strategy: 'polynomial', backoff_coefficient: 100, max_interval: 'P30D' },
      'max_attempts',
      'never_ends',
    ],
  ] as const)('is refused by its field and rule: %j', (policy, field, rule) => {
    expect(issuesOf(policy)[0]).toEqual([field, rule]);
  });

  test('with an endless number of attempts is looked at in no time', () => {
    const started = performance.now();
    const policy = { max_attempts: Number.MAX_SAFE_INTEGER, initial_interval_ms: 1, backoff_strategy: 'none' };
    expect(issuesOf(policy)[0]).toEqual(['max_attempts', 'too_big']);
    expect(performance.now() - started).toBeLessThan(100);
  });

  test('that is taken ends within a year of delays', () => {
    const policy = fc.record({
      max_attempts: fc.nat({ max: 1_000 }),
      initial_interval_ms: fc.integer({ min: 1, max: 30 * 86_400_000 }),
      max_interval_ms: fc.integer({ min: 1, max: 30 * 86_400_000 }),
      backoff_coefficient: fc.double({ min: 1, max: 100, noNaN: true }),
      backoff_strategy: fc.constantFrom('none', 'linear', 'exponential', 'polynomial'),
    });
    fc.assert(
      fc.property(policy, (given) => {
        const parsed = RetryPolicy.safeParse(given);
        if (!parsed.success) return;
        const effective = effectiveRetry(parsed.data);
        let total = 0;
        for (let n = 1; n < effective.maxAttempts; n++) total += backoffMs(effective, n);
        expect(total).toBeLessThanOrEqual(RETRY_TOTAL_MAX_MS);
      }),
    );
  });
});

test('the words of other clients for strategy and first delay mean the same; ours win', () => {
  const { strategy, initialMs } = effectiveRetry(RetryPolicy.parse({ strategy: 'constant', initial_delay_ms: 100 }));
  expect([strategy, initialMs]).toEqual(['none', 100]);
  const both = { strategy: 'constant', backoff_strategy: 'linear', initial_delay_ms: 100, initial_interval_ms: 200 };
  expect(effectiveRetry(RetryPolicy.parse(both))).toMatchObject({ strategy: 'linear', initialMs: 200 });
});
