import { Secret, TOTP } from 'otpauth';

/** RFC 6238 as authenticator apps have it: SHA-1, six digits, steps of 30 s. */
const FORM = { algorithm: 'SHA1', digits: 6, period: 30 } as const;
/** A secret of the length of the hash (RFC 4226 §4, R6). */
const SECRET_BYTES = 20;
/** Steps before and after the present one whose codes are taken: clocks differ, and typing takes time (RFC 6238 §5.2). */
const WINDOW = 1;

/** A new secret in base32, as authenticator apps read it. */
export const newTotpSecret = (): string => new Secret({ size: SECRET_BYTES }).base32;

/** The `otpauth://` URI that an authenticator app reads. It contains the secret: show it once, and store it nowhere. */
export const totpUri = (secret: string, issuer: string, label: string): string =>
  new TOTP({ ...FORM, issuer, label, secret: Secret.fromBase32(secret) }).toString();

/**
 * The time step whose code this is, or undefined. Whether that step was used before is for the caller to find out.
 * @param code exactly six ASCII digits.
 * @param now milliseconds since the epoch.
 */
export function matchingStep(secret: string, code: string, now: number): number | undefined {
  const totp = new TOTP({ ...FORM, secret: Secret.fromBase32(secret) });
  // Compares in constant time.
  const delta = totp.validate({ token: code, timestamp: now, window: WINDOW });
  return delta === null ? undefined : totp.counter({ timestamp: now }) + delta;
}
