import { readHash } from '../check/reader.ts';
import type { EngineContext } from '../context.ts';
import { redisFailure } from '../scripts.ts';
import type { Cron, CronPage } from './crons.ts';
import type { CronReader } from './reader.ts';

/** Entries that are read at once; the definitions of one page are in memory together, several times. */
const PER_CALL = 25;

/** A page of entries by name. It ends early where the definitions are so large that the answer would be. */
export async function listCrons(
  { client, spaces, settings }: EngineContext,
  readCrons: CronReader,
  tenant: string,
  { visible, enabled, after, offset, limit }: CronPage,
): Promise<{ crons: Cron[]; total: number; next?: string }> {
  const all = await readHash(client, `${spaces.of(tenant).prefix}/crons`).catch((error: unknown) => {
    throw redisFailure(error);
  });
  const names: string[] = [];
  for (const [name, told] of all) {
    const isEnabled = told.startsWith('1');
    if (visible(told.slice(2)) && (enabled === undefined || enabled === isEnabled)) names.push(name);
  }
  names.sort();
  const rest = names.filter((name) => name > after).slice(offset);
  const crons: Cron[] = [];
  let bytes = 0;
  let read = 0;
  // An answer tells each entry four times over.
  while (read < Math.min(limit, rest.length) && bytes < settings.answerBytes / 4) {
    const chunk = rest.slice(read, Math.min(read + PER_CALL, limit));
    const found = (await readCrons(tenant, chunk)).filter((cron) => visible(cron.job.queue));
    crons.push(...found);
    bytes += JSON.stringify(found).length;
    read += chunk.length;
  }
  const last = rest[read - 1];
  return { crons, total: names.length, ...(last !== undefined && read < rest.length && { next: last }) };
}
