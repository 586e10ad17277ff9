import type { Finding } from './finding.ts';

/**
 * Whether each principal's workers are as many as were counted (lua/workers.lua). Pure.
 * @param members `principal id` of each worker @param counts principal → how many
 */
export function checkWorkers(
  tenant: string,
  members: Iterable<string>,
  counts: ReadonlyMap<string, string>,
): Finding[] {
  const found = new Map<string, number>();
  for (const member of members) {
    const principal = member.slice(0, member.indexOf(' '));
    found.set(principal, (found.get(principal) ?? 0) + 1);
  }
  return [...new Set([...found.keys(), ...counts.keys()])]
    .filter((principal) => Number(counts.get(principal) ?? 0) !== (found.get(principal) ?? 0))
    .map((principal) => ({
      rule: 'workers are miscounted',
      tenant,
      detail: `${counts.get(principal) ?? 0}, not ${found.get(principal) ?? 0}`,
    }));
}
