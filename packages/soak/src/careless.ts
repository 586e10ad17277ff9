import { setTimeout as sleep } from 'node:timers/promises';
import { createClient, isTransient, OjsError } from '@ojs/client';
import { type Fleet, TENANT } from './fleet.ts';
import { CARELESS } from './jobs.ts';
import type { Ledger } from './ledger.ts';
import type { Random } from './random.ts';

const LEASE_MS = 700;

/**
 * A worker without our SDK, which does not care whether it still has the lease of what it tells about, and tells twice. The server
 * has to. Resolves when the signal fires.
 */
export async function workCarelessly(
  { urls, authority, keys }: Fleet,
  ledger: Ledger,
  random: Random,
  signal: AbortSignal,
): Promise<void> {
  const client = createClient({ url: urls[0] ?? '', ca: authority.cert, tenant: TENANT, credential: keys.worker });
  const worker_id = 'careless';

  async function hear(error: unknown): Promise<void> {
    if (signal.aborted) return;
    // 409: the server noticed.
    if (error instanceof OjsError && error.status === 409) ledger.late++;
    else if (!isTransient(error)) ledger.broken.push(`careless worker: ${String(error)}`);
    else await sleep(200);
  }
  async function work(id: string, attempt: number): Promise<void> {
    await sleep(random.chance(0.4) ? LEASE_MS + random.between(0, 2_000) : random.between(0, 50));
    const body = { job_id: id, worker_id, attempt, result: { mark: worker_id } };
    for (let times = random.between(1, 2); times > 0; times--) {
      await client.call('ackJob', { body });
      ledger.hear({ told: 'completed', id, life: 0, attempt, sure: true });
    }
  }
  const body = { queues: [CARELESS], worker_id, visibility_timeout_ms: LEASE_MS, wait_ms: 500 };
  async function round(): Promise<void> {
    const { jobs } = await client.call('fetchJobs', { body: { ...body, count: random.between(1, 5) } }, { signal });
    for (const { id, attempt } of jobs) ledger.hear({ told: 'begun', id, life: 0, attempt, mark: `careless ${id}` });
    await Promise.all(jobs.map(({ id, attempt }) => work(id, attempt).catch(hear)));
  }
  while (!signal.aborted) await round().catch(hear);
  await client.close();
}
