import type { Finding, Judge } from './finding.ts';
import { ENDS, logOf } from './log.ts';

/** At no moment are there two jobs of one uniqueness key that have not ended. */
export const judgeUnique: Judge = function* ({ ledger }): Iterable<Finding> {
  const open = new Map<string, Set<string>>();
  for (const { type, subject, id } of logOf(ledger)) {
    const key = ledger.uniqueKeys.get(subject);
    if (key === undefined) continue;
    const jobs = open.get(key) ?? new Set();
    open.set(key, jobs);
    if (type in ENDS) jobs.delete(subject);
    else if (type === 'job.enqueued' || type === 'job.scheduled') jobs.add(subject);
    if (jobs.size > 1) yield { kind: 'doubled', what: `unique jobs ${[...jobs].join(' and ')} of ${key}, at ${id}` };
  }
};
