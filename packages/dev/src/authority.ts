import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { alternativeNames } from './certificate-names.ts';
import { newSerialNumber, privateKeyFromPem, privateKeyToPem } from './pem.ts';

/** A certificate and its private key, both PEM. `chain` is the certificate followed by its issuers below the root. */
export type Issued = { key: string; cert: string; serialNumber: string; notAfter: Date };

/** What a certificate is for: its extended key usage. `none` leaves the extension out. */
export type CertificateUsage = 'server' | 'client' | 'both' | 'none';

/** What to put into a certificate. */
export type IssueOptions = {
  /** DNS names, IP addresses, e-mail addresses or URIs (`spiffe://…`): the subject alternative names. */
  names: string[];
  /** Default `server`. */
  usage?: CertificateUsage;
  /** The subject's common name, default the first of `names`. */
  commonName?: string;
  /** From when it is valid, default five minutes ago. */
  notBefore?: Date;
  /** How many days it is valid from now, default 30. A negative number makes one that has expired. */
  days?: number;
};

/** A certificate authority of our own, for development and tests. Never for production. */
export type Authority = {
  /** The root certificate, PEM: what clients trust. */
  cert: string;
  /** Its private key, PEM (PKCS #8). */
  key: string;
  notAfter: Date;
  issue: (options: IssueOptions) => Promise<Issued>;
};

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const dayMs = 86_400_000;
const clockSkewMs = 300_000;

/** Makes a new authority with a fresh ECDSA P-256 key. */
export async function createAuthority(options: { name?: string; days?: number } = {}): Promise<Authority> {
  const { name = 'OJS development CA', days = 3650 } = options;
  const keys = await newKeys();
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [name] }],
    serialNumber: newSerialNumber(),
    notBefore: new Date(Date.now() - clockSkewMs),
    notAfter: new Date(Date.now() + days * dayMs),
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return authorityOf(root, keys.privateKey);
}

/** An authority made earlier, from its PEM texts. */
export async function loadAuthority(pem: { cert: string; key: string }): Promise<Authority> {
  return authorityOf(new x509.X509Certificate(pem.cert), await privateKeyFromPem(pem.key, algorithm));
}

async function authorityOf(root: x509.X509Certificate, signingKey: webcrypto.CryptoKey): Promise<Authority> {
  return {
    cert: root.toString('pem'),
    key: await privateKeyToPem(signingKey),
    notAfter: root.notAfter,
    issue: (options) => issue(root, signingKey, options),
  };
}

async function issue(
  root: x509.X509Certificate,
  signingKey: webcrypto.CryptoKey,
  options: IssueOptions,
): Promise<Issued> {
  const { names, usage = 'server', commonName = names[0] ?? 'unnamed', days = 30 } = options;
  const notAfter = new Date(Date.now() + days * dayMs);
  const notBefore = options.notBefore ?? new Date(Math.min(Date.now() - clockSkewMs, notAfter.getTime() - dayMs));
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.create({
    subject: [{ CN: [commonName] }],
    issuer: root.subjectName,
    serialNumber: newSerialNumber(),
    notBefore,
    notAfter,
    publicKey: keys.publicKey,
    signingKey,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      ...extendedUsage(usage),
      new x509.SubjectAlternativeNameExtension(alternativeNames(names)),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(root.publicKey),
    ],
  });
  return {
    key: await privateKeyToPem(keys.privateKey),
    cert: certificate.toString('pem'),
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

async function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}
