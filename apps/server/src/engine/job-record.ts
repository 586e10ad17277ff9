import {
  effectiveRateLimit,
  effectiveRetry,
  formatTimestamp,
  type Job,
  type JobError,
  type JobState,
  type RateLimit,
} from '@ojs/schema';
import { handedCheckpoint } from './attempts/checkpoint-record.ts';
import { progressOf } from './attempts/progress-record.ts';
import type { NewJob } from './engine.ts';
import type { Argument } from './scripts.ts';
import { uniqueArgument } from './unique/unique.ts';
import { versionFields } from './versions.ts';

/**
 * A job's hash. BullMQ's own fields: name, data, opts, progress (in percent), timestamp, delay, priority, atm (attempts), ats, processedOn,
 * finishedOn, returnvalue, failedReason, stacktrace. Ours:
 *   ojs  what the client sent beside args, as JSON   by   the principal that sent the job
 *   exp  expires at   tm  execution timeout   vl  length of a lease   mx  max attempts   td  test directive
 *   lo   lease's principal   lw  its worker   ls  its length   le  its end   dl  moment of the execution timeout
 *   lk   key of its rate limit   lp  the limit: concurrency,rate,period,throttle,period   la  reschedule or drop
 *        and, where it has a version, @ type @ vn: jobs of one limit that wait for different workers do so apart
 *   vn   its version (versionKey of @ojs/schema)
 *   rs   rescheduled to, by the limit   dr  why the server discarded it
 *   wf   step of a workflow (lua/workflow.lua)
 *   pg   progress, 0 to 1   pm  its message   pd  its data (both JSON)   pt  when reported   pv  last event of it
 *   cp   there is a checkpoint (lua/checkpoints.lua)
 *   enq  last became available   rd  last back-off   gb  times given back   errs  error history   ex  expired at
 *   et   type of the last error   rp  times started anew after it was discarded   pe  error history of the life before
 *   rt   how long its result is kept   rx  when that was dropped
 *   uk   uniqueness key   ur  ids of the jobs it replaced   sa  scheduled_at taken over from one of them
 *   hist attempts that ended without completing the job (lua/places.lua)   hp  its history is told from this moment on
 */
export type JobHash = Readonly<Record<string, string>>;

/** Higher is sooner in OJS, lower is sooner in BullMQ, where 0 would overtake everything. */
const bullPriority = (priority: number): number => 101 - priority;

/** What the client sent, as it comes back in answers; everything else in the record is the server's. */
function sent(job: NewJob): Record<string, unknown> {
  const attributes: Record<string, unknown> = { ...job.extra };
  if (Object.keys(job.meta).length > 0) attributes.meta = job.meta;
  if (job.retry) attributes.retry = job.retry;
  if (job.rateLimit) attributes.rate_limit = job.rateLimit;
  if (job.unique) attributes.unique = job.unique;
  if (job.version !== undefined) attributes.version = job.version;
  if (job.tags) attributes.tags = job.tags;
  if (job.schema !== undefined) attributes.schema = job.schema;
  if (job.timeoutMs !== undefined) attributes.timeout_ms = job.timeoutMs;
  if (job.leaseMs !== undefined) attributes.visibility_timeout_ms = job.leaseMs;
  if (job.resultTtlMs !== undefined) attributes.result_ttl = job.resultTtlMs / 1_000;
  if (job.scheduledAt) attributes.scheduled_at = job.scheduledAt.text;
  if (job.expiresAt) attributes.expires_at = job.expiresAt.text;
  if (job.metadata) attributes.metadata = job.metadata;
  return attributes;
}

/** The limit as limits.lua reads it. */
function limitFields(sent: RateLimit, { queue, type }: NewJob, [, version]: string[]): Argument[] {
  const { key, concurrency, rate, throttle, onLimit } = effectiveRateLimit(sent, queue);
  const apart = version === undefined ? '' : `@${type}@${version}`;
  const policy = [concurrency, rate?.limit, rate?.periodMs, throttle?.limit, throttle?.periodMs];
  return [
    'lk',
    key,
    'lp',
    policy.map((part) => part ?? '').join(',') + apart,
    ...(onLimit === 'wait' ? [] : ['la', onLimit]),
  ];
}

/** The arguments of one job for the push script. */
export function pushArguments(job: NewJob, principal: string): Argument[] {
  const { maxAttempts } = effectiveRetry(job.retry);
  const attributes = sent(job);
  const directive = job.metadata?.test_directive;
  const fields: Argument[] = ['name', job.type, 'data', JSON.stringify(job.args), 'by', principal, 'mx', maxAttempts];
  fields.push('opts', `{"priority":${bullPriority(job.priority)},"attempts":${maxAttempts}}`);
  if (Object.keys(attributes).length > 0) fields.push('ojs', JSON.stringify(attributes));
  if (job.expiresAt) fields.push('exp', job.expiresAt.ms);
  if (job.timeoutMs) fields.push('tm', job.timeoutMs);
  if (job.leaseMs) fields.push('vl', job.leaseMs);
  if (job.resultTtlMs !== undefined) fields.push('rt', job.resultTtlMs);
  if (typeof directive === 'string') fields.push('td', directive);
  const version = versionFields(job.version);
  fields.push(...version);
  if (job.rateLimit) fields.push(...limitFields(job.rateLimit, job, version));
  const unique = uniqueArgument(job);
  if (unique) fields.push('uk', unique.slice(0, unique.indexOf(' ')));
  if (job.step !== undefined) fields.push('wf', job.step);
  return [
    job.queue,
    job.id,
    job.type,
    job.pending ? 1 : 0,
    bullPriority(job.priority),
    job.scheduledAt?.ms ?? '',
    job.expiresAt?.ms ?? '',
    unique,
    fields.length,
    ...fields,
  ];
}

export function hashOf(flat: readonly string[]): Record<string, string> {
  const hash: Record<string, string> = {};
  for (let i = 0; i < flat.length; i += 2) hash[flat[i]!] = flat[i + 1]!;
  return hash;
}

export const errorsOf = (text: string | undefined): JobError[] => (text ? (JSON.parse(text) as JobError[]) : []);

const at = (ms: string | undefined): string | undefined => (ms === undefined ? undefined : formatTimestamp(Number(ms)));

/** The moments that a job in this state has. `completed_at` is core §5.3's: completed or failed for good, not expired. */
function moments(hash: JobHash, state: JobState, timer: number | undefined): Record<string, string | undefined> {
  const started =
    state === 'available' || state === 'scheduled' || state === 'pending' ? undefined : at(hash.processedOn);
  const finished = at(hash.finishedOn);
  const next = state === 'retryable' && timer ? formatTimestamp(timer) : undefined;
  return {
    enqueued_at: at(hash.enq ?? hash.timestamp),
    ...(state === 'scheduled' && hash.rs !== undefined && { scheduled_at: at(hash.rs) }),
    // A dead letter that was retried starts anew, without its old time to live.
    ...(hash.exp === undefined && { expires_at: undefined }),
    started_at: started,
    completed_at: state === 'completed' || (state === 'discarded' && !hash.ex && !hash.dr) ? finished : undefined,
    discarded_at: state === 'discarded' ? finished : undefined,
    cancelled_at: state === 'cancelled' ? finished : undefined,
    next_attempt_at: next,
    next_retry_at: next,
    lease_expires_at: state === 'active' && timer ? formatTimestamp(timer) : undefined,
  };
}

/** What the server itself discarded says so as its last error. */
function discardedBy({ dr, failedReason = '', atm = '0', finishedOn }: JobHash): JobError[] {
  if (dr === undefined) return [];
  const occurred_at = formatTimestamp(Number(finishedOn));
  return [{ type: dr, code: dr, message: failedReason, attempt: Number(atm), occurred_at, retryable: false }];
}

/** The result and what is known of it (ojs-results §6.2). What ends it is what the job waits for: it has no other timer. */
function resultOf(hash: JobHash, state: JobState, timer: number | undefined): Record<string, unknown> {
  const { returnvalue, finishedOn, rx } = hash;
  if (returnvalue === undefined) return rx === undefined ? {} : { result_pruned_at: at(rx) };
  return {
    result: JSON.parse(returnvalue),
    result_stored_at: at(finishedOn),
    result_expires_at: state === 'completed' && timer ? formatTimestamp(timer) : undefined,
    result_size_bytes: Buffer.byteLength(returnvalue),
  };
}

/** A job as answers tell it (ojs-core §5.4, flat). */
export function toJob(id: string, queue: string, hash: JobHash, state: JobState, timer: number | undefined): Job {
  const attributes = (hash.ojs ? JSON.parse(hash.ojs) : {}) as Record<string, unknown>;
  const errors = [...errorsOf(hash.errs), ...discardedBy(hash)];
  const last = state === 'completed' ? undefined : errors.at(-1);
  const job: Record<string, unknown> = {
    ...attributes,
    specversion: '1.0',
    id,
    type: hash.name,
    queue,
    state,
    args: JSON.parse(hash.data ?? '[]'),
    meta: attributes.meta ?? {},
    priority: 101 - Number(hash.priority),
    attempt: Number(hash.atm ?? 0),
    max_attempts: Number(hash.mx),
    created_at: at(hash.timestamp),
    enqueued_by: hash.by,
    ...(hash.sa !== undefined && { scheduled_at: hash.sa }),
    ...(hash.ur !== undefined && { replaces: hash.ur.split(' ') }),
    ...(hash.wf !== undefined && { workflow_id: hash.wf.slice(0, hash.wf.indexOf(' ')) }),
    ...moments(hash, state, timer),
    ...(hash.rp === undefined ? {} : { replay_count: Number(hash.rp) }),
    ...(hash.pe === undefined ? {} : { previous_errors: errorsOf(hash.pe) }),
    ...progressOf(hash, state),
    ...handedCheckpoint(hash),
    ...(hash.rd === undefined ? {} : { retry_delay_ms: Number(hash.rd) }),
    ...(last ? { error: last } : {}),
    ...(errors.length > 0 ? { errors } : {}),
    ...resultOf(hash, state, timer),
  };
  return job as Job;
}

/** The answer to an enqueue, made from what was sent: the same as reading the job back, without reading it. */
export function newlyPushed(job: NewJob, principal: string, state: JobState, now: number): Job {
  const moment = formatTimestamp(now);
  return {
    ...sent(job),
    specversion: '1.0',
    id: job.id,
    type: job.type,
    queue: job.queue,
    state,
    args: job.args as unknown[],
    meta: job.meta as Record<string, unknown>,
    priority: job.priority,
    attempt: 0,
    max_attempts: effectiveRetry(job.retry).maxAttempts,
    created_at: moment,
    enqueued_at: moment,
    enqueued_by: principal,
  };
}
