import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import * as oauth from 'oauth4webapi';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { COOLDOWN_MS } from '../src/identity/jwt/jwks.ts';
import { CLIENT, RESOURCE_SERVER, RESOURCES, startAuthorizationServer } from './authorization-server.ts';
import { expectRefusal, type Harness, startHarness } from './http-harness.ts';
import { believing, issuerKey, jwtMechanism, reason } from './issuer-harness.ts';

const key = issuerKey('ES256', 'k1');
const trusted = getCACertificates();
let directory: string;
let issuer: Awaited<ReturnType<typeof startAuthorizationServer>>;
let server: Harness;
let metadata: oauth.AuthorizationServer;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ojs-oauth-'));
  issuer = await startAuthorizationServer(key);
  setDefaultCACertificates([...trusted, issuer.ca]);
  const url = new URL(issuer.url);
  metadata = await oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url));
  const mapping = { plane: 'producer', roles: ['producer'] };
  const identityFile = join(directory, 'identity.json');
  await writeFile(join(directory, 'ca.pem'), issuer.ca);
  await writeFile(
    identityFile,
    JSON.stringify({
      issuers: [
        {
          name: 'corp',
          issuer: issuer.url,
          audience: [RESOURCES.jwt],
          jwksUrl: metadata.jwks_uri,
          tenant: 'acme',
          ...mapping,
        },
      ],
      introspection: [
        {
          name: 'opaque',
          url: metadata.introspection_endpoint,
          clientId: RESOURCE_SERVER.client_id,
          secret: 'INTROSPECTION',
          issuer: issuer.url,
          audience: [RESOURCES.opaque],
          principal: { claim: 'client_id' },
          cacheSeconds: 0,
          ...mapping,
        },
      ],
    }),
  );
  server = await startHarness({
    OJS_IDENTITY_FILE: identityFile,
    OJS_OUTGOING_ALLOW: 'localhost',
    OJS_OUTGOING_CA_FILE: join(directory, 'ca.pem'),
    OJS_SECRET_INTROSPECTION: RESOURCE_SERVER.client_secret,
  });
});

afterAll(async () => {
  setDefaultCACertificates(trusted);
  await server?.stop();
  await issuer?.close();
  await rm(directory, { recursive: true, force: true });
});

const client: oauth.Client = { client_id: CLIENT.client_id };
const authentication = oauth.ClientSecretBasic(CLIENT.client_secret);

/** What the client credentials flow gives (RFC 6749 §4.4). */
async function accessToken(resource: string, scope = 'ojs:enqueue ojs:inspect'): Promise<string> {
  const response = await oauth.clientCredentialsGrantRequest(metadata, client, authentication, { resource, scope });
  return (await oauth.processClientCredentialsResponse(metadata, client, response)).access_token;
}

const enqueue = (token: string, options: { queue?: string; headers?: Record<string, string> } = {}) =>
  server.send('POST', '/ojs/v1/jobs', {
    key: token,
    body: { type: 'email.send', args: [], queue: options.queue ?? 'mail' },
    ...(options.headers && { headers: options.headers }),
  });

describe('an access token that is a JWT (RFC 9068)', () => {
  test('enqueues, in the tenant of its issuer, and what it did is recorded with who vouched', async () => {
    const token = await accessToken(RESOURCES.jwt);
    for (let i = 0; i < 3; i++) expect((await enqueue(token)).status).toBe(201);
    const logins = (await server.audit()).filter(({ event_type }) => event_type === 'auth.login.success');
    expect(logins).toMatchObject([
      { principal: 'corp/shop', tenant: 'acme', detail: { mechanism: 'jwt', plane: 'producer' } },
    ]);
    expect(JSON.stringify(await server.audit())).not.toContain(token.split('.')[2]);
  });

  test('does not reach the operations of another plane, nor another tenant (A23)', async () => {
    const token = await accessToken(RESOURCES.jwt);
    expectRefusal(
      await server.send('POST', '/ojs/v1/workers/fetch', { key: token, body: { queues: ['mail'] } }),
      403,
      'permission_denied',
    );
    expectRefusal(await enqueue(token, { headers: { 'X-OJS-Tenant': 'beta' } }), 403, 'tenant_access_denied');
    expect((await enqueue(token, { headers: { 'X-OJS-Tenant': 'acme' } })).status).toBe(201);
  });

  test('is limited by its scopes', async () => {
    const token = await accessToken(RESOURCES.jwt, 'ojs:enqueue:billing.*');
    expect((await enqueue(token, { queue: 'billing.invoices' })).status).toBe(201);
    expectRefusal(await enqueue(token), 403, 'permission_denied');
  });

  test('for somebody else, cut, or from nowhere is refused with one general answer, and the reason is in the audit log', async () => {
    const good = await accessToken(RESOURCES.jwt);
    const bad = [
      await accessToken('https://other.example.com'),
      good.slice(0, -6),
      `${good.slice(0, -6)}AAAAAA`,
      'eyJhbGciOiJub25lIn0.e30.',
    ];
    const answers = [];
    for (const token of bad) answers.push(await enqueue(token));
    for (const answer of answers) expectRefusal(answer, 401, 'unauthenticated');
    expect(new Set(answers.map(({ body }) => body.error.message)).size).toBe(1);
    const failures = (await server.audit()).filter(({ event_type }) => event_type === 'auth.login.failure');
    expect(failures.map(({ detail }) => detail.reason)).toEqual([
      'wrong_aud',
      'wrong_signature',
      'wrong_signature',
      'malformed_token',
    ]);
    for (const token of bad) expect(JSON.stringify(failures)).not.toContain(token.slice(-20));
  });

  test('of a new key is accepted after one fetch, that of one that was withdrawn is not (A18)', async () => {
    const settings = {
      name: 'corp',
      issuer: issuer.url,
      audience: [RESOURCES.jwt],
      jwksUrl: metadata.jwks_uri,
      plane: 'producer',
    };
    const { ask, issuers, pass, clock } = jwtMechanism(believing([settings]), { send: issuer.outgoing.send });
    clock.now = Date.now();
    await issuers.start();
    const old = await accessToken(RESOURCES.jwt);
    expect(await ask(old)).toHaveProperty('principal');
    issuer.rotate(issuerKey('ES256', 'k2'));
    pass(COOLDOWN_MS);
    const next = await accessToken(RESOURCES.jwt);
    expect(await ask(next)).toHaveProperty('principal');
    expect(reason(await ask(old))).toBe('unknown_key');
    issuer.rotate(key);
  });
});

describe('an opaque access token', () => {
  test('is asked about (RFC 7662), enqueues, and ends when its authorization server revokes it (RFC 7009)', async () => {
    const token = await accessToken(RESOURCES.opaque);
    expect(token).not.toContain('.');
    expect((await enqueue(token)).status).toBe(201);
    const before = issuer.counts.introspections;
    expect((await enqueue(token)).status).toBe(201);
    expect(issuer.counts.introspections).toBe(before + 1);
    await oauth.processRevocationResponse(await oauth.revocationRequest(metadata, client, authentication, token));
    expectRefusal(await enqueue(token), 401, 'unauthenticated');
  });

  test('of another resource is refused, and one that nobody issued too', async () => {
    expectRefusal(await enqueue(await accessToken(`${RESOURCES.opaque}other`)), 401, 'unauthenticated');
    expectRefusal(await enqueue('nobody-issued-this'), 401, 'unauthenticated');
  });

  test('is refused with 503 while its authorization server is away', async () => {
    const token = await accessToken(RESOURCES.opaque);
    await issuer.close();
    const answer = await enqueue(token);
    expectRefusal(answer, 503, 'backend_unavailable');
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  });
});
