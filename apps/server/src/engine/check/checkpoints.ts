import type { RedisClient } from '../../redis/connect.ts';
import type { Finding, Rule } from './finding.ts';
import { placesOf, type QueueSnapshot, stateIn } from './rules.ts';

const ENDED: ReadonlySet<string> = new Set(['completed', 'cancelled', 'discarded']);

/** Whether the job needs its checkpoint, for its next attempt or as a dead letter; undefined where it is in no place. */
function needs(snapshot: QueueSnapshot, id: string, places: ReturnType<typeof placesOf>): boolean | undefined {
  const [place] = places.get(id) ?? [];
  if (place === undefined) return undefined;
  return snapshot.marks.dead.has(id) || !ENDED.has(stateIn(snapshot, id, place));
}

/** Checkpoints (lua/checkpoints.lua) last as long as their jobs need them, and not for ever. */
export async function checkCheckpoints(
  client: RedisClient,
  prefix: string,
  snapshot: QueueSnapshot,
  checkpoints: readonly string[],
): Promise<Finding[]> {
  const { tenant, queue, jobs } = snapshot;
  const findings: Finding[] = [];
  const places = placesOf(snapshot);
  for (const job of checkpoints) {
    const record = jobs.get(job);
    if (record === undefined) continue;
    const found = (rule: Rule): number => findings.push({ rule, tenant, queue, job });
    const isNeeded = needs(snapshot, job, places);
    const left = await client.pttl(`${prefix}/checkpoint/${job}`);
    if (isNeeded === true && record.cp === null) found('checkpoint not handed out');
    if (isNeeded === true && left >= 0) found('checkpoint would be lost');
    if (isNeeded === false && left === -1) found('checkpoint kept for ever');
  }
  return findings;
}
