import type { EngineContext } from '../context.ts';
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

/** The time by Redis's clock, by which entries are due (ms). */
export async function redisNow({ client }: EngineContext): Promise<number> {
  try {
    const [seconds, micros] = await client.time();
    return Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000);
  } catch (error) {
    throw redisFailure(error);
  }
}
