import { describe, expect, test } from 'vitest';
import { JobErrorReport } from './error.ts';
import { EnqueueRequest, Meta } from './job.ts';
import { effectiveRetry, RetryPolicy } from './retry.ts';

const job = { type: 'email.send', args: [] };
const fieldsOf = (value: unknown) =>
  EnqueueRequest.safeParse(value).error?.issues.map(({ path }) => path.join('.')) ?? [];

describe('a request to enqueue', () => {
  test('needs a type and an array of args', () => {
    expect(fieldsOf({})).toEqual(['type', 'args']);
    for (const args of [{}, 'x', 42, true, null]) expect(fieldsOf({ ...job, args })).toEqual(['args']);
  });

  test('takes options nested and flat', () => {
    expect(fieldsOf({ ...job, queue: 'a', options: { queue: 'b', priority: 100 } })).toEqual([]);
  });

  test.each([
    [{ priority: 101 }, 'options.priority'],
    [{ priority: 1.5 }, 'options.priority'],
    [{ timeout_ms: 2 ** 31 }, 'options.timeout_ms'],
    [{ timeout_ms: -1 }, 'options.timeout_ms'],
    [{ scheduled_at: '9999-01-01T00:00:00Z' }, 'options.scheduled_at'],
    [{ retry: { max_attempts: -1 } }, 'options.retry.max_attempts'],
    [{ retry: { max_attempts: 1e9 } }, 'options.retry.max_attempts'],
    [{ retry: { backoff_coefficient: 0.5 } }, 'options.retry.backoff_coefficient'],
    [{ retry: { initial_interval: '1s' } }, 'options.retry.initial_interval'],
    [{ retry: { max_interval: 'P31D' } }, 'options.retry.max_interval'],
    [{ retry: { on_exhaustion: 'explode' } }, 'options.retry.on_exhaustion'],
    [{ tags: [''] }, 'options.tags.0'],
  ])('names the option that breaks its rule: %j', (options, field) => {
    expect(fieldsOf({ ...job, options })).toEqual([field]);
  });

  test('keeps what it does not know for the server to judge', () => {
    expect(EnqueueRequest.parse({ ...job, x_custom: 1 })).toHaveProperty('x_custom', 1);
  });
});

describe('metadata', () => {
  test('of any JSON is taken', () => {
    expect(Meta.parse({ trace_id: 'x', 'a.b-c_1': [1, { deep: null }] })).toEqual({
      trace_id: 'x',
      'a.b-c_1': [1, { deep: null }],
    });
  });

  test.each([{ 'a b': 1 }, { ['x'.repeat(129)]: 1 }, { a: 'x\r\ny' }, { a: { b: ['x\n'] } }])(
    'with a key outside the pattern or a newline is refused: %j',
    (meta) => {
      expect(Meta.safeParse(meta).success).toBe(false);
    },
  );

  test('with any number of bad keys is one issue, which names the first', () => {
    const meta = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`!${i}`, 1]));
    expect(Meta.safeParse(meta).error?.issues).toMatchObject([{ code: 'invalid_key', path: ['!0'] }]);
  });
});

test('a report with more frames than anybody reads is one issue, whatever the frames are', () => {
  const report = { code: 'a', message: 'b', backtrace: Array(100_000).fill(1) };
  expect(JobErrorReport.safeParse(report).error?.issues).toMatchObject([{ code: 'too_big', path: ['backtrace'] }]);
});

test('a partial retry policy is merged with the defaults, the ISO 8601 field winning', () => {
  expect(
    effectiveRetry(RetryPolicy.parse({ max_attempts: 10, initial_interval: 'PT2S', initial_interval_ms: 5 })),
  ).toEqual({
    maxAttempts: 10,
    initialMs: 2_000,
    coefficient: 2,
    strategy: 'exponential',
    maxMs: 300_000,
    jitter: true,
    nonRetryable: [],
    onExhaustion: 'discard',
  });
});
