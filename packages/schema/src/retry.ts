import { z } from 'zod';
import { LIMITS } from './limits.ts';
import { Duration, parseDuration } from './time.ts';

/** Longest delay between two attempts: 30 days. */
export const RETRY_INTERVAL_MAX_MS = 30 * 86_400_000;

const Interval = Duration.refine(
  (text) => (parseDuration(text) ?? 0) <= RETRY_INTERVAL_MAX_MS,
  'must not be longer than 30 days',
);
const IntervalMs = z.int().min(0).max(RETRY_INTERVAL_MAX_MS);

/** ojs-retry §2, with the `backoff_strategy` of §3 and the `_ms` fields of the HTTP binding §9.1. */
export const RetryPolicy = z
  .object({
    max_attempts: z.int().min(0).max(LIMITS.maxAttempts).optional(),
    initial_interval: Interval.optional(),
    initial_interval_ms: IntervalMs.optional(),
    backoff_coefficient: z.number().min(1).max(100).optional(),
    backoff_strategy: z.enum(['none', 'linear', 'exponential', 'polynomial']).optional(),
    max_interval: Interval.optional(),
    max_interval_ms: IntervalMs.optional(),
    jitter: z.boolean().optional(),
    non_retryable_errors: z.array(z.string().min(1).max(255)).max(100).optional(),
    on_exhaustion: z.enum(['discard', 'dead_letter']).optional(),
  })
  .strict()
  .meta({ id: 'RetryPolicy' });

export type RetryPolicy = z.infer<typeof RetryPolicy>;

/** A policy with every gap filled (ojs-retry §8.1); intervals in milliseconds. */
export interface EffectiveRetryPolicy {
  maxAttempts: number;
  initialMs: number;
  coefficient: number;
  strategy: 'none' | 'linear' | 'exponential' | 'polynomial';
  maxMs: number;
  jitter: boolean;
  nonRetryable: readonly string[];
  onExhaustion: 'discard' | 'dead_letter';
}

/** The default policy of ojs-retry §8. */
export const DEFAULT_RETRY: EffectiveRetryPolicy = {
  maxAttempts: 3,
  initialMs: 1_000,
  coefficient: 2,
  strategy: 'exponential',
  maxMs: 300_000,
  jitter: true,
  nonRetryable: [],
  onExhaustion: 'discard',
};

const interval = (text: string | undefined, ms: number | undefined, fallback: number): number =>
  (text === undefined ? undefined : parseDuration(text)) ?? ms ?? fallback;

/** Merges a partial policy with the defaults (ojs-retry §8.1). The ISO 8601 field wins over its `_ms` twin. */
export function effectiveRetry(policy: RetryPolicy | undefined): EffectiveRetryPolicy {
  if (!policy) return DEFAULT_RETRY;
  return {
    maxAttempts: policy.max_attempts ?? DEFAULT_RETRY.maxAttempts,
    initialMs: interval(policy.initial_interval, policy.initial_interval_ms, DEFAULT_RETRY.initialMs),
    coefficient: policy.backoff_coefficient ?? DEFAULT_RETRY.coefficient,
    strategy: policy.backoff_strategy ?? DEFAULT_RETRY.strategy,
    maxMs: interval(policy.max_interval, policy.max_interval_ms, DEFAULT_RETRY.maxMs),
    jitter: policy.jitter ?? DEFAULT_RETRY.jitter,
    nonRetryable: policy.non_retryable_errors ?? DEFAULT_RETRY.nonRetryable,
    onExhaustion: policy.on_exhaustion ?? DEFAULT_RETRY.onExhaustion,
  };
}
