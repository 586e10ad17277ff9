import { z } from 'zod';

const Ms = z.int().min(0);
const Coordinate = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

/** A private key of P-256 (RFC 7518 §6.2). */
const PrivateJwk = z.object({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: Coordinate,
  y: Coordinate,
  d: Coordinate,
});
export type PrivateJwk = z.infer<typeof PrivateJwk>;

/** A key that signs, or signed, tokens. Times in milliseconds since the epoch. */
export const SigningKey = z.object({
  /** Its thumbprint (RFC 7638), so that no other key can go by this name. */
  kid: Coordinate,
  jwk: PrivateJwk,
  createdAt: Ms,
  /** When it stops to verify; absent: it is the one that signs. */
  retiresAt: Ms.optional(),
});
export type SigningKey = z.infer<typeof SigningKey>;

/** All keys, the one that signs first. Sealed as a whole: whoever can write to Redis can neither read nor add one. */
export const KeyRing = z.array(SigningKey).min(1);
export type KeyRing = z.infer<typeof KeyRing>;

/** Keys that can be in their grace period at once. */
const MOST = 16;

/** The key may verify at this moment. */
export const isLive = ({ retiresAt }: SigningKey, now: number): boolean => retiresAt === undefined || now < retiresAt;

/**
 * The ring with a new key that signs at once; what signed before verifies until its grace is over.
 * @returns undefined when too many keys are in their grace period
 */
export function rotated(ring: KeyRing, key: SigningKey, graceMs: number, now: number): KeyRing | undefined {
  const retiresAt = now + graceMs;
  const old = ring
    .map((each) => ({ ...each, retiresAt: Math.min(each.retiresAt ?? retiresAt, retiresAt) }))
    .filter((each) => isLive(each, now));
  return old.length >= MOST ? undefined : [key, ...old];
}
