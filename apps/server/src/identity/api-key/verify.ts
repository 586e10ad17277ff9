import type { CredentialKind } from '@ojs/schema';
import type { Subject } from '../../access/decide.ts';
import { networkOf } from '../../network/network-of.ts';
import { presentedSecret } from '../authorization.ts';
import { invalidity } from '../credential-record.ts';
import type { Credential, CredentialStore, Lookup } from '../credential-store.ts';
import type { Asking, Identified, Mechanism, Refused } from '../identity.ts';
import type { Digest } from '../presented-digests.ts';
import { type Attempt, type DerivationOptions, Derivations } from './derivations.ts';
import { Digests } from './digests.ts';
import { FAILURE_RATES, type FailureRates, Failures } from './failures.ts';
import { type ParsedKey, parseKey, WORDS } from './key.ts';
import { later, refusal } from './refused-key.ts';

export interface ApiKeyOptions extends DerivationOptions {
  readonly store: CredentialStore;
  /** Whether the policy disabled the principal. */
  readonly isDisabled: (principal: Subject) => boolean;
  readonly rates?: FailureRates;
}

/** A key as it was read from a header, and its digest. */
interface Presentation {
  readonly authorization: string;
  readonly key: ParsedKey;
  readonly digest: Digest;
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
  readonly #failures: Failures;
  readonly #derivations: Derivations;
  /** The last header of each connection: it mostly comes again, and reading it costs more than all that is asked of it. */
  readonly #onConnection = new WeakMap<object, Presentation>();

  constructor(options: ApiKeyOptions) {
    this.#options = options;
    this.#store = options.store;
    this.#now = options.now ?? Date.now;
    this.#failures = new Failures(options.rates ?? FAILURE_RATES);
    this.#derivations = new Derivations(options, this.#digests, this.#failures);
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
    return this.#slowly({ key, source: networkOf(sourceIp) }, lookup, digest);
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
      if (!this.#derivations.isUnderWay(digest)) {
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
      const answer = this.#judge(lookup, key, digest) ?? (await this.#derivations.run(attempt, lookup, digest));
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
}

const isCredential = (lookup: Lookup | undefined): lookup is Credential =>
  lookup !== undefined && typeof lookup !== 'string';
