import { createPrivateKey, type KeyObject, webcrypto } from 'node:crypto';
import { OjsConfigurationError } from '../errors.ts';

/** A private key: PKCS #8 PEM text, or a private JWK. `kid` names it to whom it speaks. */
export type PrivateKey = string | (webcrypto.JsonWebKey & { kid?: string });

/** How keys sign: RSA as PS256, as the profile of RFC 9068's examples and FAPI have it. */
const IMPORTS: Readonly<Record<string, webcrypto.EcKeyImportParams | webcrypto.RsaHashedImportParams | string>> = {
  'ec prime256v1': { name: 'ECDSA', namedCurve: 'P-256' },
  'ec secp384r1': { name: 'ECDSA', namedCurve: 'P-384' },
  rsa: { name: 'RSA-PSS', hash: 'SHA-256' },
  ed25519: 'Ed25519',
};

/**
 * A key that signs assertions (RFC 7523).
 *
 * @throws {OjsConfigurationError} when it is no private key of a kind that is known; never repeating it
 */
export async function signingKey(key: PrivateKey): Promise<{ key: webcrypto.CryptoKey; kid?: string }> {
  const object = read(key);
  const { namedCurve } = object.asymmetricKeyDetails ?? {};
  const algorithm = IMPORTS[[object.asymmetricKeyType, namedCurve].filter(Boolean).join(' ')];
  if (algorithm === undefined)
    throw new OjsConfigurationError('`privateKey` must be an EC key (P-256, P-384), an Ed25519 key or an RSA key');
  const bytes = object.export({ format: 'der', type: 'pkcs8' });
  const imported = await webcrypto.subtle.importKey('pkcs8', bytes, algorithm, false, ['sign']);
  const kid = typeof key === 'string' ? undefined : key.kid;
  return { key: imported, ...(kid !== undefined && { kid }) };
}

function read(key: PrivateKey): KeyObject {
  try {
    return typeof key === 'string' ? createPrivateKey(key) : createPrivateKey({ key, format: 'jwk' });
  } catch {
    throw new OjsConfigurationError('`privateKey` is neither a PKCS #8 PEM text nor a private JWK');
  }
}
