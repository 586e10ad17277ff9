import type { RetryPolicyRequest } from '@ojs/client';
import {
  type AnyJob,
  type EnqueueOptions,
  type EnqueueRequest,
  isJobId,
  OjsValidationError,
  type RetryOptions,
} from '@ojs/client';

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
    options: requestOptions(merged),
  };
}

function requestOptions(options: EnqueueOptions): RequestOptions {
  const { queue, priority, timeoutMs, tags, retry, expiresAt } = options;
  return defined({
    queue,
    priority,
    tags,
    timeout_ms: timeoutMs,
    scheduled_at: startOf(options),
    expires_at: expiresAt === undefined ? undefined : moment('expiresAt', expiresAt),
    retry: retry && retryPolicy(retry),
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

function moment(name: string, value: Date | string): string {
  if (typeof value === 'string') return value;
  if (Number.isNaN(value.getTime())) throw invalid(name, 'is an invalid Date');
  return value.toISOString();
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

const invalid = (path: string, message: string): OjsValidationError =>
  new OjsValidationError('The options of the job are not valid', [{ path, message }]);

/** Without the properties that are undefined: JSON drops them anyway, and a default must not be hidden by one. */
function defined<T extends object>(values: T): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;
}
