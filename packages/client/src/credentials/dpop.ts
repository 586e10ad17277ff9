import { createHash, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import type { CredentialSource } from './source.ts';

/** A key whose owner can prove it with each request (RFC 9449), so that a token bound to it is worthless to a thief. */
export interface DpopKey {
  /**
   * A proof for one request.
   * @param url of the request; query and fragment are left out
   * @param about the access token that goes with it, and the nonce that the server asked for
   */
  proof(method: string, url: string, about?: { token?: string; nonce?: string | undefined }): string;
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A new P-256 key, in memory only. */
export function createDpopKey(): DpopKey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { kty, crv, x, y } = publicKey.export({ format: 'jwk' });
  const header = encode({ typ: 'dpop+jwt', alg: 'ES256', jwk: { kty, crv, x, y } });
  return {
    proof(method, url, { token, nonce } = {}) {
      const { origin, pathname } = new URL(url);
      const claims = {
        jti: randomUUID(),
        htm: method,
        htu: origin + pathname,
        iat: Math.floor(Date.now() / 1000),
        ...(token !== undefined && { ath: createHash('sha256').update(token).digest('base64url') }),
        ...(nonce !== undefined && { nonce }),
      };
      const signed = `${header}.${encode(claims)}`;
      const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' });
      return `${signed}.${signature.toString('base64url')}`;
    },
  };
}

/**
 * Sends the token of another credential with a proof for each request (`Authorization: DPoP`). The token must have been issued
 * for this key.
 */
export function dpop(token: CredentialSource, key: DpopKey): CredentialSource {
  return async (asked) => {
    const presented = asked.instead ?? (await token(asked));
    // Without a request there is nothing to prove; and what has headers of its own has its own proof.
    if (typeof presented !== 'string' || asked.request === undefined) return presented;
    const { method, url } = asked.request;
    return { authorization: `DPoP ${presented}`, dpop: key.proof(method, url, { token: presented }) };
  };
}
