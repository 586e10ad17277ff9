import { type FailureKind, type OutgoingAnswer, OutgoingFailure, type Send } from '../../outgoing/send.ts';
import type { Algorithm } from './algorithms.ts';
import { claimAt, isClaims } from './claim.ts';
import { type UnusedKey, usableKeys, type VerificationKey } from './jwk.ts';
import { KeySet } from './key-set.ts';

/** Where the keys of an issuer come from. */
export interface Keys {
  /** The key, if it is known and may still be used. */
  find(kid: string | undefined): VerificationKey | undefined;
  /** Whether what was verified with the key still holds. */
  has(key: VerificationKey): boolean;
  /** Asks for the keys anew; undefined when that was done too lately. Never rejects. */
  renew(): Promise<void> | undefined;
  /** Why the last attempt to fetch them failed, if it did. */
  failure(): FailureKind | undefined;
  /** Seconds until it can be tried again, where no key can be used because the issuer cannot be reached; otherwise 0. */
  unavailableSeconds(): number;
  close(): void;
}

/** Keys that stand in the configuration. */
export function staticKeys(jwks: readonly unknown[], algorithms: readonly Algorithm[]): Keys {
  const keys = new KeySet(usableKeys(jwks, algorithms).usable);
  return {
    find: (kid) => keys.find(kid),
    has: (key) => keys.has(key),
    renew: () => undefined,
    failure: () => undefined,
    unavailableSeconds: () => 0,
    close: () => undefined,
  };
}

/** Who hears of what happens to the keys. */
export interface KeysListener {
  /** With the `kid` of each. */
  changed(added: readonly string[], removed: readonly string[]): void;
  /** Keys that are published and not used, once per set of them. */
  unused(keys: readonly UnusedKey[]): void;
  /** The keys could not be fetched; what is known stays in use for an hour at most. Once until it works again. */
  failed(why: string): void;
}

export interface RemoteKeysOptions {
  readonly url: string;
  readonly algorithms: readonly Algorithm[];
  readonly send: Send;
  readonly listener: KeysListener;
  /** Milliseconds of a clock that nobody sets. */
  readonly steady?: () => number;
}

/** A key that is published no more is refused after this time at the latest. */
export const REFRESH_MS = 300_000;
/** However many tokens name unknown keys, the issuer is asked no more often. */
export const COOLDOWN_MS = 30_000;
/** After a failure; doubled with each one that follows. */
const RETRY_MS = 5_000;
/** How long keys are used without their issuer being reached. */
export const STALE_MS = 3_600_000;
const TIMEOUT_MS = 5_000;
const MAX_BYTES = 256 * 1024;

/**
 * The keys that an issuer publishes (RFC 7517 §5). Fetched at the beginning, every five minutes, and when a token names an unknown one, but no more
 * often than the cooldown allows: it counts from each attempt, also from one that failed, and there is one at a time.
 */
export class RemoteKeys implements Keys {
  readonly #options: RemoteKeysOptions;
  readonly #steady: () => number;
  #keys = new KeySet([]);
  #succeededAt = Number.NEGATIVE_INFINITY;
  #waitUntil = Number.NEGATIVE_INFINITY;
  #failures = 0;
  #failure: FailureKind | undefined;
  #fetching: Promise<void> | undefined;
  #told = '';
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: RemoteKeysOptions) {
    this.#options = options;
    this.#steady = options.steady ?? (() => performance.now());
  }

  find(kid: string | undefined): VerificationKey | undefined {
    return this.#isStale() ? undefined : this.#keys.find(kid);
  }

  has(key: VerificationKey): boolean {
    return !this.#isStale() && this.#keys.has(key);
  }

  renew(): Promise<void> | undefined {
    return this.#fetching ?? (this.#steady() < this.#waitUntil ? undefined : this.#start());
  }

  failure(): FailureKind | undefined {
    return this.#failure;
  }

  unavailableSeconds(): number {
    return this.#isStale() ? Math.max(1, Math.ceil((this.#waitUntil - this.#steady()) / 1_000)) : 0;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #isStale(): boolean {
    return this.#steady() - this.#succeededAt > STALE_MS;
  }

  #start(): Promise<void> {
    this.#fetching ??= this.#fetch().finally(() => {
      this.#fetching = undefined;
    });
    return this.#fetching;
  }

  async #fetch(): Promise<void> {
    const { url, send, listener } = this.#options;
    try {
      const headers = { Accept: 'application/jwk-set+json, application/json' };
      this.#took(keysOf(await send({ url, headers, timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES })));
      this.#succeededAt = this.#steady();
      this.#failures = 0;
      this.#failure = undefined;
      this.#next(COOLDOWN_MS, REFRESH_MS);
    } catch (error) {
      if (this.#failures === 0) listener.failed(error instanceof Error ? error.message : 'unknown');
      this.#failure = error instanceof OutgoingFailure ? error.kind : 'bad_answer';
      const retry = Math.min(RETRY_MS * 2 ** this.#failures, REFRESH_MS);
      this.#failures++;
      this.#next(retry, retry);
    }
  }

  #took(jwks: readonly unknown[]): void {
    const { listener, algorithms } = this.#options;
    const { usable, unused } = usableKeys(jwks, algorithms);
    const before = this.#keys;
    this.#keys = new KeySet(usable, before);
    const [added, removed] = [this.#keys.without(before), before.without(this.#keys)];
    if (added.length + removed.length > 0) listener.changed(added, removed);
    const told = JSON.stringify(unused);
    if (told !== this.#told && unused.length > 0) listener.unused(unused);
    this.#told = told;
  }

  #next(cooldownMs: number, refreshMs: number): void {
    this.#waitUntil = this.#steady() + cooldownMs;
    if (this.#closed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#start(), refreshMs).unref();
  }
}

/** @throws when the answer is no JWK set. */
function keysOf({ status, body }: OutgoingAnswer): readonly unknown[] {
  if (status !== 200) throw new Error(`the answer has status ${status}`);
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    throw new Error('the answer is not JSON');
  }
  const keys = isClaims(value) ? claimAt(value, 'keys') : undefined;
  if (!Array.isArray(keys)) throw new Error('the answer has no list of keys');
  return keys;
}
