import {
  argumentsOf,
  EnqueueRequest,
  effectiveUnique,
  type JobOptions,
  type Limits,
  NAME_RULES,
  type NameRule,
  OPTION_NAMES,
  parseMoment,
  QueueName,
  SYSTEM_ATTRIBUTES,
  type UniquePolicy,
} from '@ojs/schema';
import type { Refusal } from '../connection/refusal.ts';
import type { NewJob } from '../engine/engine.ts';
import { uuidV7 } from '../uuid.ts';
import type { Claimed } from './claimed.ts';
import { invalid, refuseIssues } from './issues.ts';
import { checkSizes } from './sizes.ts';
import { parseWithoutUnknown } from './without-unknown.ts';

/** What a server's settings decide about enqueueing. */
export interface EnqueueRules {
  readonly names: NameRule;
  readonly unknownAttributes: 'reject' | 'ignore';
  readonly allowsType: (type: string) => boolean;
  readonly limits: Limits;
}

const DEFAULT_QUEUE = 'default';
const ATTRIBUTES: ReadonlySet<string> = new Set(Object.keys(EnqueueRequest.shape));

const VERSIONED = /^([^@]+)@(\d{1,9}(?:\.\d{1,9})?)$/;

type Attributes = Record<string, unknown>;
const isObject = (value: unknown): value is Attributes =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What a job says of its queue and type, read before it is validated, because the permission is asked about them first. */
export function claimedJob(job: unknown, index?: number): Claimed {
  const queue = claimedQueue(job, index);
  const { type } = isObject(job) ? withVersion(job) : {};
  return typeof type === 'string' ? { queue, type } : { queue };
}

function claimedQueue(job: unknown, index?: number): string {
  const at = index === undefined ? {} : { index };
  if (!isObject(job)) throw invalid('body', 'type', 'must be an object', at);
  const nested = isObject(job.options) ? job.options.queue : undefined;
  const queue = nested ?? job.queue ?? DEFAULT_QUEUE;
  if (QueueName.safeParse(queue).success) return queue as string;
  const field = nested === undefined ? 'queue' : 'options.queue';
  if (typeof queue !== 'string') throw invalid(field, 'type', 'must be of type string', at);
  throw invalid(field, 'format', `must match ${NAME_RULES.security.queue} and not begin with _ojs_`, at);
}

/** The jobs of a batch, not yet validated. */
export function claimedJobs(body: unknown, { limits }: EnqueueRules): readonly unknown[] {
  if (!isObject(body)) throw invalid('body', 'type', 'must be an object');
  const { jobs, ...rest } = body;
  if (!Array.isArray(jobs)) throw invalid('jobs', jobs === undefined ? 'required' : 'type', 'must be an array of jobs');
  if (jobs.length === 0) throw invalid('jobs', 'min', 'must have at least one job');
  if (jobs.length > limits.batchJobs) {
    throw invalid('jobs', 'max', `must not have more than ${limits.batchJobs} jobs`, { status: 422 });
  }
  const unknown = Object.keys(rest);
  if (unknown.length > 0) throw unknownAttributes(unknown);
  return jobs;
}

function unknownAttributes(names: readonly string[], index?: number): Refusal {
  const listed = names.slice(0, 20).map((name) => name.slice(0, 64).replaceAll(/[^\x20-\x7e]/g, '?'));
  return invalid(listed[0] ?? 'body', 'unknown', `unknown attributes are not accepted: ${listed.join(', ')}`, {
    status: 422,
    unknown: listed,
    ...(index !== undefined && { index }),
  });
}

/**
 * Reads one enqueue request: nested options win over flat ones, what only the server sets is ignored, relative times are
 * counted from `now`. Pure but for the id that is made where the client sent none.
 *
 * @param bytes size of the whole body, an upper bound of every part.
 * @param index place in a batch.
 * @throws {Refusal} naming the field and the rule
 */
export function toNewJob(body: unknown, rules: EnqueueRules, now: number, bytes: number, index?: number): NewJob {
  const at = index === undefined ? {} : { index };
  // Before anything looks at each name: of what is too large, there can be so many that it takes long.
  if (isObject(body)) checkSizes(body.args, body.meta, bytes, rules.limits, index);
  const sent = isObject(body) ? withVersion(body) : body;
  const ignores = rules.unknownAttributes === 'ignore';
  const parsed = ignores ? parseWithoutUnknown(EnqueueRequest, sent) : EnqueueRequest.safeParse(sent);
  if (!parsed.success) throw refuseIssues(parsed.error.issues, index);
  const job = parsed.data;
  const options: JobOptions = job.options ? merged(job, job.options) : job;
  const extra = extraOf(job as Attributes, job.options as Attributes | undefined, rules, index);
  const { type, args, meta = {} } = job;
  const queue = options.queue ?? DEFAULT_QUEUE;
  const names = NAME_RULES[rules.names];
  if (!names.type.test(type)) throw invalid('type', 'format', `must match ${names.type}`, at);
  if (!names.queue.test(queue)) throw invalid('queue', 'format', `must match ${names.queue}`, at);
  if (!rules.allowsType(type)) {
    throw invalid('type', 'unlisted', 'is not one of the job types that this server accepts', { status: 422, ...at });
  }
  const { timeoutMaxMs, leaseMaxMs, maxAttempts } = rules.limits;
  const timeoutMs = milliseconds(options.timeout_ms, options.timeout);
  if (timeoutMs > timeoutMaxMs) throw invalid('timeout_ms', 'max', `must be <=${timeoutMaxMs}`, at);
  const leaseMs = milliseconds(options.visibility_timeout_ms, options.visibility_timeout);
  if ((options.retry?.max_attempts ?? 0) > maxAttempts) {
    throw invalid('retry.max_attempts', 'max', `must be <=${maxAttempts}`, { status: 422, ...at });
  }
  const scheduledAt = moment(options.scheduled_at ?? options.delay_until, now);
  const expiresAt = moment(options.expires_at, now);
  if (expiresAt && expiresAt.ms <= now) {
    throw invalid('expires_at', 'min', 'must be in the future', { status: 422, ...at });
  }
  checkUnique(options.unique, args, index);
  return {
    id: job.id ?? uuidV7(now),
    type,
    queue,
    args,
    meta,
    priority: options.priority ?? 0,
    pending: options.pending ?? false,
    // What is due already is available now.
    ...(scheduledAt && scheduledAt.ms > now && { scheduledAt }),
    ...(expiresAt && { expiresAt }),
    ...(timeoutMs > 0 && { timeoutMs }),
    ...(leaseMs > 0 && { leaseMs: Math.min(leaseMs, leaseMaxMs) }),
    ...(options.result_ttl !== undefined && { resultTtlMs: options.result_ttl * 1_000 }),
    ...(options.retry && { retry: options.retry }),
    ...(options.rate_limit && { rateLimit: options.rate_limit }),
    ...(options.unique && { unique: options.unique }),
    ...(options.tags && { tags: options.tags }),
    ...(job.schema !== undefined && { schema: job.schema }),
    ...(job.version != null && { version: job.version }),
    ...(options.metadata && { metadata: options.metadata }),
    ...(extra && { extra }),
  };
}

/** A key that no argument has would make all jobs that lack it the same (ojs-unique-jobs §2.2). */
function checkUnique(policy: UniquePolicy | null | undefined, args: readonly unknown[], index?: number): void {
  if (!policy) return;
  const { argsKeys } = effectiveUnique(policy);
  const missing = argumentsOf(args, argsKeys).indexOf(undefined);
  if (missing < 0) return;
  const field = `unique.${policy.key ? 'key' : 'args_keys'}[${missing}]`;
  throw invalid(field, 'unknown', 'names an attribute that no argument has', {
    ...(index !== undefined && { index }),
  });
}

/** A type may end in the version of its arguments, `report.build@2.0`; the attribute wins (ojs-job-versioning §5.3). */
function withVersion(job: Attributes): Attributes {
  const [, type, version] = typeof job.type === 'string' ? (VERSIONED.exec(job.type) ?? []) : [];
  return type === undefined ? job : { ...job, type, version: job.version ?? version };
}

function merged(flat: JobOptions, nested: JobOptions): JobOptions {
  const options: Attributes = {};
  for (const name of OPTION_NAMES) {
    options[name] = (nested as Attributes)[name] ?? (flat as Attributes)[name];
  }
  return options as JobOptions;
}

const milliseconds = (ms: number | undefined, seconds: number | undefined): number => ms ?? (seconds ?? 0) * 1_000;

/** The client's own text of an absolute time is kept; a relative one becomes the moment that it means. */
function moment(text: string | null | undefined, now: number): { text: string; ms: number } | undefined {
  if (typeof text !== 'string') return undefined;
  const ms = parseMoment(text, now);
  if (ms === undefined) return undefined;
  return { text: text.startsWith('+') ? new Date(ms).toISOString() : text, ms };
}

/** What the client added: refused, or kept to be returned. */
function extraOf(
  job: Attributes,
  options: Attributes | undefined,
  rules: EnqueueRules,
  index: number | undefined,
): Attributes | undefined {
  const unknown: string[] = [];
  const kept: [name: string, value: unknown][] = [];
  const ignores = rules.unknownAttributes === 'ignore';
  const take = (from: Attributes, known: ReadonlySet<string>, prefix: string): void => {
    for (const name of Object.keys(from)) {
      if (known.has(name) || SYSTEM_ATTRIBUTES.has(name)) continue;
      if (!ignores) unknown.push(prefix + name);
      // Among the options, the name of an attribute (`meta`, say) would come back as one that nobody has validated.
      else if (!ATTRIBUTES.has(name)) kept.push([name, from[name]]);
    }
  };
  if (options !== undefined) take(options, OPTION_NAMES, 'options.');
  take(job, ATTRIBUTES, '');
  if (unknown.length > 0) throw unknownAttributes(unknown, index);
  return kept.length > 0 ? Object.fromEntries(kept) : undefined;
}
