import type { Subject } from '../../access/decide.ts';
import { presentedSecret } from '../authorization.ts';
import { invalidity } from '../credential-record.ts';
import type { Credential, CredentialStore, Lookup } from '../credential-store.ts';
import type { Asking, Identified, Refused } from '../identity.ts';
import { STORE_UNAVAILABLE } from '../refused.ts';
import type { Claims } from './claims.ts';
import { issuerOf } from './settings.ts';
import { SignedTokens, type SignedTokensOptions, type VerifiedToken } from './signed-tokens.ts';
import { isOfFormerSecret, isOfRecord, isStored, subjectOf } from './subject.ts';

export interface IssuedTokensOptions extends SignedTokensOptions {
  readonly store: CredentialStore;
  /** Whether any of the tokens is revoked for the tenant; rejects where Redis does not say. */
  readonly anyRevoked: (jtis: readonly string[], tenant: string) => Promise<boolean>;
  /** Whether the policy disabled the principal. */
  readonly isDisabled: (principal: Subject) => boolean;
  /** Whether the credential of that kind and id, which is not stored here, still counts: its issuer or authority is believed. */
  readonly stillVouched: (root: Claims['ojs']['root']) => boolean;
}

/** How often a token is judged anew while credentials keep changing. */
const ROUNDS = 3;

/**
 * Tokens that this server issued. One that was verified before is answered at once from memory; each time it is asked whether it
 * has ended, whether it or a token that it came of is revoked, and what the record of its root says now.
 */
export class IssuedTokens {
  readonly #options: IssuedTokensOptions;
  readonly #now: () => number;
  readonly #signed: SignedTokens;
  /** The last header of each connection: it mostly comes again. */
  readonly #onConnection = new WeakMap<object, { readonly authorization: string; readonly token: VerifiedToken }>();

  constructor(options: IssuedTokensOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#signed = new SignedTokens(options);
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

  /** The token behind a text, whether or not it still counts; undefined where it is none of ours. */
  find(text: string, sourceIp: string): Promise<VerifiedToken | Refused> | VerifiedToken | Refused | undefined {
    return this.#signed.find(text, sourceIp);
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
        if (loaded === 'unavailable') return STORE_UNAVAILABLE;
        token.revocation = { generation, revoked };
        const answer = this.judge(token, loaded);
        if (answer !== undefined) return answer;
      }
    } catch {
      // Redis does not answer, or the keys cannot be opened.
    }
    return STORE_UNAVAILABLE;
  }
}

/** How a token appears in the audit log. */
const refusal = (refused: string, { claims, known }: VerifiedToken): Refused => ({
  refused,
  credential: `token …${claims.jti.slice(-4)}`,
  ...(known && { claimed: known.subject }),
});

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
