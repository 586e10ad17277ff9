import { hash } from 'node:crypto';
import type { RedisClient } from '../../redis/connect.ts';
import { systemSpace } from '../../redis/keyspace.ts';

/** How much longer a proof is remembered than this server would accept it, for servers whose clocks are behind. */
const SKEW_MS = 10_000;

/**
 * Takes a proof for the one request that it is good for, at all servers together (RFC 9449 §11.1). What is kept is of one size
 * (150 bytes) and ends with the time in which the proof could be used.
 *
 * @param until when it is no longer accepted, in milliseconds since the epoch
 * @returns false where it was used before. @throws what Redis throws
 */
export async function takeProof(
  redis: RedisClient,
  { thumbprint, jti }: { readonly thumbprint: string; readonly jti: string },
  until: number,
  now: number,
): Promise<boolean> {
  const key = `${systemSpace.proofs}/${hash('sha256', `${thumbprint} ${jti}`, 'base64url')}`;
  return (await redis.set(key, '1', 'PX', Math.ceil(until - now) + SKEW_MS, 'NX')) === 'OK';
}
