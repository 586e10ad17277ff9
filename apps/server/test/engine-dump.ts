import { Cluster, type Redis } from 'ioredis';
import type { RedisClient } from '../src/redis/connect.ts';

async function contentOf(node: Redis, key: string): Promise<unknown> {
  switch (await node.type(key)) {
    case 'hash':
      return node.hgetall(key);
    case 'list':
      return node.lrange(key, 0, -1);
    case 'zset':
      return node.zrangebyscore(key, '-inf', '+inf', 'WITHSCORES');
    case 'stream':
      return node.xrange(key, '-', '+');
    default:
      return node.get(key);
  }
}

/** Every key of a tenant with its whole content: two dumps are equal when nothing was changed between them. */
export async function dumpOf(client: RedisClient, tenant: string): Promise<Record<string, unknown>> {
  const dump: Record<string, unknown> = {};
  for (const node of client instanceof Cluster ? client.nodes('master') : [client]) {
    for (const key of await node.keys('{ojs:*')) {
      if (key.startsWith(`{ojs:${tenant}}`)) dump[key] = await contentOf(node, key);
    }
  }
  return dump;
}
