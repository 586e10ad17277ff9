import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority, runServerCommand, startTestServer, writeCertificate } from '@ojs/dev';
import { type TOTP, URI } from 'otpauth';
import { openTarget, type Target } from './target.ts';
import { TargetFile } from './target-file.ts';

/** A server with every mechanism, and all that is to be known of it. */
export interface Installation {
  readonly target: Target;
  stop(): Promise<void>;
}

export async function startInstallation(): Promise<Installation> {
  const directory = await mkdtemp(join(tmpdir(), 'ojs-attack-'));
  const identityFile = join(directory, 'identity.json');
  const certificates = await clientCertificates(directory);
  const issuers = [tokenIssuer('first', 'RS256', 'acme'), tokenIssuer('second', 'ES256', 'beta')];
  const origin = 'https://jobs.example.com';
  await writeFile(
    identityFile,
    JSON.stringify({
      certificates: certificates.settings,
      issuers: issuers.map(({ settings }) => settings),
      binding: { origins: [origin] },
    }),
  );
  const server = await startTestServer({ env: { OJS_IDENTITY_FILE: identityFile } });
  const other = await server.another();
  const ca = join(directory, 'ca.pem');
  await writeFile(ca, server.ca);
  const key = (plane: 'producer' | 'worker' | 'admin', role: string, allTenants = false): Promise<string> =>
    server.createKey({ plane, role, allTenants });
  const file = TargetFile.parse({
    url: server.url,
    plainUrl: server.plainUrl,
    origin,
    others: [other.url],
    ca,
    keys: {
      producer: await key('producer', 'producer'),
      worker: await key('worker', 'worker'),
      operator: await key('admin', 'operator'),
      admin: await key('admin', 'admin', true),
    },
    certificates: certificates.target,
    issuers: issuers.map(({ target }) => target),
    auditFile: server.env.OJS_AUDIT_FILE,
    totp: await enrolAdmin(server.env),
  });
  const target = openTarget(file);
  return {
    target,
    async stop() {
      target.close();
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** An issuer of access tokens for producers of one tenant. */
function tokenIssuer(name: string, alg: 'RS256' | 'ES256', tenant: string) {
  const { privateKey, publicKey } =
    alg === 'RS256'
      ? generateKeyPairSync('rsa', { modulusLength: 2_048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const issuer = `https://${name}.example.com`;
  const audience = 'https://jobs.example.com';
  const id = { kid: 'key-1', alg };
  return {
    settings: {
      name,
      issuer,
      audience: [audience],
      keys: [{ ...publicKey.export({ format: 'jwk' }), ...id }],
      algorithms: [alg],
      plane: 'producer',
      roles: ['producer'],
      tenant: { claim: 'tenant', allow: [tenant] },
    },
    target: {
      issuer,
      audience,
      key: { ...privateKey.export({ format: 'jwk' }), ...id },
      claims: { sub: 'shop', tenant },
    },
  };
}

/** Gives the principal of the admin key a second factor. @returns its secret */
async function enrolAdmin(env: Record<string, string | undefined>): Promise<string> {
  const whose = ['--principal', 'admin', '--all-tenants'];
  const enrolled = JSON.parse(await runServerCommand(env, ['mfa', 'enroll', ...whose, '--json']));
  const totp = URI.parse(enrolled.uri) as TOTP;
  // A code of the step before: the present one stays for the attacks. Its time may end while the command starts; then the next is tried.
  const confirm = (): Promise<string> =>
    runServerCommand(env, ['mfa', 'confirm', ...whose], `${totp.generate({ timestamp: Date.now() - 30_000 })}\n`);
  await confirm().catch(confirm);
  return totp.secret.base32;
}

/** An authority for client certificates, and the certificate of a worker. */
async function clientCertificates(directory: string) {
  const authority = await createAuthority({ name: 'Mesh CA' });
  const worker = await authority.issue({ names: ['spiffe://example.org/worker/w1'], usage: 'client' });
  const written = await writeCertificate(directory, 'mesh', authority);
  const worksFor = { authority: 'mesh', san: 'uri', match: 'spiffe://example.org/worker/*', principal: 'worker/*' };
  return {
    settings: {
      authorities: [{ id: 'mesh', caFile: written.certFile, tenant: '_default' }],
      rules: [{ ...worksFor, plane: 'worker', roles: ['worker'] }],
    },
    target: { authority: written, worker: await writeCertificate(directory, 'worker', worker) },
  };
}
