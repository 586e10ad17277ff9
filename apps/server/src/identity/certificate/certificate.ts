import { createHash, X509Certificate } from 'node:crypto';
import { DerReader, hexOf, Malformed, TAG } from './der.ts';
import { type Names, readNames } from './names.ts';
import { isStrongKey, readSignature } from './signature.ts';

/** A certificate as far as trust in it is concerned. Read once; nothing here is verified yet. */
export interface Certificate {
  readonly x509: X509Certificate;
  /** Base64url SHA-256 of the DER (`x5t#S256`, RFC 8705 §3.1). */
  readonly thumbprint: string;
  readonly serial: string;
  /** Whose key it has: SHA-256 of the SubjectPublicKeyInfo. */
  readonly key: string;
  /** Which authority it is, if it is one: its name and its key. One key may have had several names, each with lists of its own. */
  readonly signer: string;
  /** DER of the names of subject and issuer. */
  readonly subject: Buffer;
  readonly issuer: Buffer;
  readonly names: Names;
  /** basicConstraints says so. */
  readonly isAuthority: boolean;
  /** How many authorities may be below it; absent means any number. */
  readonly pathLength: number | undefined;
  /** keyUsage, where there is one. */
  readonly keyUsage:
    | { readonly digitalSignature: boolean; readonly keyCertSign: boolean; readonly cRLSign: boolean }
    | undefined;
  /** Object identifiers of extendedKeyUsage, where there is one. */
  readonly extendedKeyUsage: ReadonlySet<string> | undefined;
  /** An extension that must be understood, and is not (RFC 5280 §4.2). */
  readonly hasUnknownCritical: boolean;
  readonly hasStrongKey: boolean;
  readonly hasStrongSignature: boolean;
  /** Milliseconds since the epoch. */
  readonly notBefore: number;
  readonly notAfter: number;
}

/** Largest certificate that is looked at: with 20 names of the longest kind it would not be larger. */
const MOST_BYTES = 48 * 1024;

const EXTENSION = {
  keyUsage: '551d0f',
  subjectAltName: '551d11',
  basicConstraints: '551d13',
  extendedKeyUsage: '551d25',
};
/** Understood, or without meaning for whom is asked here: key identifiers, policies, where to find lists and issuers. */
const UNDERSTOOD: ReadonlySet<string> = new Set([
  ...Object.values(EXTENSION),
  ...['551d0e', '551d23', '551d20', '551d1f', '2b06010505070101'],
]);

/** clientAuth (1.3.6.1.5.5.7.3.2) and anyExtendedKeyUsage, as in {@link Certificate.extendedKeyUsage}. */
export const CLIENT_AUTH = '2b06010505070302';
export const ANY_USAGE = '551d2500';

/** Reads a certificate from its DER. @throws {Malformed} */
export function readCertificate(der: Buffer): Certificate {
  if (der.length > MOST_BYTES) throw new Malformed('is too large');
  const outer = new DerReader(der);
  const parts = outer.inside(TAG.sequence);
  outer.end();
  const tbs = parts.inside(TAG.sequence);
  tbs.maybe(0xa0);
  const serial = hexOf(tbs.contents(TAG.integer));
  const inner = tbs.whole(TAG.sequence);
  const issuer = tbs.whole(TAG.sequence);
  tbs.skip();
  const subject = tbs.whole(TAG.sequence);
  const spki = tbs.whole(TAG.sequence);
  tbs.maybe(0x81);
  tbs.maybe(0x82);
  const extensions = readExtensions(tbs.maybe(0xa3));
  tbs.end();
  const algorithm = parts.whole(TAG.sequence);
  // RFC 5280 §4.1.1.2: what is signed says the same about its signature.
  if (!algorithm.equals(inner)) throw new Malformed('names two algorithms');
  const x509 = parsed(der);
  const { isAuthority, pathLength } = readBasicConstraints(extensions.values.get(EXTENSION.basicConstraints));
  const keyUsage = readKeyUsage(extensions.values.get(EXTENSION.keyUsage));
  const names = extensions.values.get(EXTENSION.subjectAltName);
  return {
    x509,
    thumbprint: createHash('sha256').update(der).digest('base64url'),
    serial,
    key: createHash('sha256').update(spki).digest('base64url'),
    signer: createHash('sha256').update(subject).update(spki).digest('base64url'),
    subject,
    issuer,
    names: names === undefined ? { dns: [], uri: [], email: [] } : readNames(names),
    isAuthority,
    pathLength,
    keyUsage,
    extendedKeyUsage: readUsages(extensions.values.get(EXTENSION.extendedKeyUsage)),
    hasUnknownCritical: extensions.hasUnknownCritical,
    hasStrongKey: isStrongKey(x509.publicKey),
    hasStrongSignature: readSignature(new DerReader(algorithm).inside(TAG.sequence)) !== undefined,
    notBefore: x509.validFromDate.getTime(),
    notAfter: x509.validToDate.getTime(),
  };
}

/** OpenSSL's reading of the same bytes, for signatures. Its messages are not ours. */
function parsed(der: Buffer): X509Certificate {
  try {
    const x509 = new X509Certificate(der);
    // A key that cannot be used throws here, once.
    x509.publicKey;
    return x509;
  } catch {
    throw new Malformed('cannot be parsed');
  }
}

interface Extensions {
  readonly values: ReadonlyMap<string, DerReader>;
  readonly hasUnknownCritical: boolean;
}

/** Reads `Extensions` with its explicit tag taken off. Also those of a revocation list, of which none that is critical is understood. */
export function readExtensions(tagged: DerReader | undefined, understood = UNDERSTOOD): Extensions {
  const values = new Map<string, DerReader>();
  let hasUnknownCritical = false;
  if (tagged === undefined) return { values, hasUnknownCritical };
  const all = tagged.inside(TAG.sequence);
  tagged.end();
  while (!all.atEnd) {
    const extension = all.inside(TAG.sequence);
    const id = extension.contents(TAG.oid).toString('hex');
    const isCritical = extension.next === TAG.boolean && extension.contents(TAG.boolean)[0] !== 0;
    const value = extension.inside(TAG.octetString);
    extension.end();
    if (values.has(id)) throw new Malformed('has an extension twice');
    values.set(id, value);
    if (isCritical && !understood.has(id)) hasUnknownCritical = true;
  }
  return { values, hasUnknownCritical };
}

function readBasicConstraints(extension: DerReader | undefined): Pick<Certificate, 'isAuthority' | 'pathLength'> {
  const fields = extension?.inside(TAG.sequence);
  if (fields === undefined || fields.atEnd) return { isAuthority: false, pathLength: undefined };
  const isAuthority = fields.next === TAG.boolean && fields.contents(TAG.boolean)[0] !== 0;
  if (fields.atEnd) return { isAuthority, pathLength: undefined };
  const pathLength = Number.parseInt(hexOf(fields.contents(TAG.integer)), 16);
  fields.end();
  return { isAuthority, pathLength };
}

/** The bits count from the left: digitalSignature is the first, keyCertSign the sixth, cRLSign the seventh (RFC 5280 §4.2.1.3). */
function readKeyUsage(extension: DerReader | undefined): Certificate['keyUsage'] {
  if (extension === undefined) return undefined;
  const bits = extension.contents(TAG.bitString)[1] ?? 0;
  return { digitalSignature: (bits & 0x80) !== 0, keyCertSign: (bits & 0x04) !== 0, cRLSign: (bits & 0x02) !== 0 };
}

function readUsages(extension: DerReader | undefined): ReadonlySet<string> | undefined {
  if (extension === undefined) return undefined;
  const usages = new Set<string>();
  const all = extension.inside(TAG.sequence);
  while (!all.atEnd) usages.add(all.contents(TAG.oid).toString('hex'));
  return usages;
}
