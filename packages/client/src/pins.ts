import { createHash, X509Certificate } from 'node:crypto';
import type { DetailedPeerCertificate, PeerCertificate } from 'node:tls';
import { OjsConfigurationError } from './errors.ts';

/** As curl and RFC 7469 write them. */
const PIN = /^sha256\/{1,2}([A-Za-z0-9+/]{43}=)$/;
/** A chain that refers to itself ends at its root. */
const DEPTH = 10;

/**
 * @param pins `sha256/` and the base64 of the SHA-256 of a public key (SPKI, DER)
 * @returns the digests
 * @throws {OjsConfigurationError}
 */
export function checkPins(pins: readonly string[]): ReadonlySet<string> {
  const digests = pins.map((pin) => PIN.exec(pin)?.[1]);
  const bad = digests.indexOf(undefined);
  if (pins.length === 0 || bad >= 0)
    throw new OjsConfigurationError(
      `\`pins\`: ${pins[bad] ?? 'the empty list'} is not sha256/ and the base64 of the SHA-256 of a public key`,
    );
  return new Set(digests.filter((digest) => digest !== undefined));
}

/** Whether the verified chain holds a key with one of the digests: the server's own, or that of an issuer of it. */
export function isPinned(peer: PeerCertificate, digests: ReadonlySet<string>): boolean {
  let certificate: PeerCertificate | undefined = peer;
  for (let depth = 0; certificate?.raw !== undefined && depth < DEPTH; depth++) {
    if (digests.has(digestOf(certificate.raw))) return true;
    const issuer: PeerCertificate | undefined = (certificate as DetailedPeerCertificate).issuerCertificate;
    certificate = issuer === certificate ? undefined : issuer;
  }
  return false;
}

function digestOf(der: Buffer): string {
  const key = new X509Certificate(der).publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(key).digest('base64');
}
