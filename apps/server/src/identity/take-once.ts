import { hash } from 'node:crypto';
import type { RedisClient } from '../redis/connect.ts';

/**
 * Takes something that counts once, for all servers: each is one key of one size (150 bytes), whatever its name, and ends with the
 * time in which it could be used again.
 *
 * @param space where such names are kept
 * @returns false where it was taken before. @throws what Redis throws
 */
export async function takeOnce(redis: RedisClient, space: string, name: string, ms: number): Promise<boolean> {
  const key = `${space}/${hash('sha256', name, 'base64url')}`;
  return (await redis.set(key, '1', 'PX', Math.ceil(ms), 'NX')) === 'OK';
}
