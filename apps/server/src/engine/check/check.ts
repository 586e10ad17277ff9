import { setTimeout as sleep } from 'node:timers/promises';
import type { RedisClient } from '../../redis/connect.ts';
import { systemSpace } from '../../redis/keyspace.ts';
import { type Finding, sameFault } from './finding.ts';
import { takeInventory } from './inventory.ts';
import { checkTenant, type TenantSummary } from './tenant.ts';

export { type Finding, lineOf, RULES, type Rule } from './finding.ts';
export type { TenantSummary } from './tenant.ts';

export interface Checked {
  readonly findings: readonly Finding[];
  readonly tenants: readonly TenantSummary[];
}

/**
 * Checks what must hold at every moment (the invariants of the engine) over the whole key space, of every tenant and on
 * every master. Reads only, in chunks. While a server works, jobs move between two reads: {@link checkLive}.
 */
export async function checkKeySpace(client: RedisClient): Promise<Checked> {
  const { tenants, findings } = await takeInventory(client);
  const registered = new Set(await client.smembers(systemSpace.tenants));
  const all: Finding[] = [...findings];
  const summaries: TenantSummary[] = [];
  for (const name of [...tenants.keys()].sort()) {
    const { findings: more, summary } = await checkTenant(client, tenants.get(name)!, registered.has(name));
    all.push(...more);
    summaries.push(summary);
  }
  return { findings: all, tenants: summaries };
}

/** The same while servers work: only what is found in each of several looks is a fault. */
export async function checkLive(client: RedisClient, looks = 3, pauseMs = 300): Promise<Checked> {
  let checked = await checkKeySpace(client);
  for (let look = 1; look < looks && checked.findings.length > 0; look++) {
    await sleep(pauseMs);
    const again = await checkKeySpace(client);
    const before = new Set(checked.findings.map(sameFault));
    checked = { ...again, findings: again.findings.filter((finding) => before.has(sameFault(finding))) };
  }
  return checked;
}
