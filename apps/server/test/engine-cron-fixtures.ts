import type { CronDefinition, JobTemplate, NewCron } from '../src/engine/crons/crons.ts';
import type { Engine } from '../src/engine/engine.ts';
import type { RedisClient } from '../src/redis/connect.ts';
import { aJob, CALLER } from './engine-harness.ts';

/** A job to be, in queue `q`. */
export function aTemplate(more: Partial<JobTemplate> = {}): JobTemplate {
  const { id: _, ...job } = aJob({ queue: 'q' });
  return { ...job, ...more };
}

/** An entry that fires every hour. */
export function aCron(name: string, more: Partial<CronDefinition> = {}, enabled = true): NewCron {
  const definition: CronDefinition = {
    expression: '0 * * * *',
    timezone: 'UTC',
    overlap: 'skip',
    description: null,
    options: { queue: 'q' },
    job: aTemplate(),
    ...more,
  };
  return { name, enabled, definition };
}

export const saveCron = (engine: Engine, tenant: string, cron: NewCron, caller = CALLER) =>
  engine.crons.save(tenant, caller, cron, undefined);

/** The entry is due: since this moment, as it stands with the entry and with its timer. */
export async function makeDue(client: RedisClient, tenant: string, name: string, since: number): Promise<void> {
  await client
    .multi()
    .hset(`{ojs:${tenant}}/cron/${name}`, 'next', since)
    .zadd(`{ojs:${tenant}}/timers`, since, `cron/${name}`)
    .exec();
}

/** The timer of the entry comes, whatever the entry says: the claim of whoever died with it has run out. */
export const timerComes = (client: RedisClient, tenant: string, name: string) =>
  client.zadd(`{ojs:${tenant}}/timers`, 1, `cron/${name}`);

/** The whole hour before this moment: a firing of `0 * * * *`. */
export const lastHour = (now = Date.now()): number => Math.floor(now / 3_600_000) * 3_600_000;
