import { createHash, X509Certificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Authority, createAuthority, type Issued } from '@ojs/dev';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import * as oauth from 'oauth4webapi';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { DEFAULT_POLICY } from '../src/access/policy.ts';
import { Tenants } from '../src/access/tenants.ts';
import type { AuditEvent } from '../src/audit/audit.ts';
import { runClients } from '../src/cli/clients.ts';
import { runSigningKeys, runTokens } from '../src/cli/tokens.ts';
import { CredentialManager } from '../src/identity/manage/manager.ts';
import { createSealer } from '../src/identity/seal.ts';
import { type ProofMaker, proofMaker } from './dpop-client.ts';
import { expectRefusal, type Harness, startHarness } from './http-harness.ts';

let directory: string;
let ojs: Harness;
let mesh: Authority;
let issuer: string;
let as: oauth.AuthorizationServer;
const LOCAL = { name: 'local:test' };
const DRAFT = { plane: 'producer', roles: ['producer'], tenant: '_default', queues: ['*'] } as const;

const file = (name: string): string => join(directory, name);
const write = (tokens: object) =>
  writeFile(
    file('identity.json'),
    JSON.stringify({
      tokens,
      certificates: { authorities: [{ id: 'mesh', caFile: file('mesh.pem'), tenant: '_default' }] },
    }),
  );

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ojs-clients-'));
  mesh = await createAuthority();
  await writeFile(file('mesh.pem'), mesh.cert);
  await write({});
  ojs = await startHarness({ OJS_IDENTITY_FILE: file('identity.json') });
  issuer = `https://localhost:${ojs.port}`;
  expectRefusal(await ojs.send('GET', '/.well-known/oauth-authorization-server'), 404, 'not_found');
  // The issuer becomes known while the server runs.
  await write({ issuer });
  const found = async () => (await ojs.send('GET', '/.well-known/oauth-authorization-server')).status;
  await vi.waitFor(async () => expect(await found()).toBe(200), { timeout: 5_000 });
  const url = new URL(issuer);
  as = await oauth.processDiscoveryResponse(
    url,
    await oauth.discoveryRequest(url, { algorithm: 'oauth2', [oauth.customFetch]: fetching() }),
  );
});
afterAll(async () => {
  await ojs?.stop();
  await rm(directory, { recursive: true, force: true });
});

/** `fetch`, with the test's authority and, where there is one, a client certificate. */
function fetching(pair?: Pick<Issued, 'cert' | 'key'>) {
  const agent = new Agent({ ca: ojs.ca, ...(pair && { cert: pair.cert, key: pair.key }) });
  return (
    url: string,
    { method, headers, body }: { method: string; headers: Record<string, string>; body?: unknown },
  ) =>
    new Promise<Response>((resolve, reject) => {
      const sent = request(url, { method, headers, agent }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const head = Object.entries(response.headers).map(([name, value]): [string, string] => [name, String(value)]);
          resolve(new Response(Buffer.concat(chunks), { status: response.statusCode ?? 0, headers: head }));
        });
      });
      sent.on('error', reject);
      sent.end(body === undefined ? undefined : String(body));
    });
}

const manager = () =>
  new CredentialManager({
    redis: ojs.connections.client,
    tenants: new Tenants(ojs.connections.client),
    policy: () => DEFAULT_POLICY,
    graceMs: 86_400_000,
    now: Date.now,
  });

const newSecret = async (principal: string) =>
  manager().create(LOCAL, { ...DRAFT, kind: 'client', principal, tenant: '_default' });

async function newKey(principal: string) {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k1' };
  const draft = { ...DRAFT, kind: 'client', principal } as const;
  const record = await manager().register(LOCAL, draft, { method: 'private_key_jwt', keys: [jwk] });
  return { id: record.id, privateKey };
}

async function grant(
  client: string,
  auth: oauth.ClientAuth,
  parameters: Record<string, string> = {},
  pair?: Pick<Issued, 'cert' | 'key'>,
) {
  const options = { [oauth.customFetch]: fetching(pair) };
  const response = await oauth.clientCredentialsGrantRequest(as, { client_id: client }, auth, parameters, options);
  return oauth.processClientCredentialsResponse(as, { client_id: client }, response);
}

const errorOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'none',
    (error: unknown) =>
      error instanceof oauth.ResponseBodyError || error instanceof oauth.WWWAuthenticateChallengeError
        ? `${error.status} ${error instanceof oauth.ResponseBodyError ? error.error : 'challenge'}`
        : String(error),
  );

const push = (key: string, body: object = {}) =>
  ojs.send('POST', '/ojs/v1/jobs', { key, body: { type: 'email.send', args: [], ...body } });

describe('a client with a secret', () => {
  it('gets a token that has its rights, and the secret is no API key', async () => {
    const { record, key } = await newSecret('shop');
    const { access_token: token, expires_in } = await grant(record.id, oauth.ClientSecretBasic(key));
    expect(expires_in).toBeGreaterThan(890);
    expect((await push(token)).status).toBe(201);
    expectRefusal(await push(key), 401, 'unauthenticated');
    expectRefusal(
      await ojs.send('POST', '/ojs/v1/workers/fetch', { key: token, body: { queues: ['a'] } }),
      403,
      'permission_denied',
    );
    const audit = await ojs.audit();
    expect(audit.find(({ event_type }) => event_type === 'token.issued')).toMatchObject({
      principal: 'shop',
      outcome: 'success',
      detail: { jti: expect.any(String) },
    });
    expect(JSON.stringify(audit)).not.toContain(key.slice(-30));
  });

  it('can ask for less', async () => {
    const { record, key } = await newSecret('shop');
    const auth = oauth.ClientSecretBasic(key);
    const { access_token: token, scope } = await grant(record.id, auth, { scope: 'ojs:enqueue:billing.*' });
    expect(scope).toBe('ojs:enqueue:billing.*');
    expect((await push(token, { queue: 'billing.a' })).status).toBe(201);
    expectRefusal(await push(token, { queue: 'other' }), 403, 'permission_denied');
  });

  it('is answered like one that does not exist when its secret is wrong', async () => {
    const [one, other] = [await newSecret('one'), await newSecret('two')];
    const send = async (id: string, secret: string) => {
      const authorization = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
      const headers = { authorization, 'content-type': 'application/x-www-form-urlencoded' };
      const answer = await ojs.send('POST', '/ojs/v1/auth/token', { headers, body: 'grant_type=client_credentials' });
      const { date: _, 'x-request-id': __, ...rest } = answer.headers;
      return JSON.stringify([answer.status, answer.text, rest]);
    };
    const wrong = one.key.slice(0, -10) + 'A'.repeat(10);
    const answers = [
      await send(one.record.id, wrong),
      await send(one.record.id, other.key),
      await send('unknown', one.key),
      await send(one.record.id, 'hunter2'),
      await send(one.record.id, await ojs.key('producer', 'producer')),
      await send('', ''),
    ];
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toContain('invalid_client');
    expect(answers[0]).toContain('"www-authenticate":"Basic');
  });

  it('gets none any more, and what it got ends, when it is revoked', async () => {
    const { record, key } = await newSecret('leaver');
    const { access_token: token } = await grant(record.id, oauth.ClientSecretBasic(key));
    await manager().revoke(LOCAL, record.id);
    expectRefusal(await push(token), 401, 'unauthenticated');
    expect(await errorOf(grant(record.id, oauth.ClientSecretBasic(key)))).toMatch(/^401/);
  });

  it('goes on with its old secret for the grace period when it is rotated', async () => {
    const { record, key } = await newSecret('rotating');
    const { key: next } = await manager().rotate(LOCAL, record.id);
    for (const secret of [key, next]) await grant(record.id, oauth.ClientSecretBasic(secret));
  });
});

describe('a client with a key of its own', () => {
  it('signs an assertion for each token, and each works once', async () => {
    const { id, privateKey } = await newKey('ci');
    const { access_token: token } = await grant(id, oauth.PrivateKeyJwt({ key: privateKey, kid: 'k1' }));
    expect((await push(token)).status).toBe(201);
    const assertion = await assert(id, privateKey);
    expect((await send(assertion)).status).toBe(200);
    expect((await send(assertion)).status).toBe(401);
  });

  const send = async (assertion: string, more: Record<string, string> = {}) => {
    const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
    const form = {
      grant_type: 'client_credentials',
      client_assertion: assertion,
      client_assertion_type: type,
      ...more,
    };
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await ojs.send('POST', '/ojs/v1/auth/token', {
      headers,
      body: new URLSearchParams(form).toString(),
    });
    return { ...answer, json: JSON.parse(answer.text) };
  };
  const now = () => Math.floor(Date.now() / 1_000);
  function assert(id: string, key: CryptoKey, claims: object = {}, header: object = {}): Promise<string> {
    const all = { iss: id, sub: id, aud: issuer, jti: crypto.randomUUID(), exp: now() + 60, ...claims };
    return new SignJWT(all).setProtectedHeader({ alg: 'ES256', kid: 'k1', ...header }).sign(key);
  }

  it.each([
    ['for another server', { aud: 'https://other.example.com' }],
    ['for us and another server', () => ({ aud: [issuer, 'https://other.example.com'] })],
    ['without audience', { aud: undefined }],
    ['that has ended', () => ({ exp: now() - 60 })],
    ['without end', { exp: undefined }],
    ['that lasts an hour', () => ({ exp: now() + 3_600 })],
    ['without id', { jti: undefined }],
    ['of another subject', { sub: 'another' }],
    ['of a client that does not exist', { iss: 'another', sub: 'another' }],
    ['that begins later', () => ({ nbf: now() + 600 })],
  ])('is refused with an assertion %s', async (_, claims) => {
    const { id, privateKey } = await newKey('ci');
    const { status, json } = await send(await assert(id, privateKey, typeof claims === 'function' ? claims() : claims));
    expect({ status, error: json.error }).toEqual({ status: 401, error: 'invalid_client' });
  });

  it('is refused with an assertion that another key signed, of no algorithm, or that stands beside a secret', async () => {
    const { id, privateKey } = await newKey('ci');
    const { privateKey: stranger } = await generateKeyPair('ES256');
    const good = await assert(id, privateKey);
    const [, payload] = good.split('.');
    const none = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url');
    for (const text of [await assert(id, stranger), `${none}.${payload}.`, 'x', 'a.b.c']) {
      expect((await send(text)).status).toBe(401);
    }
    const other = await newSecret('other');
    expect((await send(good, { client_id: other.record.id })).status).toBe(401);
    const secret = oauth.ClientSecretBasic(other.key);
    expect(await errorOf(grant(other.record.id, secret, { client_assertion: good }))).toBe('400 invalid_request');
    // A client with a key has no secret, and nobody can give it one.
    await expect(manager().rotate(LOCAL, id)).rejects.toThrow('no secret');
    expect((await send(good)).status).toBe(200);
  });
});

describe('a client with a certificate of its own', () => {
  const issue = (name: string) => mesh.issue({ names: [name], usage: 'client' });

  it('gets tokens that are worth nothing without the certificate', async () => {
    const [mine, theirs] = [await issue('mine.example.org'), await issue('theirs.example.org')];
    const thumbprint = createHash('sha256').update(new X509Certificate(mine.cert).raw).digest('base64url');
    const draft = { ...DRAFT, kind: 'client', principal: 'bound' } as const;
    for (const certificate of [{ thumbprint }, { authority: 'mesh', san: 'dns', name: 'mine.example.org' } as const]) {
      const { id } = await manager().register(LOCAL, draft, { method: 'tls_client_auth', certificate });
      const { access_token: token } = await grant(id, oauth.TlsClientAuth(), {}, mine);
      const use = async (pair?: Pick<Issued, 'cert' | 'key'>) =>
        (
          await fetching(pair)(`${issuer}/ojs/v1/queues`, {
            method: 'GET',
            headers: { authorization: `Bearer ${token}` },
          })
        ).status;
      expect(await use(mine)).toBe(200);
      expect(await use(theirs)).toBe(401);
      expect(await use()).toBe(401);
      expect(await errorOf(grant(id, oauth.TlsClientAuth(), {}, theirs))).toMatch(/^401/);
      expect(await errorOf(grant(id, oauth.TlsClientAuth()))).toMatch(/^401/);
    }
  });
});

describe('a token that is asked for with a proof', () => {
  const path = '/ojs/v1/auth/token';
  const url = () => issuer + path;
  const exchange = async (form: Record<string, string>, headers: Record<string, string>) => {
    const all = { grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange', ...form };
    const type = { 'content-type': 'application/x-www-form-urlencoded' };
    const body = new URLSearchParams(all).toString();
    const answer = await ojs.send('POST', path, { headers: { ...type, ...headers }, body });
    return { status: answer.status, json: JSON.parse(answer.text) };
  };
  const use = async (token: string, maker: ProofMaker) => {
    const dpop = maker.prove({ method: 'GET', url: `${issuer}/ojs/v1/queues`, token });
    const headers = { authorization: `DPoP ${token}`, dpop };
    return (await ojs.send('GET', '/ojs/v1/queues', { headers })).status;
  };

  it('is bound to the key of the proof, and so is what comes of it', async () => {
    const key = await ojs.key('producer', 'producer');
    const [me, thief] = [proofMaker(), proofMaker()];
    const dpop = me.prove({ method: 'POST', url: url() });
    const { json } = await exchange({ scope: 'ojs:inspect' }, { authorization: `Bearer ${key}`, dpop });
    expect(json.token_type).toBe('DPoP');
    const token = json.access_token;
    expect(await use(token, me)).toBe(200);
    expect(await use(token, thief)).toBe(401);
    expectRefusal(await ojs.send('GET', '/ojs/v1/queues', { key: token }), 401, 'unauthenticated');
    // The proof counts once, and the token cannot be exchanged without one.
    expect((await exchange({}, { authorization: `Bearer ${key}`, dpop })).status).toBe(400);
    expect((await exchange({}, { authorization: `Bearer ${token}` })).status).toBe(401);
    const again = me.prove({ method: 'POST', url: url(), token });
    const child = await exchange({ queues: 'a.*' }, { authorization: `DPoP ${token}`, dpop: again });
    expect(child.json.token_type).toBe('DPoP');
    expect(await use(child.json.access_token, me)).toBe(200);
    expectRefusal(await ojs.send('GET', '/ojs/v1/queues', { key: child.json.access_token }), 401, 'unauthenticated');
  });

  it('is bound to the key of somebody else, where it is for somebody else', async () => {
    const key = await ojs.key('producer', 'producer');
    const browser = proofMaker();
    const { json } = await exchange({ dpop_jkt: browser.thumbprint }, { authorization: `Bearer ${key}` });
    expect(await use(json.access_token, browser)).toBe(200);
    expectRefusal(await ojs.send('GET', '/ojs/v1/queues', { key: json.access_token }), 401, 'unauthenticated');
  });

  it('by a client, is bound as well', async () => {
    const { record, key } = await newSecret('dpop');
    const keys = await oauth.generateKeyPair('ES256');
    const client = { client_id: record.id };
    const DPoP = oauth.DPoP({}, keys);
    const auth = oauth.ClientSecretBasic(key);
    const options = { DPoP, [oauth.customFetch]: fetching() };
    const answer = await oauth.clientCredentialsGrantRequest(as, client, auth, {}, options);
    const { access_token: token, token_type } = await oauth.processClientCredentialsResponse(as, client, answer);
    expect(token_type).toBe('dpop');
    const resource = new URL(`${issuer}/ojs/v1/queues`);
    expect((await oauth.protectedResourceRequest(token, 'GET', resource, undefined, undefined, options)).status).toBe(
      200,
    );
    expectRefusal(await ojs.send('GET', '/ojs/v1/queues', { key: token }), 401, 'unauthenticated');
  });
});

describe('the command line', () => {
  const events: AuditEvent[] = [];
  const audit = { record: (event: AuditEvent) => void events.push(event), close: async () => undefined };
  const environment = () => {
    const out: string[] = [];
    const sealer = createSealer(Buffer.from(ojs.env.OJS_SECRET_SERVER_KEY ?? '', 'base64url'));
    const say = (line: string): void => void out.push(line);
    const config = { rotation: { graceSeconds: 60 }, keys: { scryptCost: 14 } };
    const shared = { out: say, err: say, audit: audit as never };
    const redis = ojs.connections;
    return { out, clients: { ...shared, redis, config }, tokens: { ...shared, redis: redis.client, sealer } };
  };
  const args = ['create', '--json', '--plane', 'producer', '--role', 'producer', '--principal', 'cli'];

  it('makes a client of a file of public keys, and none of a private one', async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
    const { out, clients } = environment();
    await writeFile(file('private.jwk'), JSON.stringify(await exportJWK(privateKey)));
    expect(await runClients([...args, '--jwks', file('private.jwk')], clients)).toBe(2);
    expect(out.pop()).toContain('public keys');
    await writeFile(file('public.jwk'), JSON.stringify(await exportJWK(publicKey)));
    expect(await runClients([...args, '--jwks', file('public.jwk')], clients)).toBe(0);
    const { id } = JSON.parse(out.pop() ?? '');
    expect((await grant(id, oauth.PrivateKeyJwt(privateKey))).access_token).toMatch(/^eyJ/);
    expect(await runClients(args, clients)).toBe(2);
    events.length = 0;
    const refused = args.map((each) => (each === 'producer' ? 'admin' : each)).with(3, 'producer');
    expect(await runClients([...refused, '--jwks', file('public.jwk')], clients)).toBe(1);
    expect(events).toMatchObject([
      { event_type: 'credential.created', outcome: 'failure', detail: { of: 'cli', method: 'private_key_jwt' } },
    ]);
  });

  it('rotates signing keys, and revokes a token by its id', async () => {
    const { record, key } = await newSecret('cli');
    const { access_token: token } = await grant(record.id, oauth.ClientSecretBasic(key));
    const { out, tokens } = environment();
    expect(await runSigningKeys(['rotate', '--grace', 'PT1H'], tokens)).toBe(0);
    expect(await runSigningKeys(['list'], tokens)).toBe(0);
    expect(out.filter((line) => / signs$/.test(line))).toHaveLength(1);
    expect((await push(token)).status).toBe(201);
    const { jti } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    expect(await runTokens(['revoke', jti], tokens)).toBe(0);
    expectRefusal(await push(token), 401, 'unauthenticated');
    expect(await runTokens(['revoke', 'x'], tokens)).toBe(2);
  });
});

describe('signing keys', () => {
  const rotate = (key: string, body: object = {}) =>
    ojs.send('POST', '/ojs/v1/admin/signing-keys/rotate', { key, body });

  it('are published without their private half, and rotated by who administers all tenants', async () => {
    const root = await ojs.key('admin', 'admin', { tenant: '*', principal: 'root' });
    const boss = await ojs.key('admin', 'admin', { principal: 'boss' });
    expectRefusal(await rotate(boss), 403, 'permission_denied');
    expect((await rotate(root)).status).toBe(201);
    const { keys } = JSON.parse((await ojs.send('GET', '/ojs/v1/auth/jwks')).text);
    expect(keys.length).toBeGreaterThan(1);
    for (const key of keys) expect(Object.keys(key).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
    const { body } = await ojs.send('GET', '/ojs/v1/admin/signing-keys', { key: root });
    expect(body.keys[0]).toEqual({ kid: keys[0].kid, created_at: expect.any(String) });
    const records = (await ojs.audit()).filter(({ event_type }) => event_type === 'signing_key.rotated');
    expect(records.at(-1)).toMatchObject({ principal: 'root', outcome: 'success', detail: { kid: keys[0].kid } });
  });

  it('of two rotations at the same moment one is refused, and without grace every token ends', async () => {
    const root = await ojs.key('admin', 'admin', { tenant: '*', principal: 'root' });
    const { record, key } = await newSecret('victim');
    const { access_token: token } = await grant(record.id, oauth.ClientSecretBasic(key));
    expect((await push(token)).status).toBe(201);
    const both = await Promise.all([rotate(root, { grace_seconds: 0 }), rotate(root, { grace_seconds: 0 })]);
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
    expectRefusal(await push(token), 401, 'unauthenticated');
  });
});

it('the metadata names what there is', () => {
  expect(as).toMatchObject({
    issuer,
    token_endpoint: `${issuer}/ojs/v1/auth/token`,
    revocation_endpoint: `${issuer}/ojs/v1/auth/revoke`,
    jwks_uri: `${issuer}/ojs/v1/auth/jwks`,
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'private_key_jwt', 'tls_client_auth'],
  });
});

it('the metadata of the resource names whose tokens are accepted', async () => {
  const { text } = await ojs.send('GET', '/.well-known/oauth-protected-resource');
  expect(JSON.parse(text)).toMatchObject({ resource: issuer, authorization_servers: [issuer] });
});

it('a client can end its token by the library’s words', async () => {
  const { record, key } = await newSecret('shop');
  const { access_token: token } = await grant(record.id, oauth.ClientSecretBasic(key));
  const client = { client_id: record.id };
  const options = { [oauth.customFetch]: fetching() };
  await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, oauth.None(), token, options));
  expectRefusal(await push(token), 401, 'unauthenticated');
});

it('clients that cannot exist are counted under one name, whatever they call themselves', async () => {
  const statuses: number[] = [];
  for (let n = 0; n < 25; n++) {
    const iss = `${'x'.repeat(4_000)}${n}-`;
    const client_assertion = `e30.${Buffer.from(JSON.stringify({ iss })).toString('base64url')}.AA`;
    const client_assertion_type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
    const form = { grant_type: 'client_credentials', client_assertion, client_assertion_type };
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const body = new URLSearchParams(form).toString();
    statuses.push((await ojs.send('POST', '/ojs/v1/auth/token', { headers, body })).status);
  }
  expect(statuses.slice(0, 20)).toEqual(Array(20).fill(401));
  expect(statuses).toContain(429);
});
