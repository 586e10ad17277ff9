import type { CryptoKey } from 'jose';
import { AccessUnavailable } from '../../access/epoch.ts';
import type { RedisClient } from '../../redis/connect.ts';
import type { CredentialStore } from '../credential-store.ts';
import type { Sealer } from '../seal.ts';
import { isLive, type SigningKey } from './key-ring.ts';
import { ensureKeys, publicJwk, UnreadableKeys, usable } from './signing-keys.ts';

/** A key of the ring, ready for use. */
interface Prepared {
  readonly key: SigningKey;
  readonly verifies: CryptoKey;
  readonly signs: CryptoKey;
}

export interface KnownKeysOptions {
  readonly redis: RedisClient;
  readonly sealer: Sealer;
  readonly store: Pick<CredentialStore, 'generation' | 'isBelieved'>;
  readonly now: () => number;
}

/** How often at most a key that nobody knows makes the ring be read again, in milliseconds. */
const UNKNOWN_MS = 250;

/** The signing keys as this process last saw them: read again when anything about credentials has changed. */
export class KnownKeys {
  readonly #options: KnownKeysOptions;
  #prepared = new Map<string, Prepared>();
  #generation = -1;
  #readAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | undefined;

  constructor(options: KnownKeysOptions) {
    this.#options = options;
  }

  /** Whether what is known is what holds. */
  get isFresh(): boolean {
    const { store } = this.#options;
    return this.#generation === store.generation && store.isBelieved();
  }

  /** Whether the key may verify, as far as is known. */
  verifies(kid: string): boolean {
    const key = this.#prepared.get(kid)?.key;
    return key !== undefined && isLive(key, this.#options.now());
  }

  /** The key that verifies, or undefined where there is none of that name. @throws {AccessUnavailable} {UnreadableKeys} */
  async find(kid: string): Promise<CryptoKey | undefined> {
    if (!this.isFresh) await this.refresh();
    if (!this.#prepared.has(kid) && this.#options.now() - this.#readAt >= UNKNOWN_MS) await this.refresh();
    return this.verifies(kid) ? this.#prepared.get(kid)?.verifies : undefined;
  }

  /** The key that signs. @throws {AccessUnavailable} {UnreadableKeys} */
  async signer(): Promise<{ kid: string; key: CryptoKey }> {
    if (!this.isFresh) await this.refresh();
    const [first] = this.#prepared.values();
    if (first === undefined) throw new Error('a ring without a key');
    return { kid: first.key.kid, key: first.signs };
  }

  /** The keys that sign or verify, the one that signs first. @throws {AccessUnavailable} {UnreadableKeys} */
  async list(): Promise<readonly SigningKey[]> {
    await this.refresh();
    return this.#live();
  }

  /** What others verify with (RFC 7517 §5). @throws {AccessUnavailable} {UnreadableKeys} */
  async published(): Promise<{ keys: ReturnType<typeof publicJwk>[] }> {
    if (!this.isFresh) await this.refresh();
    return { keys: this.#live().map(publicJwk) };
  }

  /** Reads the ring, once for all who ask at the same time. */
  refresh(): Promise<void> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  #live(): SigningKey[] {
    const keys = [...this.#prepared.values()].map(({ key }) => key);
    return keys.filter((key) => isLive(key, this.#options.now()));
  }

  async #read(): Promise<void> {
    const { redis, sealer, store, now } = this.#options;
    const { generation } = store;
    const ring = await ensureKeys(redis, sealer, now()).catch((error: unknown) => {
      throw error instanceof UnreadableKeys ? error : new AccessUnavailable('the signing keys cannot be read');
    });
    const prepared = await Promise.all(
      ring.map(async (key) => ({ ...(this.#prepared.get(key.kid) ?? (await prepare(key))), key })),
    );
    this.#prepared = new Map(prepared.map((each) => [each.key.kid, each]));
    this.#readAt = now();
    // Of what changed meanwhile it is not sure that it was read.
    this.#generation = generation;
  }
}

async function prepare(key: SigningKey): Promise<Prepared> {
  return { key, verifies: await usable(publicJwk(key)), signs: await usable(key.jwk) };
}
