import { type CronFiring, formatTimestamp } from '@ojs/schema';
import type { Scope } from '../rights.ts';
import type { Cron, CronDefinition } from './crons.ts';

/** The hash of an entry, as cron-save.lua describes it. */
export type CronHash = Readonly<Record<string, string>>;

export const keyOf = (prefix: string, name: string): string => `${prefix}/cron/${name}`;

const moment = (text: string | undefined): number | undefined => (text ? Number(text) : undefined);

export function cronOf(name: string, hash: CronHash): Cron | undefined {
  if (hash.def === undefined) return undefined;
  const next = moment(hash.next);
  const last = moment(hash.last);
  return {
    ...(JSON.parse(hash.def) as CronDefinition),
    name,
    revision: hash.rev ?? '',
    owner: hash.by ?? '',
    ...(hash.scope && { scope: JSON.parse(hash.scope) as Scope }),
    enabled: hash.on === '1',
    ...(next !== undefined && { next }),
    ...(last !== undefined && { last }),
    count: Number(hash.count ?? 0),
    created: Number(hash.created),
    updated: Number(hash.updated),
  };
}

/** A line of the history, as cron-fire.lua writes it. */
export function firingOf(line: string): CronFiring {
  const [scheduled, now, trigger, what, job = '-', missed] = line.split(' ');
  return {
    scheduled_at: formatTimestamp(Number(scheduled)),
    fired_at: formatTimestamp(Number(now)),
    trigger: trigger === 'm' ? 'manual' : 'schedule',
    outcome: what === 't' ? 'triggered' : 'skipped',
    ...(what !== 't' && { reason: what as CronFiring['reason'] }),
    ...(job !== '-' && { job_id: job }),
    ...(Number(missed) > 0 && { missed: Number(missed) }),
  };
}
