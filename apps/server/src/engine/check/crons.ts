import type { RedisClient } from '../../redis/connect.ts';
import { tenantSpace } from '../../redis/keyspace.ts';
import { keyOf } from '../crons/record.ts';
import type { Finding, Rule } from './finding.ts';
import type { TenantInventory } from './inventory.ts';
import { readFields } from './reader.ts';
import { isScope } from './scope.ts';

const FIELDS = ['def', 'rev', 'by', 'on', 'queue', 'next', 'created', 'count', 'scope'] as const;
type Entry = Readonly<Record<(typeof FIELDS)[number], string | null>>;

/** A timer is later than what it waits for only while somebody has claimed it (sweep.lua): for a second. */
const CLAIMED_MS = 10_000;

function checkEntry(entry: Entry, listed: string | undefined, timer: number | undefined, now: number): Rule[] {
  const { next, scope, ...needed } = entry;
  if (Object.values(needed).includes(null) || !isScope(scope)) return ['cron entry is incomplete'];
  const rules: Rule[] = [];
  if (listed !== `${entry.on} ${entry.queue}`) rules.push('cron entry is not listed');
  const due = entry.on === '1' && next ? Number(next) : undefined;
  if (due === undefined && timer !== undefined) rules.push('cron timer without need');
  if (due !== undefined && timer === undefined) rules.push('cron entry without timer');
  if (due !== undefined && timer !== undefined && timer !== due && timer > now + CLAIMED_MS) {
    rules.push('cron entry with a wrong timer');
  }
  return rules;
}

/** Every rule that concerns the cron entries of one tenant (lua/cron-save.lua). */
export async function checkCrons(
  client: RedisClient,
  { tenant, crons: { entries, histories } }: TenantInventory,
  listed: ReadonlyMap<string, string>,
  timers: ReadonlyMap<string, number>,
): Promise<Finding[]> {
  const { prefix } = tenantSpace(tenant);
  const findings: Finding[] = [];
  const names = [...entries];
  const read = await readFields(
    client,
    names.map((name) => keyOf(prefix, name)),
    FIELDS,
  );
  const now = Date.now();
  names.forEach((cron, i) => {
    const values = read[i] ?? [];
    // Without any field, it was deleted since the scan.
    if (values.every((value) => value === null)) return;
    const entry = Object.fromEntries(FIELDS.map((field, n) => [field, values[n] ?? null])) as Entry;
    for (const rule of checkEntry(entry, listed.get(cron), timers.get(`cron/${cron}`), now)) {
      findings.push({ rule, tenant, cron });
    }
  });
  const missing = (cron: string, detail: string): void => {
    if (!entries.has(cron)) findings.push({ rule: 'cron entry does not exist', tenant, cron, detail });
  };
  for (const cron of listed.keys()) missing(cron, 'listed');
  for (const cron of histories) missing(cron, 'has a history');
  for (const timer of timers.keys()) if (timer.startsWith('cron/')) missing(timer.slice('cron/'.length), 'has a timer');
  return findings;
}
