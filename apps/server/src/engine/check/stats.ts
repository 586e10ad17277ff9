import type { QueueCounts } from '@ojs/schema';
import type { RedisClient } from '../../redis/connect.ts';
import { tenantSpace } from '../../redis/keyspace.ts';
import { countsOf, type StatsAnswer } from '../queues/queues.ts';
import { sourceOf } from '../scripts.ts';
import { DEFAULT_SETTINGS } from '../settings.ts';

let source: string | undefined;

/** The counts of a queue as the engine tells them, or undefined when it does not exist. */
export async function readStats(client: RedisClient, tenant: string, queue: string): Promise<QueueCounts | undefined> {
  // Not by a command of the client's: those of an engine on the same client carry its own settings.
  source ??= sourceOf('stats', DEFAULT_SETTINGS);
  const [answer] = (await client.eval_ro(source, 1, tenantSpace(tenant).prefix, queue)) as StatsAnswer[];
  if (!answer || answer.length === 0) return undefined;
  return countsOf(answer);
}
