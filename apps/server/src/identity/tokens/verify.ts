import { type CryptoKey, jwtVerify } from 'jose';
import type { Subject } from '../../access/decide.ts';
import { networkOf } from '../../network/network-of.ts';
import { Digests } from '../api-key/digests.ts';
import { FAILURE_RATES, type FailureRates, Failures } from '../api-key/failures.ts';
import { presentedSecret } from '../authorization.ts';
import { invalidity } from '../credential-record.ts';
import type { Credential, CredentialStore, Lookup } from '../credential-store.ts';
import type { Asking, Binding, Identified, Refused } from '../identity.ts';
import { Claims } from './claims.ts';
import type { KnownKeys } from './known-keys.ts';
import { readToken } from './read-token.ts';
import { issuerOf, type TokenSettings } from './settings.ts';
import { ALGORITHM } from './signing-keys.ts';
import { isOfFormerSecret, isOfRecord, isStored, subjectOf } from './subject.ts';

export interface IssuedTokensOptions {
  readonly keys: KnownKeys;
  readonly store: CredentialStore;
  /** Whether any of the tokens is revoked for the tenant; rejects where Redis does not say. */
  readonly anyRevoked: (jtis: readonly string[], tenant: string) => Promise<boolean>;
  readonly settings: () => TokenSettings;
  /** Whether the policy disabled the principal. */
  readonly isDisabled: (principal: Subject) => boolean;
  /** Whether the credential of that kind and id, which is not stored here, still counts: its issuer or authority is believed. */
  readonly stillVouched: (root: Claims['ojs']['root']) => boolean;
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
/** How often a token is judged anew while credentials keep changing. */
const ROUNDS = 3;

/**
 * Tokens that this server issued. One that was verified before is answered at once from memory; each time it is asked whether it
 * has ended, whether it or a token that it came of is revoked, and what the record of its root says now.
 */
export class IssuedTokens {
  readonly #options: IssuedTokensOptions;
  readonly #now: () => number;
  readonly #digests = new Digests();
  readonly #failures = new Failures(RATES);
  readonly #verified = new Map<string, VerifiedToken>();
  /** The last header of each connection: it mostly comes again. */
  readonly #onConnection = new WeakMap<object, { readonly authorization: string; readonly token: VerifiedToken }>();

  constructor(options: IssuedTokensOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** The mechanism: undefined where the header holds none of our tokens. */
  identify({ authorization, sourceIp, socket }: Asking): Promise<Identified> | Identified | undefined {
    if (authorization === undefined) return undefined;
    const connection = typeof socket === 'object' && socket !== null ? socket : undefined;
    const last = connection && this.#onConnection.get(connection);
    if (last?.authorization === authorization) return this.judge(last.token) ?? this.#slowly(last.token);
    const presented = presentedSecret(authorization);
    if (presented === undefined || presented.scheme === 'basic') return undefined;
    const token = this.find(presented.secret, sourceIp);
    if (token === undefined || 'refused' in token) return token;
    const settle = (verified: VerifiedToken): Promise<Identified> | Identified => {
      if (connection) this.#onConnection.set(connection, { authorization, token: verified });
      return this.judge(verified) ?? this.#slowly(verified);
    };
    if (!(token instanceof Promise)) return settle(token);
    return token.then((late) => ('refused' in late ? late : settle(late)));
  }

  /** The token behind a text, its signature verified, whether or not it still counts; undefined where it is none of ours. */
  find(text: string, sourceIp: string): Promise<VerifiedToken | Refused> | VerifiedToken | Refused | undefined {
    const digest = this.#digests.of(text).toString('latin1');
    const known = this.#verified.get(digest);
    if (known !== undefined) return known;
    const read = readToken(text, issuerOf(this.#options.settings()));
    if (read === 'foreign') return undefined;
    if (read === 'malformed') return { refused: 'malformed_token' };
    return this.#verify(text, read.kid, networkOf(sourceIp), digest);
  }

  /** Whether the token counts now, as far as is known without asking Redis; undefined where that has to be asked. */
  judge(token: VerifiedToken, loaded?: Lookup): Identified | undefined {
    const { keys, store, settings, stillVouched, isDisabled } = this.#options;
    const { claims, kid, binding, revocation } = token;
    const { root } = claims.ojs;
    if (this.#now() >= claims.exp * 1_000) return refusal('expired', token);
    if (claims.iss !== issuerOf(settings())) return refusal('former_issuer', token);
    if (!keys.isFresh || revocation?.generation !== store.generation || !store.isBelieved()) return undefined;
    if (!keys.verifies(kid)) return refusal('retired_key', token);
    if (revocation.revoked) return refusal('revoked', token);
    const stored = isStored(root) ? (loaded ?? store.warm(root.id)) : 'elsewhere';
    if (stored === undefined) return undefined;
    if (stored === 'elsewhere' && !stillVouched(root)) return refusal('parent_not_believed', token);
    const ended = stored === 'elsewhere' ? undefined : endOf(stored, claims, this.#now());
    if (ended !== undefined) return refusal(ended, token);
    const subject = subjectFor(token, typeof stored === 'string' ? undefined : stored);
    if (isDisabled(subject)) return refusal('principal_disabled', token);
    return binding === undefined ? { principal: subject } : { principal: subject, binding };
  }

  async #slowly(token: VerifiedToken): Promise<Identified> {
    const { keys, store, anyRevoked } = this.#options;
    const { jti, ojs } = token.claims;
    try {
      for (let round = 0; round < ROUNDS; round++) {
        const { generation } = store;
        const [loaded, revoked] = await Promise.all([
          isStored(ojs.root) ? (store.warm(ojs.root.id) ?? store.load(ojs.root.id)) : undefined,
          anyRevoked([jti, ...ojs.parents], ojs.tenant),
          keys.isFresh ? undefined : keys.refresh(),
        ]);
        if (loaded === 'unavailable') return UNAVAILABLE;
        token.revocation = { generation, revoked };
        const answer = this.judge(token, loaded);
        if (answer !== undefined) return answer;
      }
    } catch {
      // Redis does not answer, or the keys cannot be opened.
    }
    return UNAVAILABLE;
  }

  async #verify(text: string, kid: string, source: string, digest: string): Promise<VerifiedToken | Refused> {
    const now = this.#now();
    const wait = this.#failures.waitSeconds(source, '', now);
    if (wait > 0) return { refused: 'too_many_failures', answer: 'rate_limited', retryAfterSeconds: wait };
    let key: Awaited<ReturnType<KnownKeys['find']>>;
    try {
      key = await this.#options.keys.find(kid);
    } catch {
      return UNAVAILABLE;
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
    this.#verified.set(digest, token);
    if (this.#verified.size > MOST) {
      const [oldest] = this.#verified.keys();
      if (oldest !== undefined) this.#verified.delete(oldest);
    }
    return token;
  }
}

const UNAVAILABLE: Refused = { refused: 'store_unavailable', answer: 'backend_unavailable', retryAfterSeconds: 1 };

/** How a token appears in the audit log. */
const refusal = (refused: string, { claims, known }: VerifiedToken): Refused => ({
  refused,
  credential: `token …${claims.jti.slice(-4)}`,
  ...(known && { claimed: known.subject }),
});

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

/** Why what came of the stored credential does not count, if it does not. */
function endOf(stored: Lookup, claims: Claims, now: number): string | undefined {
  if (typeof stored === 'string') return `parent_${stored}`;
  const reason = invalidity(stored.record, now);
  if (reason !== undefined) return `parent_${reason}`;
  if (!isOfRecord(claims, stored.record)) return 'parent_is_another';
  return isOfFormerSecret(claims.ojs.root, stored.record, now) ? 'parent_rotated' : undefined;
}

/** The same object as long as nothing changes: decisions about it are remembered by its identity. */
function subjectFor(token: VerifiedToken, root: Credential | undefined): Subject {
  if (token.known === undefined || token.known.root !== root) {
    token.known = { root, subject: subjectOf(token.claims, root?.principal) };
  }
  return token.known.subject;
}
