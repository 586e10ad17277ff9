import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority, createKey, freePort, launchServer, writeCertificate, writePrivateFile } from '@ojs/dev';
import { createProducer } from '@ojs/producer-sdk';
import { type CpuMeter, processCpu } from '../cpu.ts';
import type { LoadTarget } from '../load/load.ts';
import { TENANT } from '../our-engine.ts';
import { startProgram } from '../program.ts';
import { startMeasuredRedis } from '../redis.ts';
import type { Fixed } from './fixed/fixed.ts';
import { jws, newSigningKey, proofFor, type SigningKey, sha256 } from './jws.ts';

const ISSUER = 'https://issuer.bench';
const AUDIENCE = 'ojs';
const PATH = '/ojs/v1/jobs';
const CONNECTIONS = 64;

/** A way to say who is asking. */
export interface Way {
  readonly name: string;
  /** Where the load goes, with the credential. @param requests how many there will be */
  target(requests: number): LoadTarget;
}

/** The same server twice, on one Redis: one identifies by its own mechanisms, one takes everybody for the same principal. */
export interface Installation {
  readonly ways: readonly Way[];
  readonly fixed: LoadTarget;
  readonly cpu: { readonly verified: CpuMeter; readonly fixed: CpuMeter; readonly redis: CpuMeter };
  /** Id of the API key. */
  readonly knownId: string;
  /** A token of the issuer, with other claims. */
  token(claims?: object, key?: SigningKey): string;
  stop(): Promise<void>;
}

export async function openInstallation(): Promise<Installation> {
  const directory = await mkdtemp(join(tmpdir(), 'ojs-bench-identity-'));
  const authority = await createAuthority();
  const clients = await createAuthority({ name: 'Clients' });
  const { certFile, keyFile } = await writeCertificate(
    directory,
    'server',
    await authority.issue({ names: ['localhost', '127.0.0.1'] }),
  );
  const client = await clients.issue({ names: ['bench-client'], usage: 'client' });
  const caFile = join(directory, 'clients.pem');
  await writePrivateFile(caFile, clients.cert);
  const [issuerKey, proofKey] = [newSigningKey(), newSigningKey()];
  const [port, fixedPort] = [await freePort(), await freePort()];
  const url = `https://localhost:${port}`;
  const identityFile = join(directory, 'identity.json');
  await writePrivateFile(identityFile, JSON.stringify(identityOf(issuerKey, caFile, url)));
  const redis = await startMeasuredRedis();
  const env = {
    OJS_ENV: 'production',
    OJS_HOST: '127.0.0.1',
    OJS_PORT: `${port}`,
    OJS_TLS_CERT_FILE: certFile,
    OJS_TLS_KEY_FILE: keyFile,
    OJS_REDIS_URL: redis.url,
    OJS_IDENTITY_FILE: identityFile,
    OJS_SECRET_SERVER_KEY: sha256(directory),
    OJS_AUDIT_FILE: join(directory, 'audit.jsonl'),
    OJS_LIMITS_CONNECTIONS_PER_CLIENT: '1000',
  };
  const key = await createKey(env, { plane: 'producer', role: 'producer', principal: 'bench', tenant: TENANT });
  const server = await launchServer({ env: { ...env, NODE_ENV: 'production' } });
  const program = startProgram(import.meta.resolve('./fixed/main.ts'));
  const other: Fixed = {
    env: { ...env, OJS_PORT: `${fixedPort}`, OJS_AUDIT_FILE: join(directory, 'fixed.jsonl') },
    principal: 'bench',
    tenant: TENANT,
  };
  const { url: fixedUrl } = await program.ask<{ url: string }>(other);

  const token = (claims: object = {}, { privateKey }: SigningKey = issuerKey): string => {
    const now = Math.floor(Date.now() / 1_000);
    const standard = { iss: ISSUER, aud: AUDIENCE, sub: 'bench', client_id: 'bench', iat: now, exp: now + 3_000 };
    return jws(
      { typ: 'at+jwt', kid: 'bench' },
      { jti: sha256(`${Math.random()}`), ...standard, ...claims },
      privateKey,
    );
  };
  const to = (headers: Record<string, string>, more: Partial<LoadTarget> = {}): LoadTarget => ({
    ...{ url, path: PATH, ca: authority.cert, connections: CONNECTIONS, headers },
    ...more,
  });
  const producer = createProducer({ url, ca: authority.cert, credential: key });
  const { token: exchanged } = await producer.narrow({ queues: ['email'], expiresInMs: 3_000_000 });
  await producer.close();
  const certificate = { cert: client.cert, key: client.key };
  const thumbprint = sha256(Buffer.from(client.cert.replace(/-----[^-]+-----|\s/g, ''), 'base64'));
  const bearer = (text: string) => ({ authorization: `Bearer ${text}` });
  const ways: Way[] = [
    { name: 'API key', target: () => to(bearer(key)) },
    { name: 'token of our own', target: () => to(bearer(exchanged)) },
    { name: 'JWT (ES256)', target: () => to(bearer(token())) },
    { name: 'client certificate', target: () => to({}, { certificate }) },
    {
      name: 'JWT bound to a certificate',
      target: () => to(bearer(token({ sub: 'mtls', cnf: { 'x5t#S256': thumbprint } })), { certificate }),
    },
    {
      name: 'JWT bound to a DPoP key (a proof each)',
      target(requests) {
        const bound = token({ cnf: { jkt: proofKey.thumbprint } });
        const proofs = Array.from({ length: requests }, () => proofFor(`${url}${PATH}`, bound, proofKey));
        return to({ authorization: `DPoP ${bound}` }, { proofs });
      },
    },
  ];
  return {
    ways,
    knownId: key.split('_')[2] ?? '',
    token,
    fixed: { ...to(bearer('anything')), url: fixedUrl },
    cpu: { verified: processCpu(server.pid), fixed: program.cpu, redis: redis.cpu },
    async stop() {
      await Promise.all([server.stop(), program.stop()]);
      await redis.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

const identityOf = ({ jwk }: SigningKey, caFile: string, origin: string) => ({
  issuers: [
    {
      ...{
        name: 'bench',
        issuer: ISSUER,
        audience: [AUDIENCE],
        tenant: TENANT,
        plane: 'producer',
        roles: ['producer'],
      },
      principalPrefix: 'bench-',
      keys: [{ ...jwk, kid: 'bench', alg: 'ES256', use: 'sig' }],
    },
  ],
  certificates: {
    authorities: [{ id: 'clients', caFile, tenant: TENANT }],
    rules: [
      {
        ...{ authority: 'clients', san: 'dns', match: 'bench-client', principal: 'bench-mtls' },
        ...{ plane: 'producer', roles: ['producer'] },
      },
    ],
  },
  binding: { origins: [origin] },
});
