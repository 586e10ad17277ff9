import { type EventType, formatTimestamp, type JobState } from '@ojs/schema';

/** A short field of a line, as an attribute of `data`. */
type Attribute = readonly [name: string, read: (text: string) => unknown];

const text = (value: string): string => value;
const moment = (value: string): string => formatTimestamp(Number(value));
const json = (value: string): unknown => JSON.parse(value);

const COMMON: Readonly<Record<string, Attribute>> = {
  a: ['attempt', Number],
  d: ['duration_ms', Number],
  w: ['worker_id', text],
  e: ['error', json],
  n: ['count', Number],
};

/** ojs-rate-limiting §11.1. */
const OF_LIMITS: Readonly<Record<string, Attribute>> = {
  k: ['key', text],
  s: ['strategy', text],
  l: ['limit', Number],
  c: ['current', Number],
  i: ['job_id', text],
  y: ['job_type', text],
};

/** What is particular to a type (ojs-events §4). A line that ends with `j={…}` needs no row: its object is taken as it is. */
const PARTICULAR: { readonly [T in EventType]?: Readonly<Record<string, Attribute>> } = {
  'job.enqueued': { p: ['priority', (value) => 101 - Number(value)] },
  'job.scheduled': { at: ['scheduled_at', moment] },
  'job.heartbeat': { at: ['visible_until', moment] },
  'job.retrying': { at: ['next_retry_at', moment], m: ['max_attempts', Number] },
  'job.discarded': { a: ['total_attempts', Number], e: ['last_error', json] },
  'rate_limit.exceeded': OF_LIMITS,
  'rate_limit.released': OF_LIMITS,
  'rate_limit.dropped': OF_LIMITS,
  'rate_limit.dynamic_adjusted': { k: ['key', text], u: ['until', moment] },
  'cron.triggered': { at: ['actual_time', moment], s: ['scheduled_time', moment], t: ['scheduled_at', moment] },
  'cron.skipped': { s: ['scheduled_time', moment], t: ['scheduled_at', moment] },
  'job.expired': { c: ['created_at', moment], x: ['expired_at', moment], t: ['ttl_ms', Number] },
};

/** `data` of an event, from what its line says. */
export function dataOf(
  type: EventType,
  queue: string,
  job: string,
  fields: Readonly<Record<string, string>>,
): Record<string, unknown> {
  const data: Record<string, unknown> = {};
  const ofJob = type.startsWith('job.') || type.startsWith('dead_letter.');
  if (ofJob && job !== '-') data.job_type = job;
  if (ofJob || type.startsWith('queue.')) data.queue = queue;
  const attributes = { ...COMMON, ...PARTICULAR[type] };
  for (const [field, value] of Object.entries(fields)) {
    const attribute = attributes[field];
    if (attribute !== undefined && value !== '') data[attribute[0]] = attribute[1](value);
  }
  return fields.j === undefined ? data : Object.assign(data, json(fields.j));
}

const CHANGES: { readonly [T in EventType]?: { readonly from?: JobState; readonly to: JobState } } = {
  'job.enqueued': { to: 'available' },
  'job.scheduled': { to: 'scheduled' },
  'job.started': { from: 'available', to: 'active' },
  'job.completed': { from: 'active', to: 'completed' },
  'job.retrying': { from: 'active', to: 'retryable' },
  'job.discarded': { from: 'active', to: 'discarded' },
  'job.cancelled': { to: 'cancelled' },
  'job.expired': { to: 'discarded' },
};

/**
 * From which state to which an event tells of; undefined where the job was new or stayed where it was.
 * @param before what the line says of the state before (`f`), where the type alone does not tell.
 */
export function stateChangeOf(
  type: EventType,
  before: string | undefined,
): { readonly from: string; readonly to: JobState } | undefined {
  const change = CHANGES[type];
  const from = before ?? change?.from;
  return change === undefined || from === undefined ? undefined : { from, to: change.to };
}
