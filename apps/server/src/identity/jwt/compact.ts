import { type Claims, claimAt, isClaims } from './claim.ts';

/** The longest token that is looked at, in characters. */
export const LONGEST_TOKEN = 8_192;
const LONGEST_KID = 256;

/** A token as it claims to be: nothing of it is proven. */
export interface Unverified {
  readonly alg: string;
  readonly typ?: string;
  readonly kid?: string;
  readonly claims: Claims;
}

const PART = /^[A-Za-z0-9_-]+$/;

/**
 * Whether a token is a JWT, or would be taken for one: the Base64url of `{` and a quote, then a dot somewhere. Decides which mechanism is
 * asked, so that a broken JWT is refused here and never shown to an authorization server as an opaque token.
 */
export const looksLikeJwt = (token: string): boolean => token.startsWith('ey') && token.includes('.');

/** Whom the token names as its issuer, for nothing but to decide who looks at it. */
export function issuerOf(token: string): unknown {
  const claims = token.length > LONGEST_TOKEN ? undefined : objectOf(token.split('.', 2)[1] ?? '');
  return claims && claimAt(claims, 'iss');
}

/**
 * Reads a JWS in compact serialization (RFC 7515 §7.1) strictly, before any key or signature is thought of: of bounded length, three parts, each the
 * one canonical Base64url of its bytes, two JSON objects, and a header that asks for nothing beyond `alg`, `typ` and `kid`.
 * @returns why it is not one, for the audit log.
 */
export function readCompact(token: string): Unverified | string {
  if (token.length > LONGEST_TOKEN) return 'token_too_long';
  const parts = token.split('.');
  if (parts.length !== 3) return 'malformed_token';
  const [first = '', second = '', third = ''] = parts;
  if (bytesOf(third) === undefined) return 'malformed_token';
  const header = objectOf(first);
  const claims = objectOf(second);
  if (header === undefined || claims === undefined) return 'malformed_token';
  const read = readHeader(header);
  return typeof read === 'string' ? read : { ...read, claims };
}

/**
 * Parameters that would let the token say how it is to be verified: keys of its own (`jwk`, `x5c`) or places to fetch them from (`jku`, `x5u`),
 * another reading of the payload (`b64`, `zip`, `enc`), extensions that must be understood (`crit`).
 */
const REFUSED = ['crit', 'b64', 'zip', 'enc', 'jwk', 'jku', 'x5u', 'x5c'];

function readHeader(header: Claims): Omit<Unverified, 'claims'> | string {
  if (REFUSED.some((name) => claimAt(header, name) !== undefined)) return 'refused_header';
  const [alg, typ, kid] = ['alg', 'typ', 'kid'].map((name) => claimAt(header, name));
  if (typeof alg !== 'string') return 'wrong_algorithm';
  if (typ !== undefined && typeof typ !== 'string') return 'wrong_type';
  if (kid !== undefined && (typeof kid !== 'string' || kid.length > LONGEST_KID)) return 'malformed_kid';
  return { alg, ...(typ !== undefined && { typ }), ...(kid !== undefined && { kid }) };
}

/** The bytes of a part; undefined where it is empty or not the one way to write them (padding, spaces, loose last bits). */
function bytesOf(part: string): Buffer | undefined {
  if (!PART.test(part)) return undefined;
  const bytes = Buffer.from(part, 'base64url');
  return bytes.toString('base64url') === part ? bytes : undefined;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function objectOf(part: string): Claims | undefined {
  const bytes = bytesOf(part);
  if (bytes === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(utf8.decode(bytes));
    return isClaims(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
