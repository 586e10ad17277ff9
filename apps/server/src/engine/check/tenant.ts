import { JOB_STATES, type JobState, type QueueCounts } from '@ojs/schema';
import type { RedisClient } from '../../redis/connect.ts';
import { tenantSpace } from '../../redis/keyspace.ts';
import { checkCheckpoints } from './checkpoints.ts';
import { checkCrons } from './crons.ts';
import type { Finding, Rule } from './finding.ts';
import type { TenantInventory } from './inventory.ts';
import { readLimits } from './limits.ts';
import { readFields, readHash, readList, readScores, readTexts } from './reader.ts';
import { checkQueue, LOOKED_AT, type LookedAt, placesOf, type QueueSnapshot, stateIn } from './rules.ts';
import { readStats } from './stats.ts';
import { checkUnique, uniqueJobsOf } from './unique.ts';
import { checkWebhooks } from './webhooks.ts';
import { checkWorkers } from './workers.ts';
import { checkWorkflows } from './workflows.ts';

/** What a tenant has, as counted from its jobs. */
export interface TenantSummary {
  readonly tenant: string;
  readonly queues: number;
  readonly jobs: number;
  readonly counts: QueueCounts;
  readonly deadLetters: number;
}

const noCounts = (): Record<JobState, number> =>
  Object.fromEntries(JOB_STATES.map((state) => [state, 0])) as Record<JobState, number>;

function recount(snapshot: QueueSnapshot): Record<JobState, number> {
  const counts = noCounts();
  for (const [id, places] of placesOf(snapshot)) for (const place of places) counts[stateIn(snapshot, id, place)]++;
  return counts;
}

/** Checks all that belongs to one tenant; reads in chunks, holds the names and moments of one tenant in memory. */
export async function checkTenant(
  client: RedisClient,
  inventory: TenantInventory,
  isRegistered: boolean,
): Promise<{ findings: Finding[]; summary: TenantSummary }> {
  const { tenant } = inventory;
  const { prefix } = tenantSpace(tenant);
  const findings: Finding[] = [];
  const found = (rule: Rule, more: Partial<Finding> = {}): number => findings.push({ rule, tenant, ...more });

  /** A key of another type than ours is a finding, and counts as empty. */
  async function guarded<T>(key: string, empty: T, read: (client: RedisClient, key: string) => Promise<T>): Promise<T> {
    try {
      return await read(client, key);
    } catch (error) {
      if (!(error instanceof Error && /^WRONGTYPE/.test(error.message))) throw error;
      found('wrong type of key', { detail: key.slice(prefix.length) });
      return empty;
    }
  }
  const stats = (queue: string): Promise<QueueCounts | undefined> =>
    guarded(`${prefix}:${queue}`, undefined, () => readStats(client, tenant, queue));
  const scores = (key: string): Promise<Map<string, number>> => guarded(key, new Map(), readScores);

  async function snapshotOf(queue: string, ids: ReadonlySet<string>): Promise<QueueSnapshot> {
    const bull = (name: string): string => `${prefix}:${queue}:${name}`;
    const hashes = [...ids];
    const fields = await readFields(client, hashes.map(bull), LOOKED_AT);
    const jobs = new Map<string, LookedAt>();
    hashes.forEach((id, i) => {
      const values = fields[i]!;
      // Without any field, the job was removed since the scan.
      if (values.some((value) => value !== null)) {
        jobs.set(id, Object.fromEntries(LOOKED_AT.map((name, n) => [name, values[n] ?? null])) as LookedAt);
      }
    });
    return {
      tenant,
      queue,
      jobs,
      index,
      timers,
      active: await guarded(bull('active'), [], readList),
      places: {
        prioritized: await scores(bull('prioritized')),
        delayed: await scores(bull('delayed')),
        'waiting-children': await scores(bull('waiting-children')),
        completed: await scores(bull('completed')),
        failed: await scores(bull('failed')),
      },
      marks: {
        retryable: await scores(`${prefix}/retryable/${queue}`),
        limited: await scores(`${prefix}/limited/${queue}`),
        cancelled: await scores(`${prefix}/cancelled/${queue}`),
        dead: await scores(`${prefix}/dead/${queue}`),
      },
    };
  }

  const registered = await guarded(`${prefix}/queues`, new Map<string, string>(), readHash);
  const index = await guarded(`${prefix}/index`, new Map<string, string>(), readHash);
  const timers = await scores(`${prefix}/timers`);
  if (!isRegistered && inventory.hasJobs) found('tenant is not registered');

  const total = noCounts();
  const exists = new Set<string>();
  const snapshots: QueueSnapshot[] = [];
  const unique = new Map<string, ReturnType<typeof uniqueJobsOf>[number][1]>();
  const jobs = new Map<string, boolean>();
  let deadLetters = 0;
  for (const queue of new Set([...registered.keys(), ...inventory.queues.keys()])) {
    if (!registered.has(queue)) found('queue is not registered', { queue });
    const before = await stats(queue);
    const snapshot = await snapshotOf(queue, inventory.queues.get(queue) ?? new Set());
    const after = await stats(queue);
    findings.push(...checkQueue(snapshot));
    snapshots.push(snapshot);
    findings.push(...(await checkCheckpoints(client, prefix, snapshot, inventory.checkpoints)));
    for (const id of snapshot.jobs.keys()) exists.add(id);
    for (const [id, job] of uniqueJobsOf(snapshot)) unique.set(id, job);
    for (const [id, [place]] of placesOf(snapshot)) jobs.set(id, place !== 'completed' && place !== 'failed');
    const counts = recount(snapshot);
    for (const state of JOB_STATES) {
      total[state] += counts[state];
      const told = after?.[state];
      // While a queue changes, its jobs and its statistics cannot be read at one moment.
      if (told !== undefined && told === before?.[state] && told !== counts[state]) {
        found('statistics disagree', { queue, detail: `${told} ${state}, counted ${counts[state]}` });
      }
    }
    deadLetters += snapshot.marks.dead.size;
  }

  findings.push(...(await readLimits(client, tenant, inventory.limits, snapshots, timers)));
  for (const [job, queue] of index) if (!exists.has(job)) found('index entry without job', { queue, job });
  for (const job of inventory.checkpoints) if (!exists.has(job)) found('checkpoint without job', { job });
  // What the server has to do besides (kind/name) is checked where its record is.
  for (const job of timers.keys())
    if (!job.includes('/') && !exists.has(job)) found('timer without need', { job, detail: 'no such job' });
  const records = await readTexts(
    client,
    inventory.uniqueKeys.map((key) => `${prefix}/unique/${key}`),
  );
  const keys = inventory.uniqueKeys.map((key, i) => [key, records[i] ?? ''] as const);
  findings.push(...checkUnique(tenant, new Map(keys), unique));
  await checkWorkflows(client, { prefix, timers, jobs }, inventory.workflows, (rule, workflow, detail) =>
    found(rule, { workflow, ...(detail !== undefined && { detail }) }),
  );
  const crons = await guarded(`${prefix}/crons`, new Map<string, string>(), readHash);
  findings.push(...(await checkCrons(client, inventory, crons, timers)));
  for (const key of inventory.workers) {
    if ((await client.pttl(key)) === -1) found('worker bound for ever', { detail: key.slice(prefix.length) });
  }
  const counts = await guarded(`${prefix}/worker-counts`, new Map<string, string>(), readHash);
  findings.push(...checkWorkers(tenant, (await scores(`${prefix}/workers`)).keys(), counts));
  findings.push(...(await checkWebhooks(client, tenant, inventory.webhooks, timers)));
  return { findings, summary: { tenant, queues: registered.size, jobs: index.size, counts: total, deadLetters } };
}
