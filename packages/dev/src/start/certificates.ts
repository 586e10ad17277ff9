import { X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { type Authority, createAuthority, loadAuthority } from '../authority.ts';
import { writeCertificate } from '../certificate-files.ts';

/** Where the files are, and whether any of them is new. */
export type LocalCertificates = { ca: string; certFile: string; keyFile: string; renewed: boolean };

const dayMs = 86_400_000;
const authorityMarginDays = 60;
const certificateMarginDays = 10;
const certificateDays = 90;

/**
 * The certificate authority of this clone and a server certificate for the loopback, kept in `directory` and renewed
 * before they end. A browser or client that was told to trust `ca` keeps trusting it for ten years.
 */
export async function localCertificates(directory: string): Promise<LocalCertificates> {
  const kept = await keptAuthority(directory);
  const authority = kept ?? (await createAuthority({ name: `OJS development CA (${hostname()})` }));
  const paths = kept ? authorityPaths(directory) : await writeCertificate(directory, 'ca', authority);
  const files = { certFile: join(directory, 'server.crt'), keyFile: join(directory, 'server.key') };
  const current = await isCurrent(files, authority);
  if (!current) {
    const names = ['localhost', '127.0.0.1', '::1', hostname()];
    await writeCertificate(directory, 'server', await authority.issue({ names, days: certificateDays }));
  }
  return { ca: paths.certFile, ...files, renewed: !kept || !current };
}

const authorityPaths = (directory: string): { certFile: string; keyFile: string } => ({
  certFile: join(directory, 'ca.crt'),
  keyFile: join(directory, 'ca.key'),
});

async function keptAuthority(directory: string): Promise<Authority | undefined> {
  const { certFile, keyFile } = authorityPaths(directory);
  if (!existsSync(certFile) || !existsSync(keyFile)) return undefined;
  const authority = await loadAuthority({
    cert: await readFile(certFile, 'utf8'),
    key: await readFile(keyFile, 'utf8'),
  });
  return endsWithin(authority.notAfter, authorityMarginDays) ? undefined : authority;
}

async function isCurrent(files: { certFile: string; keyFile: string }, authority: Authority): Promise<boolean> {
  if (!existsSync(files.certFile) || !existsSync(files.keyFile)) return false;
  const certificate = new X509Certificate(await readFile(files.certFile));
  const issuer = new X509Certificate(authority.cert);
  return certificate.verify(issuer.publicKey) && !endsWithin(new Date(certificate.validTo), certificateMarginDays);
}

const endsWithin = (end: Date, days: number): boolean => end.getTime() - Date.now() < days * dayMs;
