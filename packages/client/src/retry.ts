import type { OperationId } from './api.ts';
import { OjsConnectionError, OjsError } from './errors.ts';

/** How long and how often a request is repeated. Times in milliseconds. */
export interface RetrySettings {
  /** Repetitions after the first try. */
  readonly retries: number;
  /** Upper end of the first wait; doubles each time. */
  readonly baseMs: number;
  readonly capMs: number;
  /** A server that asks for a longer wait gets none: the error tells the caller. */
  readonly maxRetryAfterMs: number;
}

export const DEFAULT_RETRY: RetrySettings = { retries: 4, baseMs: 100, capMs: 5_000, maxRetryAfterMs: 30_000 };

const RETRYABLE_STATUS = new Set([408, 429, 502, 503, 504]);

const READING = [
  'getManifest',
  'getHealth',
  'getJob',
  'getResult',
  'getResults',
  'getJobHistory',
  'getProgress',
  'getCheckpoint',
  'listDeadLetters',
  'getDeadLetter',
  'getDeadLetterStats',
  'listQueues',
  'getQueue',
  'getQueueConfig',
  'getQueueStats',
  'getRateLimit',
  'listEvents',
  'getWorkflow',
  'listWorkflows',
  'getCron',
  'listCrons',
  'getCronHistory',
  'getWebhook',
  'listWebhooks',
  'getWebhookDelivery',
  'listWebhookDeliveries',
] as const satisfies readonly OperationId[];

/**
 * What may be sent twice: reading; what says how things are to be (pausing, configuring, registering a schedule); cancelling and deleting one thing;
 * enqueueing and starting workflows, because the SDK makes the ids; and all that a worker says, because a lease is settled once and a claim whose
 * answer was lost ends by itself. Not: what does something each time (triggers, tests, retries, new secrets), or counts what it did to many.
 */
const SAFE: ReadonlySet<OperationId> = new Set([
  ...READING,
  'pauseQueue',
  'resumeQueue',
  'drainQueue',
  'configureQueue',
  'cancelJob',
  'enqueueJob',
  'enqueueBatch',
  'createWorkflow',
  'cancelWorkflow',
  'registerCron',
  'patchCron',
  'pauseCron',
  'resumeCron',
  'deleteCron',
  'deleteDeadLetter',
  'updateWebhook',
  'deleteWebhook',
  'fetchJobs',
  'ackJob',
  'ackJobs',
  'nackJob',
  'heartbeat',
  'reportProgress',
  'saveCheckpoint',
  'deleteCheckpoint',
]);

export const mayRepeat = (operation: OperationId): boolean => SAFE.has(operation);

/** Whether the same request may succeed later. */
export function isTransient(error: unknown): boolean {
  if (error instanceof OjsConnectionError) return error.retryable;
  return error instanceof OjsError && (error.retryable || RETRYABLE_STATUS.has(error.status ?? 0));
}

/**
 * Exponential back-off with full jitter: anything between nothing and the exponential bound, so that many clients that
 * failed together do not come back together.
 *
 * @param attempt how many tries have failed, from 1
 * @param random in [0, 1)
 */
export function backoffMs(attempt: number, settings: Pick<RetrySettings, 'baseMs' | 'capMs'>, random: number): number {
  return Math.floor(random * Math.min(settings.capMs, settings.baseMs * 2 ** Math.min(attempt - 1, 30)));
}

/**
 * How long to wait before the next try, or undefined when there must be none. The server's Retry-After is waited out
 * in full, and jitter comes on top of it.
 */
export function nextDelayMs(
  error: unknown,
  attempt: number,
  settings: RetrySettings,
  random: number,
): number | undefined {
  if (attempt > settings.retries || !isTransient(error)) return undefined;
  const asked = (error as OjsError).retryAfterMs ?? 0;
  return asked > settings.maxRetryAfterMs ? undefined : asked + backoffMs(attempt, settings, random);
}

/** Milliseconds of a Retry-After header (RFC 9110 §10.2.3): seconds or a date. Undefined when it is neither. */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  if (!header) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1_000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
