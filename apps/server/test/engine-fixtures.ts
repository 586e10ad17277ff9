import type { Job, JobState } from '@ojs/schema';
import { Cluster } from 'ioredis';
import { v7 } from 'uuid';
import type { Engine, NewJob } from '../src/engine/engine.ts';
import type { RedisClient } from '../src/redis/connect.ts';
import { aJob, CALLER } from './engine-harness.ts';

/** A tenant that no other test uses, so that tests need not empty Redis. */
export const aTenant = (): string => `t-${v7()}`;

export const moment = (ms: number): { text: string; ms: number } => ({ ms, text: new Date(ms).toISOString() });

const LATER = 3_600_000;

/** Options of a job that will get into the state. */
const OPTIONS: Partial<Record<JobState, () => Partial<NewJob>>> = {
  scheduled: () => ({ scheduledAt: moment(Date.now() + LATER) }),
  pending: () => ({ pending: true }),
  retryable: () => ({ retry: { max_attempts: 3, initial_interval_ms: LATER, max_interval_ms: LATER } }),
};

/** Fetches one job of the queue; fails when there is none. */
export async function fetchOne(engine: Engine, tenant: string, queue: string, workerId = 'w1'): Promise<Job> {
  const [job] = await engine.fetch(tenant, CALLER, { queues: [queue], count: 1, workerId });
  if (!job) throw new Error(`no job in ${queue}`);
  return job;
}

/** Makes a job and brings it into the state. The queue must have no other job that is available. */
export async function jobIn(
  engine: Engine,
  tenant: string,
  state: JobState | 'dead',
  queue = 'default',
  more: Partial<NewJob> = {},
): Promise<Job> {
  const options = state === 'dead' ? { retry: { on_exhaustion: 'dead_letter' as const } } : OPTIONS[state]?.();
  const [pushed] = await engine.push(tenant, CALLER, [aJob({ queue, ...options, ...more })]);
  const { id } = pushed!;
  const claim = { id, queue };
  if (!['scheduled', 'pending', 'available', 'cancelled'].includes(state)) await fetchOne(engine, tenant, queue);
  if (state === 'completed') await engine.ack(tenant, CALLER, claim, 'done');
  if (state === 'retryable') await engine.nack(tenant, CALLER, claim, { message: 'try again' });
  if (state === 'discarded') await engine.nack(tenant, CALLER, claim, { message: 'never', retryable: false });
  if (state === 'dead') await engine.nack(tenant, CALLER, claim, { message: 'never', retryable: false });
  if (state === 'cancelled') await engine.cancel(tenant, CALLER, id, queue);
  const job = await engine.info(tenant, id);
  if (job?.state !== (state === 'dead' ? 'discarded' : state))
    throw new Error(`the job is ${job?.state}, not ${state}`);
  return job;
}

/** Empties a Redis, or each master of a cluster. */
export async function flush(client: RedisClient): Promise<void> {
  const nodes = client instanceof Cluster ? client.nodes('master') : [client];
  await Promise.all(nodes.map((node) => node.flushdb()));
}
