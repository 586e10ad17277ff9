import { createHash, generateKeyPairSync, type KeyObject, randomUUID, sign, type webcrypto } from 'node:crypto';

/** A P-256 key that signs tokens or proofs. */
export interface SigningKey {
  readonly privateKey: KeyObject;
  /** Public. */
  readonly jwk: webcrypto.JsonWebKey;
  /** RFC 7638. */
  readonly thumbprint: string;
}

export function newSigningKey(): SigningKey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { crv, kty, x, y } = publicKey.export({ format: 'jwk' });
  const thumbprint = sha256(JSON.stringify({ crv, kty, x, y }));
  return { privateKey, jwk: { crv, kty, x, y }, thumbprint };
}

export const sha256 = (text: string | Buffer): string => createHash('sha256').update(text).digest('base64url');

/** A compact JWS (RFC 7515), ES256. */
export function jws(header: object, claims: object, key: KeyObject): string {
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${encode({ alg: 'ES256', ...header })}.${encode(claims)}`;
  return `${signed}.${sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

/** A proof of the key for one POST (RFC 9449 §4.2). */
export const proofFor = (url: string, token: string, { privateKey, jwk }: SigningKey): string =>
  jws(
    { typ: 'dpop+jwt', jwk },
    { jti: randomUUID(), htm: 'POST', htu: url, iat: Math.floor(Date.now() / 1_000), ath: sha256(token) },
    privateKey,
  );
