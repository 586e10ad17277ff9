import 'reflect-metadata';
import type { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import {
  ECDSA_P256,
  type Issued,
  type IssueOptions,
  issueCertificate,
  newKeys,
  type RawExtension,
  rawExtensions,
} from './issue-certificate.ts';
import { newSerialNumber, privateKeyFromPem, privateKeyToPem } from './pem.ts';
import { type CrlOptions, RevocationList, type RevocationReason } from './revocation-list.ts';

/** A certificate authority of our own, for development and tests. Never for production. */
export type Authority = {
  /** Its certificate, PEM: what clients trust, where it is a root. */
  cert: string;
  /** Its private key, PEM (PKCS #8). */
  key: string;
  notAfter: Date;
  issue: (options: IssueOptions) => Promise<Issued>;
  /** An authority below this one. What it issues comes with its certificate in `chain`. */
  intermediate: (options?: AuthorityOptions) => Promise<Authority>;
  /** Puts a certificate on the list that {@link crl} makes from now on. */
  revoke: (serialNumber: string, reason?: RevocationReason) => void;
  /** Its certificate revocation list as it is now, PEM. */
  crl: (options?: CrlOptions) => Promise<string>;
};

export type AuthorityOptions = {
  name?: string;
  /** How many days it is valid from now, default 3,650. */
  days?: number;
  /** How many authorities may be below it, default none. */
  pathLength?: number;
  extensions?: RawExtension[];
};

const dayMs = 86_400_000;
const clockSkewMs = 300_000;

/** Makes a new authority with a fresh ECDSA P-256 key. */
export async function createAuthority(options: AuthorityOptions = {}): Promise<Authority> {
  const { name = 'OJS development CA', days = 3650 } = options;
  const keys = await newKeys();
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [name] }],
    serialNumber: newSerialNumber(),
    notBefore: new Date(Date.now() - clockSkewMs),
    notAfter: new Date(Date.now() + days * dayMs),
    keys,
    signingAlgorithm: ECDSA_P256,
    extensions: await authorityExtensions(keys.publicKey, options),
  });
  return authorityOf(root, keys.privateKey, []);
}

/** An authority made earlier, from its PEM texts. */
export async function loadAuthority(pem: { cert: string; key: string }): Promise<Authority> {
  return authorityOf(new x509.X509Certificate(pem.cert), await privateKeyFromPem(pem.key, ECDSA_P256), []);
}

async function authorityExtensions(
  key: webcrypto.CryptoKey,
  { pathLength = 0, extensions }: AuthorityOptions,
): Promise<x509.Extension[]> {
  return [
    new x509.BasicConstraintsExtension(true, pathLength, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    await x509.SubjectKeyIdentifierExtension.create(key),
    ...rawExtensions(extensions),
  ];
}

/** @param chain the certificates between this one and the root, PEM, its own first; empty for a root. */
async function authorityOf(
  certificate: x509.X509Certificate,
  signingKey: webcrypto.CryptoKey,
  chain: readonly string[],
): Promise<Authority> {
  const issuer = { certificate, signingKey, chain };
  const list = new RevocationList(issuer);
  return {
    cert: certificate.toString('pem'),
    key: await privateKeyToPem(signingKey),
    notAfter: certificate.notAfter,
    issue: (options) => issueCertificate(issuer, options),
    async intermediate(options = {}) {
      const { name = 'OJS intermediate CA', days = 365 } = options;
      const keys = await newKeys();
      const below = await x509.X509CertificateGenerator.create({
        subject: [{ CN: [name] }],
        issuer: certificate.subjectName,
        serialNumber: newSerialNumber(),
        notBefore: new Date(Date.now() - clockSkewMs),
        notAfter: new Date(Date.now() + days * dayMs),
        publicKey: keys.publicKey,
        signingKey,
        signingAlgorithm: ECDSA_P256,
        extensions: [
          ...(await authorityExtensions(keys.publicKey, options)),
          await x509.AuthorityKeyIdentifierExtension.create(certificate.publicKey),
        ],
      });
      return authorityOf(below, keys.privateKey, [below.toString('pem'), ...chain]);
    },
    revoke: (serialNumber, reason) => list.revoke(serialNumber, reason),
    crl: (options) => list.pem(options),
  };
}
