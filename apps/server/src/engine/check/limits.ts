import type { RedisClient } from '../../redis/connect.ts';
import { tenantSpace } from '../../redis/keyspace.ts';
import type { Finding, Rule } from './finding.ts';
import { readFields, readScores } from './reader.ts';
import type { QueueSnapshot } from './rules.ts';

/** What the keys of a tenant's limits say (lua/limits.lua). */
export interface LimitsSnapshot {
  readonly tenant: string;
  /** By key: the ids that count as active. */
  readonly running: ReadonlyMap<string, ReadonlySet<string>>;
  /** By `key/policy queue`: the ids that wait, with their turns. */
  readonly waiting: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** By key: the groups that wait. */
  readonly groups: ReadonlyMap<string, ReadonlySet<string>>;
  readonly timers: ReadonlyMap<string, number>;
  /** By id: the key and the policy of each job that has a limit, and where it is. */
  readonly jobs: ReadonlyMap<string, LimitedJob>;
}

interface LimitedJob {
  readonly queue: string;
  readonly key: string;
  readonly policy: string;
  readonly isActive: boolean;
  /** Its turn in the row of those that were put aside, if it was. */
  readonly aside: number | undefined;
}

const groupOf = ({ key, policy, queue }: LimitedJob): string => `${key}/${policy} ${queue}`;

/** Every rule that concerns limits. Pure. */
export function checkLimits({ tenant, running, waiting, groups, timers, jobs }: LimitsSnapshot): Finding[] {
  const findings: Finding[] = [];
  const found = (rule: Rule, detail: string, job?: string): void => {
    findings.push({ rule, tenant, detail, ...(job === undefined ? {} : { job }) });
  };
  for (const [id, job] of jobs) {
    if (job.isActive && !running.get(job.key)?.has(id)) found('active but not counted by its limit', job.key, id);
    const turn = waiting.get(groupOf(job))?.get(id);
    if (job.aside !== turn) found('put aside but not waiting', `${turn}, not ${job.aside}`, id);
  }
  for (const [key, ids] of running) {
    for (const id of ids) if (!jobs.get(id)?.isActive) found('counted by a limit but not active', key, id);
  }
  for (const [name, ids] of waiting) {
    for (const id of ids.keys()) {
      const job = jobs.get(id);
      if (!job || groupOf(job) !== name) found('waits for a limit that is not its own', name, id);
    }
    const slash = name.indexOf('/');
    if (!groups.get(name.slice(0, slash))?.has(name.slice(slash + 1))) found('group of a limit is not known', name);
  }
  for (const [key, names] of groups) {
    if (!timers.has(`limit/${key}`)) found('limit without timer', key);
    for (const name of names)
      if (!waiting.has(`${key}/${name}`)) found('group of a limit without jobs', `${key}/${name}`);
  }
  return findings;
}

/** Keys that count what has been; without an end they would stay for ever. */
const PASSING = ['rate/', 'throttle/', 'held/', 'later/'];

/** Reads the limits of a tenant. @param keys the names of all keys of its limits, after the prefix */
export async function readLimits(
  client: RedisClient,
  tenant: string,
  keys: readonly string[],
  queues: readonly QueueSnapshot[],
  timers: ReadonlyMap<string, number>,
): Promise<Finding[]> {
  const { prefix } = tenantSpace(tenant);
  const running = new Map<string, Set<string>>();
  const waiting = new Map<string, Map<string, number>>();
  const groups = new Map<string, Set<string>>();
  const findings: Finding[] = [];
  for (const name of keys) {
    const key = `${prefix}/${name}`;
    const rest = name.slice(name.indexOf('/') + 1);
    if (name.startsWith('running/')) running.set(rest, new Set(await client.smembers(key)));
    else if (name.startsWith('waiting/')) waiting.set(rest, await readScores(client, key));
    else if (name.startsWith('groups/')) groups.set(rest, new Set((await readScores(client, key)).keys()));
    else if (PASSING.some((kind) => name.startsWith(kind)) && (await client.pttl(key)) === -1) {
      findings.push({ rule: 'limit counts for ever', tenant, detail: name });
    }
  }
  const jobs = new Map<string, LimitedJob>();
  for (const { queue, jobs: ids, active, marks } of queues) {
    const names = [...ids.keys()];
    const fields = await readFields(
      client,
      names.map((id) => `${prefix}:${queue}:${id}`),
      ['lk', 'lp'],
    );
    const isActive = new Set(active);
    names.forEach((id, i) => {
      const [key, policy] = fields[i]!;
      if (!key || !policy) return;
      jobs.set(id, { queue, key, policy, isActive: isActive.has(id), aside: marks.limited.get(id) });
    });
  }
  return [...findings, ...checkLimits({ tenant, running, waiting, groups, timers, jobs })];
}
