import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { alternativeNames } from './certificate-names.ts';
import { newSerialNumber, privateKeyToPem } from './pem.ts';

/** A certificate and its private key, both PEM. */
export type Issued = {
  key: string;
  cert: string;
  /** The certificate followed by its issuers below the root, PEM: what the other end is shown. */
  chain: string;
  serialNumber: string;
  notAfter: Date;
};

/** An extension as it is: for what has no option of its own, however wrong. */
export type RawExtension = { oid: string; critical: boolean; value: Uint8Array<ArrayBuffer> };

/** What a certificate is for: its extended key usage. `none` leaves the extension out. */
export type CertificateUsage = 'server' | 'client' | 'both' | 'none';

/** What to put into a certificate. */
export type IssueOptions = {
  /**
   * The subject alternative names. A text is a DNS name, an IP address, an e-mail address or a URI (`spiffe://…`), as it looks;
   * with its type it is taken as it is, however wrong.
   */
  names: (string | x509.JsonGeneralName)[];
  /** Default `server`. */
  usage?: CertificateUsage;
  /** The subject's common name, default the first of `names`. */
  commonName?: string;
  /** From when it is valid, default five minutes ago. */
  notBefore?: Date;
  /** How many days it is valid from now, default 30. A negative number makes one that has expired. */
  days?: number;
  /** Says that it is an authority, though it is issued like any other. */
  isAuthority?: boolean;
  /** Its key, default ECDSA P-256; a number means RSA with so many bits. */
  rsaBits?: number;
  /** The hash that is signed, default SHA-256. */
  hash?: 'SHA-1' | 'SHA-256';
  /** Others, as they are. */
  extensions?: RawExtension[];
};

/** Who signs. */
export type Issuer = {
  readonly certificate: x509.X509Certificate;
  readonly signingKey: webcrypto.CryptoKey;
  /** Its own certificate and those between it and the root, PEM; empty for a root. */
  readonly chain: readonly string[];
};

export const ECDSA_P256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const dayMs = 86_400_000;
const clockSkewMs = 300_000;

export async function issueCertificate(issuer: Issuer, options: IssueOptions): Promise<Issued> {
  const { names, usage = 'server', days = 30, isAuthority = false, hash = 'SHA-256', extensions = [] } = options;
  const [first = 'unnamed'] = names;
  const commonName = options.commonName ?? (typeof first === 'string' ? first : first.value);
  const notAfter = new Date(Date.now() + days * dayMs);
  const notBefore = options.notBefore ?? new Date(Math.min(Date.now() - clockSkewMs, notAfter.getTime() - dayMs));
  const keys = await newKeys(options.rsaBits);
  const certificate = await x509.X509CertificateGenerator.create({
    subject: [{ CN: [commonName] }],
    issuer: issuer.certificate.subjectName,
    serialNumber: newSerialNumber(),
    notBefore,
    notAfter,
    publicKey: keys.publicKey,
    signingKey: issuer.signingKey,
    signingAlgorithm: { ...ECDSA_P256, hash },
    extensions: [
      new x509.BasicConstraintsExtension(isAuthority, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      ...extendedUsage(usage),
      ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(alternativeNames(names))] : []),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.certificate.publicKey),
      ...rawExtensions(extensions),
    ],
  });
  const cert = certificate.toString('pem');
  return {
    key: await privateKeyToPem(keys.privateKey),
    cert,
    chain: [cert, ...issuer.chain].join('\n'),
    serialNumber: certificate.serialNumber,
    notAfter: certificate.notAfter,
  };
}

function extendedUsage(usage: CertificateUsage): x509.Extension[] {
  if (usage === 'none') return [];
  const wanted = [
    ...(usage !== 'client' ? [x509.ExtendedKeyUsage.serverAuth] : []),
    ...(usage !== 'server' ? [x509.ExtendedKeyUsage.clientAuth] : []),
  ];
  return [new x509.ExtendedKeyUsageExtension(wanted)];
}

export const rawExtensions = (extensions: readonly RawExtension[] = []): x509.Extension[] =>
  extensions.map(({ oid, critical, value }) => new x509.Extension(oid, critical, value));

/** @param rsaBits an RSA key of so many bits, instead of ECDSA P-256. */
export async function newKeys(rsaBits?: number): Promise<webcrypto.CryptoKeyPair> {
  if (rsaBits === undefined) return webcrypto.subtle.generateKey(ECDSA_P256, true, ['sign', 'verify']);
  const rsa = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', publicExponent: new Uint8Array([1, 0, 1]) };
  return webcrypto.subtle.generateKey({ ...rsa, modulusLength: rsaBits }, true, ['sign', 'verify']);
}
