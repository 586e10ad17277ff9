import type { RetryPolicyRequest } from '@ojs/client';
import {
  type AnyJob,
  type EnqueueOptions,
  type EnqueueRequest,
  isJobId,
  type RateLimitOptions,
  type RetryOptions,
  type UniqueOptions,
} from '@ojs/client';
import { defined, duration, invalid, moment } from './values.ts';

type RequestOptions = NonNullable<EnqueueRequest['options']>;

/**
 * The envelope to send (http-binding §9.1): the job's own defaults, and what the call says wins.
 *
 * @throws {OjsValidationError} for options that contradict each other or are no moment, no id
 */
export function enqueueRequest(job: AnyJob, id: string, args: unknown[], options: EnqueueOptions): EnqueueRequest {
  const merged = { ...job.options, ...defined(options) };
  if (!isJobId(id)) throw invalid('id', 'must be a UUIDv7 in lower case; uuidv7() makes one');
  return {
    specversion: '1.0',
    id,
    type: job.type,
    args,
    ...(merged.meta && { meta: merged.meta }),
    ...(merged.version !== undefined && { version: merged.version }),
    options: requestOptions(merged),
  };
}

function requestOptions(options: EnqueueOptions): RequestOptions {
  const { queue, priority, timeoutMs, tags, retry, expiresAt, unique, rateLimit } = options;
  return defined({
    queue,
    priority,
    tags,
    timeout_ms: timeoutMs,
    scheduled_at: startOf(options),
    expires_at: expiresAt === undefined ? undefined : moment('expiresAt', expiresAt),
    retry: retry && retryPolicy(retry),
    unique: unique && uniquePolicy(unique),
    rate_limit: rateLimit && rateLimitPolicy(rateLimit),
  });
}

function startOf({ delayMs, scheduledAt }: EnqueueOptions): string | undefined {
  if (delayMs !== undefined && scheduledAt !== undefined)
    throw invalid('scheduledAt', 'and delayMs say the same thing: give one of them');
  if (scheduledAt !== undefined) return moment('scheduledAt', scheduledAt);
  if (delayMs === undefined) return undefined;
  if (!Number.isSafeInteger(delayMs) || delayMs < 0) throw invalid('delayMs', 'must be a whole number of milliseconds');
  // Relative, so that it is the server's clock that counts.
  return `+PT${delayMs / 1_000}S`;
}

function retryPolicy(retry: RetryOptions): RetryPolicyRequest {
  return defined({
    max_attempts: retry.maxAttempts,
    initial_interval_ms: retry.initialIntervalMs,
    backoff_coefficient: retry.backoffCoefficient,
    backoff_strategy: retry.backoffStrategy,
    max_interval_ms: retry.maxIntervalMs,
    jitter: retry.jitter,
    non_retryable_errors: retry.nonRetryableErrors,
    on_exhaustion: retry.onExhaustion,
  });
}

function uniquePolicy({ by = [], argsKeys, metaKeys, periodMs, states, onConflict }: UniqueOptions) {
  const keys = new Set<'type' | 'queue' | 'args' | 'meta'>(['type', ...by]);
  if (argsKeys) keys.add('args');
  if (metaKeys) keys.add('meta');
  return defined({
    keys: [...keys],
    args_keys: argsKeys,
    meta_keys: metaKeys,
    period: periodMs === undefined ? undefined : duration('unique.periodMs', periodMs),
    states,
    on_conflict: onConflict,
  });
}

function rateLimitPolicy({ key, concurrency, rate, throttle, onLimit }: RateLimitOptions) {
  const each = (name: string, of: { limit: number; periodMs: number } | undefined) =>
    of && { limit: of.limit, period: duration(`rateLimit.${name}.periodMs`, of.periodMs) };
  return defined({
    key,
    concurrency,
    rate: each('rate', rate),
    throttle: each('throttle', throttle),
    on_limit: onLimit,
  });
}
