import { hash, X509Certificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Authority, createAuthority, type Issued } from '@ojs/dev';
import { customFetch, DPoP, generateKeyPair, protectedResourceRequest } from 'oauth4webapi';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Subject } from '../src/access/decide.ts';
import { openSealer } from '../src/assembly/sealer.ts';
import { loadConfig } from '../src/config/config.ts';
import { CredentialStore } from '../src/identity/credential-store.ts';
import type { Binding } from '../src/identity/identity.ts';
import { createTokens } from '../src/identity/tokens/create-tokens.ts';
import { Tokens } from '../src/identity/tokens/settings.ts';
import { type RunningServer, startServer } from '../src/server.ts';
import { proofMaker } from './dpop-client.ts';
import { type Answer, answers, expectRefusal, type Harness, lines, startHarness } from './http-harness.ts';

const ORIGIN = 'https://jobs.example.com';
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

let directory: string;
let identityFile: string;
let authority: Authority;
let ojs: Harness;
let other: RunningServer;
let producer: string;
let issue: (binding?: Binding) => Promise<string>;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ojs-binding-'));
  identityFile = join(directory, 'identity.json');
  authority = await createAuthority({ name: 'Mesh CA' });
  await writeFile(join(directory, 'mesh.pem'), authority.cert);
  const certificates = { authorities: [{ id: 'mesh', caFile: join(directory, 'mesh.pem'), tenant: '_default' }] };
  await writeFile(identityFile, JSON.stringify({ binding: { origins: [ORIGIN], worker: 'any' }, certificates }));
  ojs = await startHarness({ OJS_IDENTITY_FILE: identityFile });
  other = await startServer(loadConfig({ env: ojs.env, execArgv: [] }));
  producer = await ojs.key('producer', 'producer');
  const store = new CredentialStore({ redis: ojs.connections, log: silent });
  const tokens = createTokens({
    redis: ojs.connections.client,
    store,
    sealer: await openSealer(loadConfig({ env: ojs.env, execArgv: [] }), ojs.connections.client),
    settings: () => Tokens.parse({}),
    isDisabled: () => false,
    stillVouched: () => true,
  });
  const of: Subject = {
    ...{ id: 'producer@test', tenant: '_default', plane: 'producer', roles: ['producer'], grants: [], mfa: false },
    credential: { kind: 'api_key', id: producer.split('_')[2] ?? '' },
  };
  issue = async (binding) => (await tokens.issue({ of, binding })).token;
});
afterAll(async () => {
  await other.stop('test');
  await ojs.stop();
  await rm(directory, { recursive: true, force: true });
});

const PATH = '/ojs/v1/queues';
const get = (headers: Record<string, string | string[]>, path = PATH): Promise<Answer> =>
  ojs.send('GET', path, { headers });
const reasonOf = async (answer: Answer) =>
  (await ojs.audit()).find(
    ({ correlation_id, event_type }) =>
      correlation_id === answer.headers['x-request-id'] && event_type === 'auth.login.failure',
  )?.detail.reason;

describe('a token that is bound to a key', () => {
  const me = proofMaker();
  const url = ORIGIN + PATH;
  const proven = (token: string, maker = me) => ({
    authorization: `DPoP ${token}`,
    dpop: maker.prove({ method: 'GET', url, token }),
  });
  let token: string;
  beforeAll(async () => {
    token = await issue({ kind: 'dpop', thumbprint: me.thumbprint });
  });

  it('is accepted with a proof of the request', async () => {
    expect((await get(proven(token))).status).toBe(200);
    expect((await get(proven(token), `${PATH}?limit=1`)).status).toBe(200);
  });

  it('is accepted from a client that others wrote', async () => {
    const keys = await generateKeyPair('ES256');
    const client = DPoP({}, keys);
    const thumbprint = await client.calculateThumbprint();
    const bound = await issue({ kind: 'dpop', thumbprint });
    const response = await protectedResourceRequest(bound, 'GET', new URL(url), new Headers(), null, {
      DPoP: client,
      // The name is the server's own; the address is the test's.
      [customFetch]: async (_url, { headers }) => new Response(null, { status: (await get(headers)).status }),
    });
    expect(response.status).toBe(200);
  });

  it('that was copied from a request is worth nothing, with or without the proof of that request', async () => {
    const sent = proven(token);
    expect((await get(sent)).status).toBe(200);
    const attempts: [headers: Record<string, string>, reason: string][] = [
      [{ authorization: `Bearer ${token}` }, 'bound_token_as_bearer'],
      [{ authorization: `DPoP ${token}` }, 'no_proof'],
      [sent, 'proof_used_before'],
      [proven(token, proofMaker()), 'proof_with_another_key'],
    ];
    for (const [headers, reason] of attempts) {
      const answer = await get(headers);
      expectRefusal(answer, 401, 'unauthenticated');
      expect(answer.headers['www-authenticate']).toBe('Bearer realm="ojs", DPoP realm="ojs", algs="ES256 EdDSA"');
      expect(await reasonOf(answer)).toBe(reason);
    }
    expect(JSON.stringify(await ojs.audit())).not.toContain(token.split('.')[2]);
  });

  it('has each proof accepted once by all servers together', async () => {
    const headers = proven(token);
    const elsewhere = await fetchFrom(other.url, headers);
    expect(elsewhere).toBe(200);
    expectRefusal(await get(headers), 401, 'unauthenticated');
  });

  it('is not believed for another host because the Host header says so', async () => {
    const dpop = me.prove({ method: 'GET', url: `https://evil.example.com${PATH}`, token });
    const headers = { authorization: `DPoP ${token}`, dpop, host: 'evil.example.com' };
    const answer = await ojs.send('GET', PATH, { headers, plain: true });
    expectRefusal(answer, 401, 'unauthenticated');
    expect(await reasonOf(answer)).toBe('proof_for_another_url');
  });

  it('comes with one proof: two are a bad request, whichever is good', async () => {
    const { authorization, dpop } = proven(token);
    const heard = await ojs.raw(
      lines(`GET ${PATH} HTTP/1.1`, 'Host: x', `Authorization: ${authorization}`, `DPoP: ${dpop}`, `dpop: ${dpop}`),
    );
    expect(answers(heard)).toMatchObject([{ status: 400, body: { error: { code: 'invalid_request' } } }]);
  });

  it('needs one proof for one request, also where access changes under it and it is decided anew', async () => {
    const path = '/ojs/v1/jobs';
    const dpop = me.prove({ method: 'POST', url: ORIGIN + path, token });
    await ojs.connections.client.incr('{ojs:_default}/epoch');
    const headers = { authorization: `DPoP ${token}`, dpop };
    const answer = await ojs.send('POST', path, { headers, body: { type: 'a.b', args: [] } });
    expect(answer.status).toBe(201);
  });
});

it('a credential that is bound to nothing is refused where the scheme or the plane says it is', async () => {
  const me = proofMaker();
  const dpop = me.prove({ method: 'GET', url: ORIGIN + PATH, token: producer });
  const disguised = await get({ authorization: `DPoP ${producer}`, dpop });
  expectRefusal(disguised, 401, 'unauthenticated');
  expect(await reasonOf(disguised)).toBe('unbound_token_with_proof');
  const worker = await ojs.key('worker', 'worker');
  const unbound = await ojs.send('POST', '/ojs/v1/workers/fetch', { key: worker, body: { queues: ['q'] } });
  expectRefusal(unbound, 401, 'unauthenticated');
  expect(await reasonOf(unbound)).toBe('unbound_credential');
});

it('a token that is bound to a certificate is accepted with that one alone, which need not stand for anybody', async () => {
  const mine = await authority.issue({ names: ['anything.example.org'], usage: 'client' });
  const another = await authority.issue({ names: ['anything.example.org'], usage: 'client' });
  const thumbprint = hash('sha256', new X509Certificate(mine.cert).raw, 'base64url');
  const authorization = `Bearer ${await issue({ kind: 'certificate', thumbprint })}`;
  const answer = await get({ authorization });
  expectRefusal(answer, 401, 'unauthenticated');
  expect(await reasonOf(answer)).toBe('no_certificate');
  expect(await fetchFrom(ojs.server.url, { authorization }, another)).toBe(401);
  expect(await fetchFrom(ojs.server.url, { authorization }, mine)).toBe(200);
});

describe('a credential in the URL', () => {
  it('is none, and the audit log hears of it, without its value', async () => {
    const answer = await ojs.send('GET', `${PATH}?access_token=${producer}`);
    expectRefusal(answer, 401, 'unauthenticated');
    expect(await reasonOf(answer)).toBe('no_credential');
    const flagged = (await ojs.audit()).filter(({ event_type }) => event_type === 'auth.query_credential');
    expect(flagged).toMatchObject([{ detail: { parameter: 'access_token' } }]);
    expect(JSON.stringify(await ojs.audit())).not.toContain(producer.slice(-20));
  });

  it('does not help a request that has a bad one, nor harm one that has a good one but for being unknown', async () => {
    const bad = await ojs.send('GET', `${PATH}?Access_Token=${producer}`, { key: 'nonsense' });
    expectRefusal(bad, 401, 'unauthenticated');
    const good = await ojs.send('GET', `/ojs/v1/health?api_key=${producer}`);
    expect(good.status).toBe(200);
  });
});

function fetchFrom(url: string, headers: Record<string, string>, certificate?: Issued): Promise<number> {
  const { cert, key } = certificate ?? {};
  return new Promise((resolve, reject) => {
    const sent = request(
      `${url}${PATH}`,
      { headers, ca: ojs.ca, servername: 'localhost', cert, key, agent: false },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    sent.on('error', reject);
    sent.end();
  });
}
