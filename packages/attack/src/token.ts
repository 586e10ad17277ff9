import { constants, createPrivateKey, randomUUID, sign, type webcrypto } from 'node:crypto';
import type { Target } from './target.ts';
import type { TargetFile } from './target-file.ts';

/** An issuer that the target believes. */
export type Issuer = TargetFile['issuers'][number];

type Members = Readonly<Record<string, unknown>>;

/** @throws when the target has no such issuer; say so with `needs`. */
export function issuerOf({ issuers }: Target, at = 0): Issuer {
  const issuer = issuers[at];
  if (issuer === undefined) throw new Error('the target has no such issuer');
  return issuer;
}

const encoded = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** The signature of a text with the issuer's key, as an algorithm makes it. */
function signature(text: string, jwk: Members, alg: string): string {
  const key = createPrivateKey({ key: jwk as webcrypto.JsonWebKey, format: 'jwk' });
  const bits = Number(alg.slice(2)) || 256;
  if (alg === 'EdDSA') return sign(null, Buffer.from(text), key).toString('base64url');
  const pss = alg.startsWith('PS') && { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: bits / 8 };
  return sign(`sha${bits}`, Buffer.from(text), { key, dsaEncoding: 'ieee-p1363', ...pss }).toString('base64url');
}

/** Header and claims as they are (text is not encoded as JSON), signed. */
export function signed({ key }: Issuer, header: unknown, claims: unknown, alg = String(key.alg)): string {
  const text = `${encoded(header)}.${encoded(claims)}`;
  return `${text}.${signature(text, key, alg)}`;
}

export const headerOf = ({ key }: Issuer, change: Members = {}): Members => ({
  alg: key.alg,
  typ: 'at+jwt',
  kid: key.kid,
  ...change,
});

/** Claims of a token that is good for five minutes, but for what is changed; undefined takes a claim out. */
export function claimsOf({ issuer, audience, claims }: Issuer, change: Members = {}): Members {
  const now = Math.floor(Date.now() / 1_000);
  return { iss: issuer, aud: audience, iat: now, exp: now + 300, jti: randomUUID(), ...claims, ...change };
}

/** A token that is good but for what is changed. */
export const token = (issuer: Issuer, change: Members = {}, header: Members = {}): string =>
  signed(issuer, headerOf(issuer, header), claimsOf(issuer, change));
