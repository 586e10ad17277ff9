import { type Claims, claimAt } from '../jwt/claim.ts';
import { isAudience, isOtherKind } from '../jwt/claims.ts';
import { hasRequired, isTooMuch } from '../jwt/mapping.ts';
import type { Introspector } from './settings.ts';

/**
 * Why the answer (RFC 7662 §2.2) does not make the token good here; undefined: it does. Only `active: true` is yes, and only with an end, for
 * us, and as an access token.
 * @param now milliseconds since the epoch.
 */
export function refusalOf(settings: Introspector, answer: Claims, now: number): string | undefined {
  if (claimAt(answer, 'active') !== true) return 'token_not_active';
  const [exp, nbf, iss] = ['exp', 'nbf', 'iss'].map((name) => claimAt(answer, name));
  if (typeof exp !== 'number') return 'wrong_exp';
  if (exp * 1_000 <= now) return 'token_expired';
  if (nbf !== undefined && !(typeof nbf === 'number' && nbf * 1_000 <= now)) return 'token_not_yet_valid';
  if (settings.issuer !== undefined && iss !== undefined && iss !== settings.issuer) return 'wrong_iss';
  if (!isAudience(answer, settings.audience)) return 'wrong_aud';
  const type = claimAt(answer, 'token_type');
  // Refresh tokens are active too; what a token is for, the answer must say.
  if (typeof type !== 'string' || !/^(bearer|dpop)$/i.test(type) || isOtherKind(answer)) return 'no_access_token';
  if (isTooMuch(settings, answer)) return 'too_many_claims';
  return hasRequired(settings, answer) ? undefined : 'required_claim';
}
