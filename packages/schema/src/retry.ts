import { z } from 'zod';
import { LIMITS } from './limits.ts';
import { Duration, parseDuration } from './time.ts';

/** Longest delay between two attempts: 30 days. */
export const RETRY_INTERVAL_MAX_MS = 30 * 86_400_000;
/** Longest time that all delays of a policy may add up to: a year. What goes on beyond that goes on for ever. */
export const RETRY_TOTAL_MAX_MS = 365 * 86_400_000;

const Interval = Duration.refine(
  (text) => (parseDuration(text) ?? 0) <= RETRY_INTERVAL_MAX_MS,
  'must not be longer than 30 days',
);
const FirstInterval = Interval.refine((text) => parseDuration(text) !== 0, 'must be longer than zero');
const IntervalMs = z.int().min(1).max(RETRY_INTERVAL_MAX_MS);

/** `constant` is another word for `none`. */
const Strategy = z.enum(['none', 'constant', 'linear', 'exponential', 'polynomial']);

const Fields = z
  .object({
    max_attempts: z.int().min(0).max(LIMITS.maxAttempts).optional(),
    initial_interval: FirstInterval.optional(),
    initial_interval_ms: IntervalMs.optional(),
    initial_delay_ms: IntervalMs.optional().meta({ description: 'Another word for initial_interval_ms, which wins' }),
    backoff_coefficient: z.number().min(1).max(100).optional(),
    backoff_strategy: Strategy.optional(),
    strategy: Strategy.optional().meta({ description: 'Another word for backoff_strategy, which wins' }),
    max_interval: Interval.optional(),
    max_interval_ms: IntervalMs.optional(),
    jitter: z.boolean().optional(),
    non_retryable_errors: z.array(z.string().min(1).max(255)).max(100).optional(),
    on_exhaustion: z.enum(['discard', 'dead_letter']).optional(),
  })
  .strict();
type Fields = z.infer<typeof Fields>;

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
export function effectiveRetry(policy: Fields | undefined): EffectiveRetryPolicy {
  if (!policy) return DEFAULT_RETRY;
  const strategy = policy.backoff_strategy ?? policy.strategy ?? DEFAULT_RETRY.strategy;
  const initialMs = policy.initial_interval_ms ?? policy.initial_delay_ms;
  return {
    maxAttempts: policy.max_attempts ?? DEFAULT_RETRY.maxAttempts,
    initialMs: interval(policy.initial_interval, initialMs, DEFAULT_RETRY.initialMs),
    coefficient: policy.backoff_coefficient ?? DEFAULT_RETRY.coefficient,
    strategy: strategy === 'constant' ? 'none' : strategy,
    maxMs: interval(policy.max_interval, policy.max_interval_ms, DEFAULT_RETRY.maxMs),
    jitter: policy.jitter ?? DEFAULT_RETRY.jitter,
    nonRetryable: policy.non_retryable_errors ?? DEFAULT_RETRY.nonRetryable,
    onExhaustion: policy.on_exhaustion ?? DEFAULT_RETRY.onExhaustion,
  };
}

/** Milliseconds before the retry with the given number, 1 for the first, without jitter (ojs-retry §3): back-off and cap. */
export function backoffMs(policy: EffectiveRetryPolicy, retry: number): number {
  // No delay grows into no delay, also where the factor has grown beyond what a number can hold (0 × ∞ is not a number).
  if (policy.initialMs === 0) return 0;
  const raw = {
    none: () => policy.initialMs,
    linear: () => policy.initialMs * retry,
    exponential: () => policy.initialMs * policy.coefficient ** (retry - 1),
    polynomial: () => policy.initialMs * retry ** policy.coefficient,
  }[policy.strategy]();
  return Math.min(raw, policy.maxMs);
}

/** Whether all delays together are longer than a policy may take. */
function neverEnds(policy: EffectiveRetryPolicy): boolean {
  // More attempts are another issue, told already.
  const retries = Math.min(policy.maxAttempts, LIMITS.maxAttempts) - 1;
  if (retries * policy.maxMs <= RETRY_TOTAL_MAX_MS) return false;
  let total = 0;
  for (let retry = 1; retry <= retries && total <= RETRY_TOTAL_MAX_MS; retry++) total += backoffMs(policy, retry);
  return total > RETRY_TOTAL_MAX_MS;
}

/**
 * ojs-retry §2, with the `backoff_strategy` of §3 and the `_ms` fields of the HTTP binding §9.1. What is left out has its
 * default when the rules of §11.1 are checked.
 */
export const RetryPolicy = Fields.superRefine((fields, { addIssue }) => {
  const policy = effectiveRetry(fields);
  if (policy.maxMs < policy.initialMs) {
    const message = `must not be shorter than initial_interval (${policy.maxMs} ms is shorter than ${policy.initialMs} ms)`;
    addIssue({ code: 'custom', path: ['max_interval'], message, params: { rule: 'min' } });
  } else if (neverEnds(policy)) {
    const message = 'with these delays the job would be retried for more than a year';
    addIssue({ code: 'custom', path: ['max_attempts'], message, params: { rule: 'never_ends' } });
  }
}).meta({ id: 'RetryPolicy' });

export type RetryPolicy = z.infer<typeof RetryPolicy>;
