import type { RedisClient } from '../redis/connect.ts';
import { KEYSPACE_FORMAT, systemSpace } from '../redis/keyspace.ts';
import { KeySpaceTooNew } from './errors.ts';

/** Marks a new key space with the format, and refuses one that a newer server wrote. @throws {KeySpaceTooNew} */
export async function checkFormat(client: RedisClient): Promise<void> {
  await client.set(systemSpace.format, String(KEYSPACE_FORMAT), 'NX');
  const found = await client.get(systemSpace.format);
  if (Number(found) > KEYSPACE_FORMAT || !/^\d+$/.test(found ?? ''))
    throw new KeySpaceTooNew(found ?? '', KEYSPACE_FORMAT);
}
