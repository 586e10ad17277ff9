import type { EngineSettings } from '../src/engine/index.ts';
import { openEngine } from './engine-harness.ts';

/**
 * What the sweeper does, when a test says so; and moments made to come at once, so that no test waits for Redis's clock.
 */
export interface Sweep {
  /** All that is due in the tenant is done. */
  now(tenant: string): Promise<void>;
  /** The moment that the job waits for (due time, end of its lease, end of its retention) has come. Then sweeps. */
  come(tenant: string, queue: string, id: string): Promise<void>;
  /** The lease has ended, and no sweeper looked yet. */
  endLease(tenant: string, queue: string, id: string): Promise<void>;
  /** The time to live of a job has ended, and no sweeper looked yet. */
  endLife(tenant: string, queue: string, id: string): Promise<void>;
  close(): Promise<void>;
}

const PAST = 1_000_000_000_000;

export async function createSweep(url: string, settings: Partial<EngineSettings> = {}): Promise<Sweep> {
  const { engine, redis, close } = await openEngine(url, settings, false);
  const { client } = redis;
  const timers = (tenant: string): string => `{ojs:${tenant}}/timers`;
  const now = (tenant: string): Promise<void> => engine.sweep(tenant);
  const endLease = async (tenant: string, queue: string, id: string): Promise<void> => {
    await client.hset(`{ojs:${tenant}}:${queue}:${id}`, 'le', PAST);
    await client.zadd(timers(tenant), PAST, id);
  };

  return {
    now,
    endLease,
    async come(tenant, queue, id) {
      if (await client.hexists(`{ojs:${tenant}}:${queue}:${id}`, 'lo')) await endLease(tenant, queue, id);
      else await client.zadd(timers(tenant), PAST, id);
      await now(tenant);
    },
    async endLife(tenant, queue, id) {
      await client.hset(`{ojs:${tenant}}:${queue}:${id}`, 'exp', PAST);
      await client.zadd(timers(tenant), PAST, id);
    },
    close,
  };
}
