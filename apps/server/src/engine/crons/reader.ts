import type { EngineContext } from '../context.ts';
import type { Outcome } from '../outcomes.ts';
import { redisFailure } from '../scripts.ts';
import type { Cron } from './crons.ts';
import { type CronHash, cronOf, keyOf } from './record.ts';

/** Reads entries: those of the names that there are, in their order. */
export type CronReader = (tenant: string, names: readonly string[]) => Promise<Cron[]>;

export function createCronReader({ client, spaces }: EngineContext): CronReader {
  return async (tenant, names) => {
    const { prefix } = spaces.of(tenant);
    const pipeline = client.pipeline();
    for (const name of names) pipeline.hgetall(keyOf(prefix, name));
    try {
      const answers = (await pipeline.exec()) ?? [];
      return names.flatMap((name, i) => {
        const [error, hash] = answers[i] ?? [];
        if (error) throw error;
        return cronOf(name, (hash ?? {}) as CronHash) ?? [];
      });
    } catch (error) {
      throw redisFailure(error);
    }
  };
}

/** The time by the clock of the node that has the tenant, by which its entries are due (ms). */
export async function timeOf({ run, spaces }: EngineContext, tenant: string): Promise<number> {
  const [, now] = (await run('cron-retime', spaces.of(tenant), [])) as Outcome;
  return Number(now);
}
