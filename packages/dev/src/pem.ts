import { createPrivateKey, randomBytes, webcrypto } from 'node:crypto';

type EcAlgorithm = { name: string; namedCurve: string };

/** The private key as PKCS #8 PEM. */
export async function privateKeyToPem(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key));
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
    .export({ format: 'pem', type: 'pkcs8' })
    .toString();
}

/** The other way round, as a key that signs. */
export async function privateKeyFromPem(pem: string, algorithm: EcAlgorithm): Promise<webcrypto.CryptoKey> {
  const der = createPrivateKey(pem).export({ format: 'der', type: 'pkcs8' });
  return webcrypto.subtle.importKey('pkcs8', new Uint8Array(der), algorithm, true, ['sign']);
}

/** A serial number of 127 random bits, hexadecimal; positive, as RFC 5280 §4.1.2.2 asks. */
export function newSerialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] as number) & 0x7f) | 0x01;
  return bytes.toString('hex');
}
