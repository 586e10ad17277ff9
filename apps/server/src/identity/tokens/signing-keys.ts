import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';
import type { RedisClient } from '../../redis/connect.ts';
import { systemSpace } from '../../redis/keyspace.ts';
import type { Sealer } from '../seal.ts';
import { KeyRing, rotated, SigningKey } from './key-ring.ts';

export const ALGORITHM = 'ES256';
/** What the sealed ring is, for whoever opens it. */
export const CONTEXT = 'signing-keys';

/** The ring in Redis cannot be opened with the server key, or is no ring. */
export class UnreadableKeys extends Error {
  override readonly name = 'UnreadableKeys';
}

/** Another rotation was faster. */
export class RotationConflict extends Error {
  override readonly name = 'RotationConflict';
}

/** So many keys are in their grace period that there may not be another. */
export class TooManyKeys extends Error {
  override readonly name = 'TooManyKeys';
}

/** Sets the ring if it is what it was, counts the change and announces it, in one step. An empty text: there was none. */
const WRITE = `
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
redis.call('INCR', KEYS[2])
redis.call('PUBLISH', ARGV[3], 'signing-keys')
return 1`;

/** The ring as it stands in Redis, and its text there. */
interface Read {
  readonly raw: string;
  readonly ring: KeyRing | undefined;
}

/** @throws {UnreadableKeys} and what Redis throws */
async function read(redis: RedisClient, sealer: Sealer): Promise<Read> {
  const raw = (await redis.get(systemSpace.signingKeys)) ?? '';
  if (raw === '') return { raw, ring: undefined };
  try {
    return { raw, ring: KeyRing.parse(JSON.parse(sealer.open(CONTEXT, raw))) };
  } catch {
    throw new UnreadableKeys(
      'the signing keys cannot be opened: is OJS_SECRET_SERVER_KEY the one that they were sealed with? ' +
        '`ojs-server signing-keys rotate --discard` begins with new ones and ends every token',
    );
  }
}

async function write(redis: RedisClient, sealer: Sealer, before: string, ring: KeyRing): Promise<boolean> {
  const sealed = sealer.seal(CONTEXT, JSON.stringify(ring));
  const { signingKeys, accessVersion, accessChannel } = systemSpace;
  return (await redis.eval(WRITE, 2, signingKeys, accessVersion, before, sealed, accessChannel)) === 1;
}

async function newKey(now: number): Promise<SigningKey> {
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  const jwk = await exportJWK(privateKey);
  return SigningKey.parse({ kid: await calculateJwkThumbprint(jwk), jwk, createdAt: now });
}

/** The keys, made if there are none: of many servers that start at once, one makes them. @throws {UnreadableKeys} */
export async function ensureKeys(redis: RedisClient, sealer: Sealer, now: number): Promise<KeyRing> {
  for (;;) {
    const { raw, ring } = await read(redis, sealer);
    // What a former server key sealed must open without it one day.
    if (ring !== undefined && sealer.isCurrent(raw)) return ring;
    await write(redis, sealer, raw, ring ?? [await newKey(now)]);
  }
}

/** @throws {UnreadableKeys} */
export const listKeys = async (redis: RedisClient, sealer: Sealer): Promise<KeyRing> =>
  (await read(redis, sealer)).ring ?? [];

/**
 * A new key signs at once, on every server that hears of it (a second at most); the old ones verify until their grace is over.
 * @param discard begins anew where the old keys cannot be opened: every token ends.
 * @throws {RotationConflict} {TooManyKeys} {UnreadableKeys}
 */
export async function rotateKeys(
  redis: RedisClient,
  sealer: Sealer,
  { graceMs, now, discard = false }: { readonly graceMs: number; readonly now: number; readonly discard?: boolean },
): Promise<SigningKey> {
  const before = await read(redis, sealer).catch(async (error: unknown) => {
    if (!discard || !(error instanceof UnreadableKeys)) throw error;
    return { raw: (await redis.get(systemSpace.signingKeys)) ?? '', ring: undefined };
  });
  const key = await newKey(now);
  const ring = before.ring === undefined ? [key] : rotated(before.ring, key, graceMs, now);
  if (ring === undefined)
    throw new TooManyKeys('too many signing keys are in their grace period: wait for the end of one');
  if (!(await write(redis, sealer, before.raw, ring))) {
    throw new RotationConflict('the signing keys were rotated at the same time: list them before another rotation');
  }
  return key;
}

/** The half of the key that may be known (RFC 7517). */
export const publicJwk = ({ kid, jwk: { d: _, ...jwk } }: SigningKey): JWK => ({
  ...jwk,
  kid,
  alg: ALGORITHM,
  use: 'sig',
});

/** A key that can be used. */
export async function usable(jwk: JWK): Promise<CryptoKey> {
  const key = await importJWK(jwk, ALGORITHM);
  if (key instanceof Uint8Array) throw new UnreadableKeys('the signing keys are not what they should be');
  return key;
}
