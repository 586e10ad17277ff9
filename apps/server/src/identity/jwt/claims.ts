import type { Binding } from '../identity.ts';
import { type Claims, claimAt, isClaims } from './claim.ts';

/** What only an ID token has (OpenID Connect Core §2, §3.1.3.6): it says who logged in at somebody else, and is no permission to come here. */
const OF_ID_TOKENS = ['nonce', 'at_hash', 'c_hash', 's_hash'];

/**
 * Whether the claims are those of another kind of token than an access token, where `typ` of the header does not say so: ID tokens, and what some
 * authorization servers write into the claims of refresh tokens (`typ`) and ID tokens (`token_use`).
 */
export function isOtherKind(claims: Claims): boolean {
  if (OF_ID_TOKENS.some((name) => claimAt(claims, name) !== undefined)) return true;
  const [typ, use] = [claimAt(claims, 'typ'), claimAt(claims, 'token_use')];
  const isAccess = typ === undefined || (typeof typ === 'string' && /^(bearer|dpop|at\+jwt)$/i.test(typ));
  return !isAccess || (use !== undefined && use !== 'access');
}

/** From `iat` to `exp`, in seconds; undefined where that is no time. */
export function lifetimeOf(claims: Claims): number | undefined {
  const [iat, exp] = [claimAt(claims, 'iat'), claimAt(claims, 'exp')];
  if (typeof iat !== 'number' || typeof exp !== 'number') return undefined;
  return Number.isFinite(exp - iat) && exp > iat ? exp - iat : undefined;
}

/** Whether one of the audiences is meant, perhaps beside others (RFC 7519 §4.1.3). */
export const isAudience = (claims: Claims, audience: readonly string[]): boolean =>
  [claimAt(claims, 'aud')].flat().some((each) => typeof each === 'string' && audience.includes(each));

const METHODS = { 'x5t#S256': 'certificate', jkt: 'dpop' } as const;

/**
 * The key that the token is bound to by `cnf` (RFC 7800): a client certificate's (RFC 8705 §3.1) or that of DPoP proofs (RFC 9449 §6.1).
 * @returns undefined: to none. `unknown`: to something that cannot be proven here, so the token is worth nothing.
 */
export function bindingOf(claims: Claims): Binding | undefined | 'unknown' {
  const cnf = claimAt(claims, 'cnf');
  if (cnf === undefined) return undefined;
  const [method, ...others] = isClaims(cnf) ? Object.entries(cnf) : [];
  if (method === undefined || others.length > 0) return 'unknown';
  const [name, thumbprint] = method;
  if (name !== 'x5t#S256' && name !== 'jkt') return 'unknown';
  const isDigest = typeof thumbprint === 'string' && /^[A-Za-z0-9_-]{43}$/.test(thumbprint);
  return isDigest ? { kind: METHODS[name], thumbprint } : 'unknown';
}
