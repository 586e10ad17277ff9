import { availableParallelism } from 'node:os';
import type { CredentialKind } from '@ojs/schema';
import type { Subject } from '../../access/decide.ts';
import { networkOf } from '../../network/network-of.ts';
import { presentedSecret } from '../authorization.ts';

import { invalidity, type StoredSecret } from '../credential-record.ts';
import type { Credential, CredentialStore, Lookup } from '../credential-store.ts';
import type { Asking, Identified, Mechanism, Refused } from '../identity.ts';
import { type Digest, Digests, isLive } from './digests.ts';
import { FAILURE_RATES, type FailureRates, Failures } from './failures.ts';
import { Gate, type GateOptions } from './gate.ts';
import { isStrong, verifyHash } from './hash.ts';
import { type ParsedKey, parseKey, truncateKey, WORDS } from './key.ts';

export interface ApiKeyOptions {
  readonly store: CredentialStore;
  /** Whether the policy disabled the principal. */
  readonly isDisabled: (principal: Subject) => boolean;
  /** The stored hash of a key is weaker than any that we write: somebody changed it. Once per record. */
  readonly onWeakHash: (principal: Subject, credential: string) => void;
  /** Hears of each derivation that found the key good, with the hash it was compared to. */
  readonly onVerified?: (key: ParsedKey, stored: StoredSecret) => void;
  /** Hears of each key derivation, before it runs. */
  readonly onDerivation?: () => void;
  readonly gate?: GateOptions;
  readonly rates?: FailureRates;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/** Half of the cores at most, and never more than two: verification is a guest of the machine. */
const GATE: GateOptions = {
  concurrency: Math.max(1, Math.min(2, Math.floor(availableParallelism() / 2))),
  waiting: 128,
  waitingPerSource: 32,
};

/** A key as it was read from a header, and its digest. */
interface Presentation {
  readonly authorization: string;
  readonly key: ParsedKey;
  readonly digest: Digest;
}

/** What one presentation of a key is about. */
interface Attempt {
  readonly key: ParsedKey;
  readonly source: string;
  /** `ojs_prod_…a1b2` */
  readonly shown: string;
}

const OUR_PREFIX = 'ojs_';
/** A record that changes during each verification is tried again only so often. */
const ROUNDS = 3;

/** API keys (security page, Producer Authentication), as `Bearer` or as the password of `Basic`. */
export const apiKeys =
  (verifier: Verifier): Mechanism =>
  (asking) =>
    verifier.identify(asking);

/**
 * Verifies generated secrets against their stored hashes. One that was verified before is answered at once from memory.
 * Else: the checksum (no look-up), the record (one read), the limits on failing, the KDF.
 */
export class Verifier {
  readonly #options: ApiKeyOptions;
  readonly #store: CredentialStore;
  readonly #now: () => number;
  readonly #digests = new Digests();
  readonly #gate: Gate;
  readonly #failures: Failures;
  readonly #deriving = new Map<string, Promise<boolean>>();
  readonly #reported = new WeakSet<Credential>();
  /** The last header of each connection: it mostly comes again, and reading it costs more than all that is asked of it. */
  readonly #onConnection = new WeakMap<object, Presentation>();

  constructor(options: ApiKeyOptions) {
    this.#options = options;
    this.#store = options.store;
    this.#now = options.now ?? Date.now;
    this.#gate = new Gate(options.gate ?? GATE);
    this.#failures = new Failures(options.rates ?? FAILURE_RATES);
    options.store.onReplaced((before, after) => this.#digests.carry(before, after));
  }

  /** The API key of an Authorization header; undefined where it holds nothing of ours. */
  identify({ authorization, sourceIp, socket }: Asking): Promise<Identified> | Identified | undefined {
    if (authorization === undefined) return undefined;
    const presented = this.#read(authorization, socket);
    if (presented === undefined || 'refused' in presented) return presented;
    const { key, digest } = presented;
    return this.#verify(key, digest, 'api_key', sourceIp);
  }

  /** A secret of the kind, wherever it was presented. */
  verify(secret: string, kind: CredentialKind, sourceIp: string): Promise<Identified> | Identified {
    const key = parseKey(secret);
    if (typeof key === 'string') return { refused: key };
    return this.#verify(key, this.#digests.of(key.text), kind, sourceIp);
  }

  #verify(key: ParsedKey, digest: Digest, kind: CredentialKind, sourceIp: string): Promise<Identified> | Identified {
    if (WORDS[key.word].kind !== kind) return refusal('wrong_kind_of_credential', key);
    const lookup = this.#store.warm(key.id);
    const answer = isCredential(lookup) ? this.#judge(lookup, key, digest) : undefined;
    if (answer !== undefined) return answer;
    const attempt = { key, source: networkOf(sourceIp), shown: truncateKey(key.word, key.id) };
    return this.#slowly(attempt, lookup, digest);
  }

  #read(authorization: string, socket: unknown): Presentation | Refused | undefined {
    const connection = typeof socket === 'object' && socket !== null ? socket : undefined;
    const known = connection && this.#onConnection.get(connection);
    if (known?.authorization === authorization) return known;
    const secret = presentedSecret(authorization)?.secret;
    if (!secret?.startsWith(OUR_PREFIX)) return undefined;
    const key = parseKey(secret);
    if (typeof key === 'string') return { refused: key };
    const presentation = { authorization, key, digest: this.#digests.of(key.text) };
    if (connection) this.#onConnection.set(connection, presentation);
    return presentation;
  }

  /** What is known without a KDF: refused for what the record says, or verified before. */
  #judge(credential: Credential, key: ParsedKey, digest: Digest): Identified | undefined {
    const now = this.#now();
    const { record, principal } = credential;
    const { kind, plane = record.plane } = WORDS[key.word];
    const fits = kind === record.kind && plane === record.plane;
    const reason = invalidity(record, now) ?? (fits ? undefined : 'wrong_word');
    if (reason !== undefined) return refusal(reason, key, principal);
    if (!this.#digests.isVerified(credential, digest, now)) return undefined;
    return this.#options.isDisabled(principal) ? refusal('principal_disabled', key, principal) : { principal };
  }

  async #slowly(attempt: Attempt, known: Lookup | undefined, digest: Digest): Promise<Identified> {
    const { key, source } = attempt;
    let lookup = known ?? (await this.#confirm(key, digest));
    for (let round = 0; round < ROUNDS; round++) {
      const sure = isCredential(lookup) ? this.#judge(lookup, key, digest) : undefined;
      if (sure !== undefined) return sure;
      if (!this.#deriving.has(keyOf(digest))) {
        const wait = this.#failures.waitSeconds(source, key.id, this.#now());
        if (wait > 0) return later('too_many_failures', key, 'rate_limited', wait);
      }
      lookup ??= await this.#store.load(key.id);
      if (lookup === 'unavailable') return later('store_unavailable', key, 'backend_unavailable', 1);
      if (lookup === 'unreadable') return refusal('unreadable_record', key);
      if (lookup === 'unknown') {
        this.#failures.take(source, key.id, this.#now());
        return refusal('unknown_key', key);
      }
      const answer = this.#judge(lookup, key, digest) ?? (await this.#derive(attempt, lookup, digest));
      if (answer !== undefined) return answer;
      // Verified; but the record may have changed meanwhile, so what it says is asked again.
      lookup = this.#store.warm(key.id);
    }
    return later('verification_busy', key, 'rate_limited', 1);
  }

  /**
   * After any credential changed, a key that was verified here needs one look-up to be sure of again. It does not wait for what others at its
   * address did wrong.
   */
  #confirm(key: ParsedKey, digest: Digest): Promise<Lookup> | undefined {
    const seen = this.#store.lastSeen(key.id);
    return seen && this.#digests.isVerified(seen, digest, this.#now()) ? this.#store.load(key.id) : undefined;
  }

  /** Compares with the stored hashes. @returns a refusal, or undefined when the key was verified. */
  async #derive({ key, source }: Attempt, credential: Credential, digest: Digest): Promise<Refused | undefined> {
    const { record, principal } = credential;
    const strong = record.secrets.filter(isStrong);
    if (strong.length < record.secrets.length) this.#reportWeak(credential, key);
    const live = strong.filter((secret) => isLive(secret, this.#now()));
    if (live.length === 0)
      return refusal(strong.length < record.secrets.length ? 'weak_hash' : 'no_live_secret', key, principal);
    const running = this.#deriving.get(keyOf(digest));
    if (running === undefined) this.#failures.take(source, key.id, this.#now());
    if (running === undefined && this.#digests.isWrong(credential, digest))
      return refusal('wrong_secret', key, principal);
    const outcome = running ?? this.#gate.run(source, () => this.#compare(key, credential, live, digest));
    if (outcome === undefined) {
      this.#failures.refund(source, key.id, this.#now());
      return later('verification_busy', key, 'rate_limited', 1);
    }
    if (running !== undefined) return (await outcome) ? undefined : refusal('wrong_secret', key, principal);
    this.#deriving.set(keyOf(digest), outcome);
    try {
      if (!(await outcome)) return refusal('wrong_secret', key, principal);
      this.#failures.refund(source, key.id, this.#now());
      return undefined;
    } finally {
      this.#deriving.delete(keyOf(digest));
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

const isCredential = (lookup: Lookup | undefined): lookup is Credential =>
  lookup !== undefined && typeof lookup !== 'string';

const keyOf = (digest: Digest): string => digest.toString('latin1');

function refusal(refused: string, key: ParsedKey, claimed?: Subject): Refused {
  const credential = truncateKey(key.word, key.id);
  return claimed === undefined ? { refused, credential } : { refused, credential, claimed };
}

const later = (
  refused: string,
  key: ParsedKey,
  answer: NonNullable<Refused['answer']>,
  retryAfterSeconds: number,
): Refused => ({ ...refusal(refused, key), answer, retryAfterSeconds });
