import { createLocalJWKSet, type JWK, jwtVerify } from 'jose';
import { z } from 'zod';
import type { RedisClient } from '../../redis/connect.ts';
import { systemSpace } from '../../redis/keyspace.ts';
import { takeOnce } from '../take-once.ts';

/** Of assertions (RFC 7518 §3.1): asymmetric, and of keys that {@link isPublicKey} admits. */
export const ASSERTION_ALGORITHMS = ['ES256', 'ES384', 'EdDSA', 'Ed25519', 'PS256', 'RS256'];
/** An assertion is made for one request: it may end so much later at most. */
const LONGEST_MS = 300_000;
/** How far clocks may be apart. */
const SKEW_MS = 30_000;

const Coordinate = z.string().regex(/^[A-Za-z0-9_-]{40,800}$/);
const about = {
  kid: z.string().max(256).optional(),
  alg: z.string().max(16).optional(),
  use: z.literal('sig').optional(),
};

/** A public key and nothing private (RFC 7517 §4, RFC 7518 §6); RSA of 2,048 bits at least. */
const PublicKey = z.union([
  z.strictObject({ ...about, kty: z.literal('EC'), crv: z.enum(['P-256', 'P-384']), x: Coordinate, y: Coordinate }),
  z.strictObject({ ...about, kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: Coordinate }),
  z.strictObject({
    ...about,
    kty: z.literal('RSA'),
    n: Coordinate.min(342),
    e: z.literal('AQAB'),
  }),
]);

/** Whether the JWK is a key that may verify the assertions of a client. */
export const isPublicKey = (jwk: unknown): jwk is JWK => PublicKey.safeParse(jwk).success;

export interface AssertionOptions {
  readonly redis: RedisClient;
  /** The issuer of this server and its token endpoint: whom an assertion must be for, and nobody else. */
  readonly audiences: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * Whether the assertion is of the client, signed with one of its keys, for this server, of now, and never seen before
 * (RFC 7523 §3).
 * @returns why not, for the audit log. @throws what Redis throws
 */
export async function checkAssertion(
  assertion: string,
  client: { readonly id: string; readonly keys: readonly unknown[] },
  { redis, audiences, now }: AssertionOptions,
): Promise<string | undefined> {
  const verified = await jwtVerify(assertion, createLocalJWKSet({ keys: client.keys.filter(isPublicKey) }), {
    algorithms: ASSERTION_ALGORITHMS,
    issuer: client.id,
    subject: client.id,
    audience: [...audiences],
    requiredClaims: ['exp', 'jti'],
    clockTolerance: SKEW_MS / 1_000,
    currentDate: new Date(now),
  }).catch((error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : 'unverified'));
  if (typeof verified === 'string') return `assertion_${verified.replace(/^ERR_/, '').toLowerCase()}`;
  const { aud, jti, exp = 0 } = verified.payload;
  // One audience alone: an assertion for another server too could be sent on by that one.
  if (typeof aud !== 'string') return 'assertion_for_others_too';
  const end = exp * 1_000;
  if (!(end <= now + LONGEST_MS + SKEW_MS)) return 'assertion_lasts_too_long';
  if (typeof jti !== 'string' || jti.length > 256) return 'assertion_without_id';
  const isFirst = await takeOnce(redis, systemSpace.assertions, `${client.id} ${jti}`, end - now + 2 * SKEW_MS);
  return isFirst ? undefined : 'assertion_used_before';
}
