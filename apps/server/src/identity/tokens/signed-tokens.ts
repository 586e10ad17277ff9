import { type CryptoKey, jwtVerify } from 'jose';
import type { Subject } from '../../access/decide.ts';
import { put } from '../../bounded-map.ts';
import { networkOf } from '../../network/network-of.ts';
import { FAILURE_RATES, type FailureRates, Failures } from '../api-key/failures.ts';
import type { Credential } from '../credential-store.ts';
import type { Binding, Refused } from '../identity.ts';
import { keyOf, PresentedDigests } from '../presented-digests.ts';
import { STORE_UNAVAILABLE, tooManyFailures } from '../refused.ts';
import { Claims } from './claims.ts';
import type { KnownKeys } from './known-keys.ts';
import { readToken } from './read-token.ts';
import { issuerOf, type TokenSettings } from './settings.ts';
import { ALGORITHM } from './signing-keys.ts';

export interface SignedTokensOptions {
  readonly keys: KnownKeys;
  readonly settings: () => TokenSettings;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/** A token whose signature was verified: what has to be asked each time is whether it still counts. */
export interface VerifiedToken {
  readonly claims: Claims;
  readonly kid: string;
  readonly binding?: Binding;
  /** Whether it, or what it came of, is revoked, and as of which state of all credentials. */
  revocation?: { readonly generation: number; readonly revoked: boolean };
  /** The subject, for as long as the record of the root stays the same. */
  known?: { readonly root: Credential | undefined; readonly subject: Subject };
}

/** Tokens have no id that could be looked up before their signature: all of an address count together. */
const RATES: FailureRates = { ...FAILURE_RATES, pair: FAILURE_RATES.source };
/** Verified tokens that are remembered. */
const MOST = 20_000;

/** Texts that are signed by a key of ours. Each signature is verified once; whether the token still counts is another question. */
export class SignedTokens {
  readonly #options: SignedTokensOptions;
  readonly #now: () => number;
  readonly #digests = new PresentedDigests();
  readonly #failures = new Failures(RATES);
  readonly #verified = new Map<string, VerifiedToken>();

  constructor(options: SignedTokensOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** The token behind a text, its signature verified, whether or not it still counts; undefined where it is none of ours. */
  find(text: string, sourceIp: string): Promise<VerifiedToken | Refused> | VerifiedToken | Refused | undefined {
    const digest = keyOf(this.#digests.of(text));
    const known = this.#verified.get(digest);
    if (known !== undefined) return known;
    const read = readToken(text, issuerOf(this.#options.settings()));
    if (read === 'foreign') return undefined;
    if (read === 'malformed') return { refused: 'malformed_token' };
    return this.#verify(text, read.kid, networkOf(sourceIp), digest);
  }

  async #verify(text: string, kid: string, source: string, digest: string): Promise<VerifiedToken | Refused> {
    const now = this.#now();
    const wait = this.#failures.waitSeconds(source, '', now);
    if (wait > 0) return tooManyFailures(wait);
    let key: Awaited<ReturnType<KnownKeys['find']>>;
    try {
      key = await this.#options.keys.find(kid);
    } catch {
      return STORE_UNAVAILABLE;
    }
    const verified = key === undefined ? 'unknown_signing_key' : await this.#claimsOf(text, key, now);
    if (typeof verified !== 'string') return this.#remember(digest, { claims: verified, kid, ...bindingOf(verified) });
    // Counted only now: many that are good may come from one address at the same moment.
    this.#failures.take(source, '', now);
    return { refused: verified };
  }

  /** The claims, or why there are none. */
  async #claimsOf(text: string, key: CryptoKey, now: number): Promise<Claims | string> {
    const issuer = issuerOf(this.#options.settings());
    const checked = await jwtVerify(text, key, {
      algorithms: [ALGORITHM],
      typ: 'at+jwt',
      issuer,
      audience: issuer,
      currentDate: new Date(now),
    }).catch((error: unknown) => reasonOf(error));
    if (typeof checked === 'string') return checked;
    return Claims.safeParse(checked.payload).data ?? 'malformed_claims';
  }

  #remember(digest: string, token: VerifiedToken): VerifiedToken {
    put(this.#verified, digest, token, MOST);
    return token;
  }
}

/** `ERR_JWT_EXPIRED` and the like, in our words. */
const reasonOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code).replace(/^ERR_/, '').toLowerCase() : 'unverified';

function bindingOf({ cnf }: Claims): { binding?: Binding } {
  if (cnf === undefined) return {};
  return {
    binding:
      'jkt' in cnf ? { kind: 'dpop', thumbprint: cnf.jkt } : { kind: 'certificate', thumbprint: cnf['x5t#S256'] },
  };
}
