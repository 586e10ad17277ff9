import { availableParallelism } from 'node:os';
import type { Subject } from '../../access/decide.ts';
import type { StoredSecret } from '../credential-record.ts';
import type { Credential } from '../credential-store.ts';
import type { Refused } from '../identity.ts';
import { type Digest, keyOf } from '../presented-digests.ts';
import { type Digests, isLive } from './digests.ts';
import type { Failures } from './failures.ts';
import { Gate, type GateOptions } from './gate.ts';
import { isStrong, verifyHash } from './hash.ts';
import { type ParsedKey, truncateKey } from './key.ts';
import { later, refusal } from './refused-key.ts';

export interface DerivationOptions {
  /** The stored hash of a key is weaker than any that we write: somebody changed it. Once per record. */
  readonly onWeakHash: (principal: Subject, credential: string) => void;
  /** Hears of each derivation that found the key good, with the hash it was compared to. */
  readonly onVerified?: (key: ParsedKey, stored: StoredSecret) => void;
  /** Hears of each key derivation, before it runs. */
  readonly onDerivation?: () => void;
  readonly gate?: GateOptions;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/** Half of the cores at most, and never more than two: verification is a guest of the machine. */
const GATE: GateOptions = {
  concurrency: Math.max(1, Math.min(2, Math.floor(availableParallelism() / 2))),
  waiting: 128,
  waitingPerSource: 32,
};

/** What one presentation of a key is about. */
export interface Attempt {
  readonly key: ParsedKey;
  /** The network that it came from. */
  readonly source: string;
}

/** Compares keys with the stored hashes: what costs a key derivation each, so that only so many run, once for all who ask the same. */
export class Derivations {
  readonly #options: DerivationOptions;
  readonly #digests: Digests;
  readonly #failures: Failures;
  readonly #gate: Gate;
  readonly #now: () => number;
  readonly #underWay = new Map<string, Promise<boolean>>();
  readonly #reported = new WeakSet<Credential>();

  constructor(options: DerivationOptions, digests: Digests, failures: Failures) {
    this.#options = options;
    this.#digests = digests;
    this.#failures = failures;
    this.#gate = new Gate(options.gate ?? GATE);
    this.#now = options.now ?? Date.now;
  }

  /** Whether the same key is being compared just now. */
  isUnderWay(digest: Digest): boolean {
    return this.#underWay.has(keyOf(digest));
  }

  /** @returns a refusal, or undefined when the key was verified. */
  async run({ key, source }: Attempt, credential: Credential, digest: Digest): Promise<Refused | undefined> {
    const { record, principal } = credential;
    const strong = record.secrets.filter(isStrong);
    if (strong.length < record.secrets.length) this.#reportWeak(credential, key);
    const live = strong.filter((secret) => isLive(secret, this.#now()));
    if (live.length === 0)
      return refusal(strong.length < record.secrets.length ? 'weak_hash' : 'no_live_secret', key, principal);
    const running = this.#underWay.get(keyOf(digest));
    if (running === undefined) this.#failures.take(source, key.id, this.#now());
    if (running === undefined && this.#digests.isWrong(credential, digest))
      return refusal('wrong_secret', key, principal);
    const outcome = running ?? this.#gate.run(source, () => this.#compare(key, credential, live, digest));
    if (outcome === undefined) {
      this.#failures.refund(source, key.id, this.#now());
      return later('verification_busy', key, 'rate_limited', 1);
    }
    if (running !== undefined) return (await outcome) ? undefined : refusal('wrong_secret', key, principal);
    this.#underWay.set(keyOf(digest), outcome);
    try {
      if (!(await outcome)) return refusal('wrong_secret', key, principal);
      this.#failures.refund(source, key.id, this.#now());
      return undefined;
    } finally {
      this.#underWay.delete(keyOf(digest));
    }
  }

  async #compare(
    key: ParsedKey,
    credential: Credential,
    live: Credential['record']['secrets'],
    digest: Digest,
  ): Promise<boolean> {
    for (const secret of live) {
      this.#options.onDerivation?.();
      if (await verifyHash(key.text, secret)) {
        this.#digests.verified(credential, digest, secret);
        this.#options.onVerified?.(key, secret);
        return true;
      }
    }
    this.#digests.wrong(credential, digest);
    return false;
  }

  #reportWeak(credential: Credential, key: ParsedKey): void {
    if (this.#reported.has(credential)) return;
    this.#reported.add(credential);
    this.#options.onWeakHash(credential.principal, truncateKey(key.word, key.id));
  }
}
