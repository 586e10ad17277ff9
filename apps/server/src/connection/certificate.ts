import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { type KeyPair, secureContextOf } from './tls.ts';

/** Why a server's certificate and key cannot be used. */
export type Unfit =
  | 'certificate_unreadable'
  | 'key_unreadable'
  | 'key_encrypted'
  | 'pair_mismatch'
  | 'certificate_expired'
  | 'certificate_not_yet_valid'
  | 'certificate_not_for_servers'
  | 'pair_refused_by_tls';

/** A pair that can be used. */
export interface ServerCertificate {
  /** In hexadecimal, as certificates have it. */
  readonly serial: string;
  /** When it ends, in milliseconds since the epoch. */
  readonly notAfter: number;
}

/** RFC 5280 §4.2.1.12: id-kp-serverAuth and anyExtendedKeyUsage. */
const FOR_SERVERS: ReadonlySet<string> = new Set(['1.3.6.1.5.5.7.3.1', '2.5.29.37.0']);

const attempt = <T>(make: () => T): T | undefined => {
  try {
    return make();
  } catch {
    return undefined;
  }
};

/**
 * Judges a certificate and its key before any listener uses them: a pair, valid now, meant for servers, and strong enough for the
 * rules of TLS. Pure but for its reading of the rules.
 *
 * @param now in milliseconds since the epoch
 */
export function judgeCertificate(pair: KeyPair, now: number): ServerCertificate | { readonly unfit: Unfit } {
  const certificate = attempt(() => new X509Certificate(pair.cert));
  if (certificate === undefined) return { unfit: 'certificate_unreadable' };
  const key = readKey(pair.key);
  if (typeof key === 'string') return { unfit: key };
  if (!certificate.checkPrivateKey(key)) return { unfit: 'pair_mismatch' };
  const notAfter = certificate.validToDate.getTime();
  if (now < certificate.validFromDate.getTime()) return { unfit: 'certificate_not_yet_valid' };
  if (now >= notAfter) return { unfit: 'certificate_expired' };
  // Without the extension a certificate is for everything; the type says that it is always there.
  const usages: readonly string[] | undefined = certificate.keyUsage;
  if (usages !== undefined && !usages.some((usage) => FOR_SERVERS.has(usage))) {
    return { unfit: 'certificate_not_for_servers' };
  }
  if (attempt(() => createSecureContext(secureContextOf(pair))) === undefined) return { unfit: 'pair_refused_by_tls' };
  return { serial: certificate.serialNumber, notAfter };
}

/** Both forms of a PEM key that a passphrase protects (RFC 7468 §11, RFC 1421 §4.6). */
const ENCRYPTED = /^(-----BEGIN ENCRYPTED|Proc-Type: 4,ENCRYPTED)/m;

function readKey(pem: Buffer): KeyObject | Unfit {
  if (ENCRYPTED.test(pem.toString('latin1'))) return 'key_encrypted';
  return attempt(() => createPrivateKey(pem)) ?? 'key_unreadable';
}
