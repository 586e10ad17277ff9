import { TERMINAL_STATES } from '@ojs/schema';
import type { Finding } from './finding.ts';
import { placesOf, type QueueSnapshot, stateIn } from './rules.ts';

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

/**
 * Every rule that concerns uniqueness keys. Pure.
 * @param records of each key: id, moment of creation, queue, id, ...
 */
export function checkUnique(
  tenant: string,
  records: ReadonlyMap<string, string>,
  jobs: ReadonlyMap<string, UniqueJob>,
): Finding[] {
  const findings: Finding[] = [];
  const holders = new Map<string, Set<string>>();
  for (const [key, record] of records) {
    const words = record.split(' ');
    const ids = words.filter((_, i) => i % 3 === 0);
    holders.set(key, new Set(ids));
    ids.forEach((job, i) => {
      const known = jobs.get(job);
      if (known?.key !== key || known.queue !== words[i * 3 + 2]) {
        findings.push({ rule: 'unique key of no such job', tenant, job });
      }
    });
  }
  for (const [job, { key, queue, hasEnded }] of jobs) {
    const ids = holders.get(key);
    if (hasEnded || ids?.has(job) || (ids?.size ?? 0) >= REMEMBERED) continue;
    findings.push({ rule: 'unique job not under its key', tenant, queue, job });
  }
  return findings;
}
