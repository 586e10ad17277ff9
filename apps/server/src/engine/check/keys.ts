import { systemSpace } from '../../redis/keyspace.ts';

/** Where BullMQ keeps jobs of a queue; each job is in exactly one. `active` is a list, the others are sorted sets. */
export const PLACES = ['prioritized', 'delayed', 'waiting-children', 'active', 'completed', 'failed'] as const;
export type Place = (typeof PLACES)[number];

/** Sets of ours beside a place, that tell two states of it apart. */
export const MARKS = ['retryable', 'limited', 'cancelled', 'dead'] as const;
export type Mark = (typeof MARKS)[number];

/** What a key is, by its name alone. */
export type KeyMeaning =
  /** Of something else that shares the Redis. */
  | { readonly kind: 'foreign' }
  /** Ours, and of no tenant or without a rule beyond its name. */
  | { readonly kind: 'system' }
  | { readonly kind: 'tenant'; readonly tenant: string }
  | { readonly kind: 'worker'; readonly tenant: string }
  /** Of a rate limit; `name` is what follows the tenant's prefix. */
  | { readonly kind: 'limit'; readonly tenant: string; readonly name: string }
  /** The jobs with a uniqueness key. */
  | { readonly kind: 'unique'; readonly tenant: string; readonly key: string }
  | { readonly kind: 'workflow'; readonly tenant: string; readonly id: string; readonly part: string }
  | { readonly kind: 'cron'; readonly tenant: string; readonly name: string }
  | { readonly kind: 'checkpoint'; readonly tenant: string; readonly id: string }
  /** Of webhooks: `name` is what follows the tenant's prefix. */
  | { readonly kind: 'webhook'; readonly tenant: string; readonly name: string }
  | { readonly kind: 'queue'; readonly tenant: string; readonly queue: string }
  | { readonly kind: 'job'; readonly tenant: string; readonly queue: string; readonly id: string }
  /** BullMQ's own places for jobs without a priority, where ours never go. */
  | { readonly kind: 'bypass'; readonly tenant: string; readonly queue: string; readonly name: string }
  | { readonly kind: 'unknown'; readonly tenant: string; readonly queue?: string; readonly name: string };

const SYSTEM: ReadonlySet<string> = new Set(Object.values(systemSpace));
const TENANT = new Set(['index', 'timers', 'events', 'queues', 'epoch', 'workflows', 'crons']);
/** Of workers, beside their records; they end by themselves as those do. */
const WORKERS = new Set(['workers', 'worker-counts']);
const QUEUE = new Set<string>([...PLACES, 'meta', 'pc']);
const LIMIT = new Set(['running', 'waiting', 'groups', 'rate', 'throttle', 'held', 'later']);
const BYPASS = new Set(['wait', 'paused']);

const JOB_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const WORKFLOW = /^([0-9a-f-]{36})(?:\/(steps|nodes|results|ends))?$/;
const OWN = /^\{ojs:([^{}]+)\}\/([^/]+)(?:\/(.+))?$/s;
const BULL = /^\{ojs:([^{}]+)\}:([^:]+):(.+)$/s;

const WEBHOOK = new Set(['webhooks', 'webhook-cursor']);
const OF_WEBHOOK = new Set(['webhook', 'webhook-due', 'webhook-log', 'delivery']);

function meaningOfOwn(tenant: string, name: string, rest: string | undefined): KeyMeaning {
  if (rest === undefined ? WEBHOOK.has(name) : OF_WEBHOOK.has(name)) {
    return { kind: 'webhook', tenant, name: rest === undefined ? name : `${name}/${rest}` };
  }
  if (rest === undefined && TENANT.has(name)) return { kind: 'tenant', tenant };
  if (rest !== undefined ? name === 'worker' : WORKERS.has(name)) return { kind: 'worker', tenant };
  if (rest !== undefined && LIMIT.has(name)) return { kind: 'limit', tenant, name: `${name}/${rest}` };
  if (rest !== undefined && name === 'unique') return { kind: 'unique', tenant, key: rest };
  const workflow = name === 'workflow' ? WORKFLOW.exec(rest ?? '') : null;
  if (workflow) return { kind: 'workflow', tenant, id: workflow[1]!, part: workflow[2] ?? '' };
  if (rest !== undefined && name === 'cron' && /^[^/]+(\/history)?$/.test(rest))
    return { kind: 'cron', tenant, name: rest };
  if (rest !== undefined && name === 'checkpoint') return { kind: 'checkpoint', tenant, id: rest };
  if (rest !== undefined && MARKS.some((mark) => mark === name)) return { kind: 'queue', tenant, queue: rest };
  return { kind: 'unknown', tenant, name: rest === undefined ? name : `${name}/${rest}` };
}

function meaningOfBull(tenant: string, queue: string, name: string): KeyMeaning {
  if (QUEUE.has(name)) return { kind: 'queue', tenant, queue };
  if (BYPASS.has(name)) return { kind: 'bypass', tenant, queue, name };
  if (JOB_ID.test(name)) return { kind: 'job', tenant, queue, id: name };
  return { kind: 'unknown', tenant, queue, name };
}

/** What a key of Redis means in our key space (lua/places.lua, src/redis/keyspace.ts). */
export function meaningOf(key: string): KeyMeaning {
  if (!key.startsWith('{ojs')) return { kind: 'foreign' };
  if (SYSTEM.has(key) || [...SYSTEM].some((known) => key.startsWith(`${known}/`))) return { kind: 'system' };
  const own = OWN.exec(key);
  if (own) return meaningOfOwn(own[1]!, own[2]!, own[3]);
  const bull = BULL.exec(key);
  if (bull) return meaningOfBull(bull[1]!, bull[2]!, bull[3]!);
  return key.startsWith('{ojs}') || key.startsWith('{ojs:')
    ? { kind: 'unknown', tenant: '', name: key }
    : { kind: 'foreign' };
}
