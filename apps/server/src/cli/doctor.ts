import { JOB_STATES } from '@ojs/schema';
import { checkLive, lineOf, type TenantSummary } from '../engine/check/check.ts';
import type { Connections } from '../redis/connect.ts';

const SHOWN = 200;

function summaryOf({ tenant, queues, jobs, counts, deadLetters }: TenantSummary): string {
  const states = JOB_STATES.filter((state) => counts[state] > 0).map((state) => `${counts[state]} ${state}`);
  const dead = deadLetters > 0 ? [`${deadLetters} dead letters`] : [];
  return `tenant ${tenant}: queues ${queues}, jobs ${jobs}${[...states, ...dead].map((part) => `, ${part}`).join('')}`;
}

/**
 * `ojs-server doctor`: checks the whole key space, also while servers work, and tells what it found, a line each.
 * @returns the exit code: 0 when all is sound, 1 when something is not.
 */
export async function runDoctor(redis: Connections, out: (line: string) => void): Promise<number> {
  const { findings, tenants } = await checkLive(redis.client);
  for (const summary of tenants) out(summaryOf(summary));
  if (findings.length === 0) {
    out('The key space is sound.');
    return 0;
  }
  for (const finding of findings.slice(0, SHOWN)) out(lineOf(finding));
  if (findings.length > SHOWN) out(`and ${findings.length - SHOWN} more`);
  out(
    `${findings.length} findings. Keep a copy of the data (BGSAVE) and report this; restarting servers repairs none of it.`,
  );
  return 1;
}
