import { Cluster, type Redis } from 'ioredis';
import type { RedisClient } from '../../redis/connect.ts';

const CHUNK = 1_000;

/** Every key that begins with `{ojs`, from each master of a cluster; a key may come twice. */
export async function* scanKeys(client: RedisClient): AsyncGenerator<string[]> {
  const masters: Redis[] = client instanceof Cluster ? client.nodes('master') : [client];
  for (const master of masters) {
    let cursor = '0';
    do {
      const [next, keys] = await master.scan(cursor, 'MATCH', '{ojs*', 'COUNT', CHUNK);
      cursor = next;
      yield keys;
    } while (cursor !== '0');
  }
}

async function pairs(scan: (cursor: string) => Promise<[string, string[]]>): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  let cursor = '0';
  do {
    const [next, flat] = await scan(cursor);
    cursor = next;
    for (let i = 0; i < flat.length; i += 2) found.set(flat[i]!, flat[i + 1]!);
  } while (cursor !== '0');
  return found;
}

/** A hash, read in chunks. */
export const readHash = (client: RedisClient, key: string): Promise<Map<string, string>> =>
  pairs((cursor) => client.hscan(key, cursor, 'COUNT', CHUNK));

/** A sorted set, read in chunks: member to score. */
export async function readScores(client: RedisClient, key: string): Promise<Map<string, number>> {
  const found = await pairs((cursor) => client.zscan(key, cursor, 'COUNT', CHUNK));
  return new Map(Array.from(found, ([member, score]) => [member, Number(score)]));
}

/** A list, read in chunks. */
export async function readList(client: RedisClient, key: string): Promise<string[]> {
  const found: string[] = [];
  for (let from = 0; ; from += CHUNK) {
    const part = await client.lrange(key, from, from + CHUNK - 1);
    found.push(...part);
    if (part.length < CHUNK) return found;
  }
}

/** The named fields of many hashes of one tenant, in the order of the keys. */
export async function readFields(
  client: RedisClient,
  keys: readonly string[],
  fields: readonly string[],
): Promise<(string | null)[][]> {
  const found: (string | null)[][] = [];
  for (let from = 0; from < keys.length; from += CHUNK) {
    const pipeline = client.pipeline();
    for (const key of keys.slice(from, from + CHUNK)) pipeline.hmget(key, ...fields);
    for (const [error, values] of (await pipeline.exec()) ?? []) {
      if (error) throw error;
      found.push(values as (string | null)[]);
    }
  }
  return found;
}

/** Many strings of one tenant, in the order of the keys; null where there is none. */
export async function readTexts(client: RedisClient, keys: readonly string[]): Promise<(string | null)[]> {
  const found: (string | null)[] = [];
  for (let from = 0; from < keys.length; from += CHUNK)
    found.push(...(await client.mget(keys.slice(from, from + CHUNK))));
  return found;
}
