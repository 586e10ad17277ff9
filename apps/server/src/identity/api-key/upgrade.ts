import type { RedisClient } from '../../redis/connect.ts';
import { readCredential, rewriteCredential } from '../credential-changes.ts';
import type { CredentialRecord, StoredSecret } from '../credential-record.ts';
import { hashKey, isCheaper } from './hash.ts';
import type { ParsedKey } from './key.ts';

export interface UpgradeOptions {
  readonly redis: RedisClient;
  /** scrypt's N of hashes that are made today. */
  readonly cost: number;
  readonly onUpgraded: (record: CredentialRecord) => void;
}

/** Keys that wait for their new hash; beyond, the next verification offers them again. */
const WAITING = 100;
/** How often a write is tried again while other credentials change. */
const ROUNDS = 5;

/**
 * Makes the hash of a key anew when it costs less than today's, at the one moment when the key is at hand. One after the other, beside the
 * requests and never before their answers; what fails is tried again with the next verification.
 */
export class Upgrades {
  readonly #options: UpgradeOptions;
  readonly #waiting = new Map<string, { readonly key: ParsedKey; readonly stored: StoredSecret }>();
  #running: Promise<void> | undefined;

  constructor(options: UpgradeOptions) {
    this.#options = options;
  }

  /** The key was just verified with this hash. Never throws. */
  offer(key: ParsedKey, stored: StoredSecret): void {
    if (!isCheaper(stored, this.#options.cost) || this.#waiting.size >= WAITING) return;
    this.#waiting.set(stored.hash, { key, stored });
    this.#running ??= this.#run();
  }

  /** Resolves when nothing waits. */
  async settled(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    for (const [name, { key, stored }] of this.#waiting) {
      // Redis may be away, which is told elsewhere.
      await this.#upgrade(key, stored).catch(() => undefined);
      this.#waiting.delete(name);
    }
    this.#running = undefined;
  }

  async #upgrade(key: ParsedKey, stored: StoredSecret): Promise<void> {
    const { redis, cost, onUpgraded } = this.#options;
    const fresh = await hashKey(key.text, cost);
    for (let round = 0; round < ROUNDS; round++) {
      const { version, found } = await readCredential(redis, key.id);
      // Rotated, revoked, or upgraded by another server meanwhile.
      if (typeof found !== 'object' || !found.secrets.some(({ hash }) => hash === stored.hash)) return;
      const record = withHash(found, stored.hash, fresh);
      if (await rewriteCredential(redis, version, record)) return onUpgraded(record);
    }
  }
}

/** Another hash of the same secret, with the same end. */
const withHash = (record: CredentialRecord, hash: string, fresh: StoredSecret): CredentialRecord => ({
  ...record,
  secrets: record.secrets.map((each) =>
    each.hash === hash ? { ...fresh, ...(each.notAfter !== undefined && { notAfter: each.notAfter }) } : each,
  ),
});
