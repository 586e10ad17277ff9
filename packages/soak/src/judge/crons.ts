import type { CronFiring } from '@ojs/client';
import { type Finding, grouped, type Judge } from './finding.ts';

const SECOND = 1_000;
/** More firings than these are not counted after a downtime. */
const MISSED_MAX = 100;
/** How late a firing may be: all servers may just have been down, and the machine has much else to do. */
const PATIENCE_MS = 15_000;

/** When the firing after this one is due, of an entry that fires every second. */
const nextOf = ({ scheduled_at, missed = 0 }: CronFiring): number => Date.parse(scheduled_at) + (missed + 1) * SECOND;

/** Each second one firing, none left out and none twice; each job of an entry came of one firing. */
export const judgeCrons: Judge = function* ({ ledger }): Iterable<Finding> {
  const jobs = new Map<string, string>();
  for (const [name, known] of ledger.firings) {
    for (const [at, times] of grouped(known.values(), ({ scheduled_at }) => scheduled_at))
      if (times.length > 1) yield { kind: 'doubled', what: `${name} fired ${times.length} times for ${at}` };
    const firings = [...known.values()].sort((a, b) => Date.parse(a.scheduled_at) - Date.parse(b.scheduled_at));
    for (const [i, firing] of firings.entries()) {
      const next = firings[i + 1];
      const due = nextOf(firing);
      const isTold = (firing.missed ?? 0) < MISSED_MAX;
      if (next && isTold && Date.parse(next.scheduled_at) > due)
        yield { kind: 'lost', what: `${name} did not fire for ${new Date(due).toISOString()}` };
      if (next && Date.parse(next.scheduled_at) < due)
        yield {
          kind: 'doubled',
          what: `${name} fired for ${next.scheduled_at}, which ${firing.scheduled_at} stood for`,
        };
      if (firing.outcome === 'triggered' && firing.job_id) jobs.set(firing.job_id, name);
    }
    const last = firings.at(-1);
    if (last === undefined || nextOf(last) < ledger.cronsEnd - PATIENCE_MS)
      yield { kind: 'stuck', what: `${name} fired last for ${last?.scheduled_at}` };
  }
  for (const { cron, id } of ledger.begun)
    if (cron !== undefined && ledger.firings.has(cron) && jobs.get(id) !== cron)
      yield { kind: 'doubled', what: `job ${id} of ${cron} came of no firing that is known` };
};
