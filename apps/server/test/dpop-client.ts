import { generateKeyPairSync, hash, type KeyObject, randomUUID, sign } from 'node:crypto';

/** Whoever holds a key and proves it. Every part of a proof can be said otherwise. */
export interface ProofMaker {
  readonly thumbprint: string;
  readonly jwk: Readonly<Record<string, unknown>>;
  readonly privateJwk: Readonly<Record<string, unknown>>;
  prove(
    request: { readonly method: string; readonly url: string; readonly token?: string },
    claims?: Readonly<Record<string, unknown>>,
    header?: Readonly<Record<string, unknown>>,
  ): string;
}

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

export const athOf = (token: string): string => hash('sha256', token, 'base64url');

/** RFC 7638. */
export function thumbprintOf({ crv, kty, x, y }: Readonly<Record<string, unknown>>): string {
  return hash('sha256', JSON.stringify(y === undefined ? { crv, kty, x } : { crv, kty, x, y }), 'base64url');
}

export function proofMaker(alg: 'ES256' | 'EdDSA' = 'ES256'): ProofMaker {
  const { privateKey, publicKey } =
    alg === 'ES256' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('ed25519');
  const jwk = { ...publicKey.export({ format: 'jwk' }) };
  return {
    thumbprint: thumbprintOf(jwk),
    jwk,
    privateJwk: { ...privateKey.export({ format: 'jwk' }) },
    prove({ method, url, token }, claims = {}, header = {}) {
      const protectedHeader = encoded({ typ: 'dpop+jwt', alg, jwk, ...header });
      const iat = Math.floor(Date.now() / 1_000);
      const ath = token === undefined ? {} : { ath: athOf(token) };
      const payload = encoded({ jti: randomUUID(), htm: method, htu: url, iat, ...ath, ...claims });
      const signed = `${protectedHeader}.${payload}`;
      return `${signed}.${signatureOf(alg, privateKey, signed)}`;
    },
  };
}

function signatureOf(alg: 'ES256' | 'EdDSA', key: KeyObject, text: string): string {
  const bytes = Buffer.from(text);
  const signature =
    alg === 'ES256' ? sign('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' }) : sign(null, bytes, key);
  return signature.toString('base64url');
}
