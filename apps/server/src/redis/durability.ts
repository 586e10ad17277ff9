import { Cluster } from 'ioredis';
import type { RedisClient } from './connect.ts';

/**
 * What in the setup of Redis could lose a job that was answered 201, as sentences for the log. Read from INFO, which managed
 * Redis services allow where they refuse CONFIG.
 */
export async function durabilityWarnings(client: RedisClient): Promise<string[]> {
  const nodes = client instanceof Cluster ? client.nodes('master') : [client];
  const infos = await Promise.all(
    nodes.map(async (node) => `${await node.info('persistence')}\n${await node.info('memory')}`),
  );
  const warnings: string[] = [];
  if (infos.some((info) => /^aof_enabled:0/m.test(info))) {
    warnings.push('Redis keeps no append-only file, so a crash of Redis loses jobs: set "appendonly yes"');
  }
  const policy = infos
    .map((info) => /^maxmemory_policy:(\S+)/m.exec(info)?.[1])
    .find((found) => found !== 'noeviction');
  if (policy)
    warnings.push(`Redis may evict jobs when memory is short (maxmemory-policy ${policy}): set it to noeviction`);
  return warnings;
}
