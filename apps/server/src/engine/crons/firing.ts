import { formatTimestamp } from '@ojs/schema';
import type { Caller } from '../caller.ts';
import { pushArguments } from '../job-record.ts';
import type { NewJob } from '../new-job.ts';
import type { Rights } from '../rights.ts';
import type { Argument } from '../scripts.ts';
import { rightsArguments } from '../unique/unique.ts';
import type { Cron, JobTemplate } from './crons.ts';
import { planAfter, type Schedule } from './schedule.ts';

/** A firing as it was decided on; cron-fire.lua finds out whether the entry is still the same. */
export interface Firing {
  readonly cron: Cron;
  /** For whom the job is added. */
  readonly caller: Caller;
  /** By hand: besides the schedule, which goes on as it would have. */
  readonly byHand: boolean;
  /** When it was to be. */
  readonly tick: number;
  /** Undefined: the owner may not. */
  readonly job: NewJob | undefined;
  readonly next?: number;
  readonly gap?: number;
  readonly missed: number;
  /** Queues besides its own where jobs stand in the way of a unique one. */
  readonly others: ReadonlySet<string>;
}

const ONE_AFTER_THE_OTHER: ReadonlySet<string> = new Set(['enqueue', 'queue']);

/**
 * The job of one firing. It says which entry it came of (ojs-cron §6.3) in both of the places that clients look at. Where each is to
 * wait for the one before, it has a limit of one at a time.
 */
export function jobAt(
  { name, overlap, job: template }: Pick<Cron, 'name' | 'overlap' | 'job'>,
  tick: number,
  id: string,
): NewJob {
  const { delayMs, lifeMs, ...job }: JobTemplate = template;
  const moment = (ms: number): { ms: number; text: string } => ({ ms, text: formatTimestamp(ms) });
  const origin = { cron_name: name, cron_triggered_at: formatTimestamp(tick) };
  const waits = job.rateLimit === undefined && ONE_AFTER_THE_OTHER.has(overlap);
  return {
    ...job,
    id,
    meta: { ...job.meta, ...origin },
    metadata: { ...job.metadata, ...origin },
    ...(waits && { rateLimit: { key: `cron:${name}`, concurrency: 1 } }),
    ...(delayMs !== undefined && { scheduledAt: moment(tick + delayMs) }),
    ...(lifeMs !== undefined && { expiresAt: moment(tick + lifeMs) }),
  };
}

/** What is known when it is decided: the time, the owner's rights, an id for the job. */
export interface Known {
  readonly now: number;
  readonly id: string;
  readonly epoch: string;
  readonly may: Rights['may'];
  readonly others: ReadonlySet<string>;
}

/** What is to be done with an entry that is due; undefined: it is not, any more. Pure. */
export function decide(cron: Cron, schedule: Schedule, { now, id, epoch, may, others }: Known): Firing | undefined {
  const tick = cron.next;
  if (!cron.enabled || tick === undefined || tick > now) return undefined;
  const { next, missed } = planAfter(schedule, tick, now);
  return {
    cron,
    caller: { principal: cron.owner, epoch, may },
    byHand: false,
    tick,
    job: may('enqueue', cron.job.queue, { type: cron.job.type }) ? jobAt(cron, tick, id) : undefined,
    missed,
    others,
    ...(next !== undefined && { next: next.at }),
    ...(next?.gap !== undefined && { gap: next.gap }),
  };
}

/** By another word for the same (ojs-extension-interactions §13). */
const POLICIES: Readonly<Record<string, string>> = { replace: 'cancel_previous', queue: 'enqueue' };

/** The arguments of a firing for cron-fire.lua. */
export function firingArguments({ cron, caller, byHand, tick, job, next, gap, missed, others }: Firing): Argument[] {
  return [
    cron.name,
    caller.epoch,
    cron.revision,
    byHand ? '' : tick,
    tick,
    POLICIES[cron.overlap] ?? cron.overlap,
    next ?? '',
    gap ?? '',
    missed,
    cron.expression,
    cron.timezone,
    cron.job.type,
    ...(job === undefined
      ? ['permission_denied']
      : ['', ...rightsArguments(caller, new Set([job.queue]), others), ...pushArguments(job, caller.principal)]),
  ];
}
