import type { RedisClient } from '../../redis/connect.ts';
import { systemSpace } from '../../redis/keyspace.ts';

/** A token that is to end. */
export interface Revocation {
  readonly jti: string;
  /** The tenant in which it ends; `*`: everywhere. */
  readonly where: string;
  /** Tenants in which the token was good for something, where it ends everywhere. */
  readonly tenants: readonly string[] | '*';
  /** When it ends by itself, in milliseconds since the epoch. */
  readonly until: number;
}

/** So many tokens are revoked that there is no place for another: revoke the credential that they came of. */
export class TooManyRevoked extends Error {
  override readonly name = 'TooManyRevoked';
}

/** Revoked tokens that have not ended yet. Half of them are for administrators: nobody else can use up all places. */
const MOST = 100_000;

/** Forgets what has ended, adds the token, counts the change and announces it, in one step. */
const REVOKE = `
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[1])
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[4]) then return 0 end
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[3])
redis.call('INCR', KEYS[2])
redis.call('PUBLISH', ARGV[5], 'revoked-tokens')
return 1`;

/**
 * Revokes a token, and with it what was made of it. The caller then raises the epochs of the tenants concerned, in this order.
 * @throws {TooManyRevoked} and what Redis throws
 */
export async function revokeToken(
  redis: RedisClient,
  token: Pick<Revocation, 'jti' | 'where' | 'until'>,
  { now, byAdmin }: { readonly now: number; readonly byAdmin: boolean },
): Promise<void> {
  const { revokedTokens, accessVersion, accessChannel } = systemSpace;
  const member = memberOf(token.jti, token.where);
  const most = byAdmin ? MOST : MOST / 2;
  const args = [String(now), String(token.until), member, String(most), accessChannel];
  const done = await redis.eval(REVOKE, 2, revokedTokens, accessVersion, ...args);
  if (done !== 1)
    throw new TooManyRevoked('too many tokens are revoked at once: revoke the credential that they came of');
}

/** Whether any of the tokens is revoked for the tenant. @throws what Redis throws */
export async function anyRevoked(redis: RedisClient, jtis: readonly string[], tenant: string): Promise<boolean> {
  const members = jtis.flatMap((jti) => [memberOf(jti, '*'), ...(tenant === '*' ? [] : [memberOf(jti, tenant)])]);
  const scores = await redis.zmscore(systemSpace.revokedTokens, ...members);
  return scores.some((score) => score !== null);
}

const memberOf = (jti: string, where: string): string => `${jti}@${where}`;
