import type { KeyObject } from 'node:crypto';
import { errors, type JWTPayload, jwtVerify } from 'jose';
import { isAlgorithm } from './algorithms.ts';
import type { Unverified } from './compact.ts';
import { isTooMuch } from './mapping.ts';
import type { Issuer } from './settings.ts';

/** Why the token is not worth a verification. */
export function refusalBefore(settings: Issuer, { alg, typ, claims }: Unverified): string | undefined {
  if (!isAlgorithm(alg) || !settings.algorithms.includes(alg)) return 'wrong_algorithm';
  if (!isType(settings.type, typ)) return 'wrong_type';
  return isTooMuch(settings, claims) ? 'too_many_claims' : undefined;
}

/** Media types in `typ` (RFC 7515 §4.1.9) may leave out `application/`. */
function isType(wanted: Issuer['type'], typ: string | undefined): boolean {
  const type = typ?.toLowerCase().replace(/^application\//, '');
  const isAccessToken = type === 'at+jwt';
  const isPlain = type === undefined || type === 'jwt' || type === 'jose';
  return (wanted !== 'jwt' && isAccessToken) || (wanted !== 'at+jwt' && isPlain);
}

/**
 * The claims, when signature, issuer, audience and times are right.
 * @param now milliseconds since the epoch.
 * @returns why they are not, for the audit log.
 */
export async function verifyToken(
  token: string,
  key: KeyObject,
  settings: Issuer,
  now: number,
): Promise<(JWTPayload & { exp: number }) | string> {
  try {
    const { payload } = await jwtVerify<{ exp: number }>(token, key, {
      algorithms: settings.algorithms,
      issuer: settings.issuer,
      audience: settings.audience,
      requiredClaims: ['exp', 'iat'],
      clockTolerance: settings.clockToleranceSeconds,
      maxTokenAge: settings.maxLifetimeSeconds,
      currentDate: new Date(now),
    });
    return payload;
  } catch (error) {
    return reasonOf(error);
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'wrong_signature';
  if (error instanceof errors.JWTExpired) return error.claim === 'exp' ? 'token_expired' : 'token_too_old';
  if (!(error instanceof errors.JWTClaimValidationFailed)) return 'malformed_token';
  const isEarly = error.reason === 'check_failed' && (error.claim === 'nbf' || error.claim === 'iat');
  return isEarly ? 'token_not_yet_valid' : `wrong_${error.claim}`;
}
