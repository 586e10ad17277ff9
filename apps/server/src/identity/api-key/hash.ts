import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import type { StoredSecret } from '../credential-record.ts';

/** The least cost of a generated key: its 256 bits cannot be guessed, so the KDF only has to make a stolen hash worthless. */
const LEAST = { n: 2 ** 14, r: 8, p: 1 } as const;
/** scrypt's N, where no other is set. */
export const DEFAULT_N: number = LEAST.n;
const HASH_BYTES = 32;
const SALT_BYTES = 16;
/** Beyond these, a tampered record would make the verification itself the attack. */
const MOST = { n: 2 ** 17, r: 16, p: 4 } as const;

/**
 * Hashes a whole key (so that the hash is worthless in the record of another id or plane) under a new salt. About 20 ms.
 * @param n scrypt's N, a power of two from 2^14 (the default) to 2^17
 */
export async function hashKey(key: string, n: number = DEFAULT_N): Promise<StoredSecret> {
  const salt = randomBytes(SALT_BYTES);
  const cost = { ...LEAST, n };
  const hash = await derive(key, salt, cost.n, cost.r, cost.p);
  return { hash: hash.toString('base64url'), salt: salt.toString('base64url'), ...cost };
}

/** Whether the key is the one that was hashed. About 20 ms; never call it for a secret that is not {@link isStrong}. */
export async function verifyHash(key: string, stored: StoredSecret): Promise<boolean> {
  const hash = await derive(key, Buffer.from(stored.salt, 'base64url'), stored.n, stored.r, stored.p);
  const expected = Buffer.from(stored.hash, 'base64url');
  return expected.length === hash.length && timingSafeEqual(expected, hash);
}

/** Whether the hash costs whoever steals it less than one that is made today. */
export const isCheaper = ({ n, r, p }: StoredSecret, todaysN: number): boolean =>
  n * r * p < todaysN * LEAST.r * LEAST.p;

/** Whether the stored parameters are at least those of the cheapest hash that we ever write: whoever lowers them in Redis must not make a guess cheap. */
export function isStrong({ hash, salt, n, r, p }: StoredSecret): boolean {
  const within = n >= LEAST.n && n <= MOST.n && r >= LEAST.r && r <= MOST.r && p >= LEAST.p && p <= MOST.p;
  const powerOfTwo = (n & (n - 1)) === 0;
  const bytes = (text: string): number => Buffer.from(text, 'base64url').length;
  return within && powerOfTwo && bytes(salt) >= SALT_BYTES && bytes(hash) === HASH_BYTES;
}

function derive(key: string, salt: Buffer, N: number, r: number, p: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(key, salt, HASH_BYTES, { N, r, p, maxmem: 256 * N * r * p }, (error, hash) =>
      error === null ? resolve(hash) : reject(error),
    );
  });
}
