import { TERMINAL_STATES } from '@ojs/schema';
import type { Finding } from './check-finding.ts';
import { placesOf, type QueueSnapshot, stateIn } from './check-rules.ts';

/** Of so many jobs under one key that have not ended, the oldest may be forgotten (lua/unique.lua). */
const REMEMBERED = 8;

interface UniqueJob {
  readonly queue: string;
  readonly key: string;
  readonly hasEnded: boolean;
}

/** The jobs of a queue that carry a uniqueness key, by id. */
export function uniqueJobsOf(snapshot: QueueSnapshot): [id: string, job: UniqueJob][] {
  const places = placesOf(snapshot);
  const found: [string, UniqueJob][] = [];
  for (const [id, { uk }] of snapshot.jobs) {
    if (uk === null) continue;
    const place = places.get(id)?.[0];
    const hasEnded = place !== undefined && TERMINAL_STATES.has(stateIn(snapshot, id, place));
    found.push([id, { queue: snapshot.queue, key: uk, hasEnded }]);
  }
  return found;
}

/** Every rule that concerns uniqueness keys. Pure. */
export function checkUnique(
  tenant: string,
  keys: ReadonlyMap<string, ReadonlySet<string>>,
  jobs: ReadonlyMap<string, UniqueJob>,
): Finding[] {
  const findings: Finding[] = [];
  for (const [key, ids] of keys) {
    for (const job of ids) {
      if (jobs.get(job)?.key !== key) findings.push({ rule: 'unique key of no such job', tenant, job });
    }
  }
  for (const [job, { key, queue, hasEnded }] of jobs) {
    const ids = keys.get(key);
    if (hasEnded || ids?.has(job) || (ids?.size ?? 0) >= REMEMBERED) continue;
    findings.push({ rule: 'unique job not under its key', tenant, queue, job });
  }
  return findings;
}
