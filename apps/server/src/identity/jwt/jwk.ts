import { createPublicKey, type KeyObject, type webcrypto } from 'node:crypto';
import { type Algorithm, isAlgorithm, KEYS_OF } from './algorithms.ts';
import { type Claims, claimAt, isClaims } from './claim.ts';

/** A public key that may verify tokens of its issuer. */
export interface VerificationKey {
  readonly kid: string | undefined;
  readonly algorithms: ReadonlySet<Algorithm>;
  readonly key: KeyObject;
  /** Two keys with the same text are the same key. */
  readonly text: string;
}

/** A key that is not used, by its place and why. Never says what stands in it. */
export interface UnusedKey {
  readonly at: number;
  readonly why: string;
}

const MOST_KEYS = 100;
const MIN_RSA_BITS = 2_048;
const MAX_RSA_BITS = 8_192;
/** Private and symmetric members (RFC 7518 §6). */
const PRIVATE = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'];
const PUBLIC = ['kty', 'crv', 'x', 'y', 'n', 'e'];

/**
 * The keys of a JWK set (RFC 7517 §5) that may verify with one of the algorithms, and why the others may not. Two different keys
 * of one `kid` are both left out: which one is meant cannot be known.
 */
export function usableKeys(
  jwks: readonly unknown[],
  allowed: readonly Algorithm[],
): { readonly usable: readonly VerificationKey[]; readonly unused: readonly UnusedKey[] } {
  const unused: UnusedKey[] = [];
  const found: { at: number; key: VerificationKey }[] = [];
  jwks.slice(0, MOST_KEYS).forEach((jwk, at) => {
    const key = readKey(jwk, allowed);
    if (typeof key === 'string') unused.push({ at, why: key });
    else if (!found.some((other) => same(other.key, key))) found.push({ at, key });
  });
  if (jwks.length > MOST_KEYS)
    unused.push({ at: MOST_KEYS, why: `this and all that follow: only ${MOST_KEYS} are used` });
  const isAmbiguous = ({ kid }: VerificationKey): boolean => found.filter((other) => other.key.kid === kid).length > 1;
  for (const { at, key } of found) if (isAmbiguous(key)) unused.push({ at, why: 'another key has the same kid' });
  return { usable: found.map(({ key }) => key).filter((key) => !isAmbiguous(key)), unused };
}

const same = (one: VerificationKey, other: VerificationKey): boolean =>
  one.kid === other.kid && one.text === other.text;

function readKey(jwk: unknown, allowed: readonly Algorithm[]): VerificationKey | string {
  if (!isClaims(jwk)) return 'is not an object';
  const member = (name: string): unknown => claimAt(jwk, name);
  if (PRIVATE.some((name) => member(name) !== undefined))
    return 'has private parts: it is known to more than its owner';
  const [kid, use, operations] = [member('kid'), member('use'), member('key_ops')];
  if (kid !== undefined && (typeof kid !== 'string' || kid === '' || kid.length > 256))
    return 'kid is no text of 1 to 256 characters';
  if (use !== undefined && use !== 'sig') return 'use is not sig';
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify')))
    return 'key_ops has no verify';
  const algorithms = algorithmsOf(jwk, allowed);
  if (algorithms.size === 0) return 'is for none of the algorithms that are accepted';
  const publicPart = Object.fromEntries(
    PUBLIC.map((name) => [name, member(name)]).filter(([, value]) => value !== undefined),
  );
  const key = importKey(publicPart);
  if (key === undefined) return 'is not a key of its kty';
  const { modulusLength, publicExponent } = key.asymmetricKeyDetails ?? {};
  if (modulusLength !== undefined && modulusLength < MIN_RSA_BITS) return `RSA key has fewer than ${MIN_RSA_BITS} bits`;
  if (modulusLength !== undefined && modulusLength > MAX_RSA_BITS) return `RSA key has more than ${MAX_RSA_BITS} bits`;
  if (publicExponent !== undefined && (publicExponent < 65_537n || publicExponent > 0xffff_ffffn))
    return 'RSA key has an exponent that is not used';
  return { kid, algorithms, key, text: JSON.stringify([publicPart, [...algorithms]]) };
}

/** What the key can do by its kind, cut down to its own `alg`, if it has one, and to what is accepted. */
function algorithmsOf(jwk: Claims, allowed: readonly Algorithm[]): Set<Algorithm> {
  const [kty, crv, alg] = ['kty', 'crv', 'alg'].map((name) => claimAt(jwk, name));
  const kind = crv === undefined ? kty : `${String(kty)} ${String(crv)}`;
  const possible = allowed.filter((each) => KEYS_OF[each] === kind);
  if (alg === undefined) return new Set(possible);
  return new Set(possible.filter((each) => isAlgorithm(alg) && (each === alg || isEd25519(each, alg))));
}

/** `EdDSA` and its fully specified name (RFC 9864) are one algorithm for these keys. */
const isEd25519 = (one: Algorithm, other: Algorithm): boolean =>
  KEYS_OF[one] === 'OKP Ed25519' && KEYS_OF[other] === 'OKP Ed25519';

function importKey(jwk: webcrypto.JsonWebKey): KeyObject | undefined {
  try {
    return createPublicKey({ key: jwk, format: 'jwk' });
  } catch {
    return undefined;
  }
}
