import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectRefusal, type Harness, startHarness } from './http-harness.ts';
import { AUDIENCE, type IssuerKey, issuerKey, signed, written } from './issuer-harness.ts';

const key = issuerKey('ES256', 'k1');
const rogue = issuerKey('ES256', 'k1');
const [ADMINS, ROGUES] = ['https://admins.example.com', 'https://rogues.example.com'];
let directory: string;
let identityFile: string;
let server: Harness;

const issuers = [
  written({ name: 'corp', keys: [key.jwk], plane: 'worker', roles: ['worker'] }),
  written({
    name: 'admins',
    issuer: ADMINS,
    keys: [key.jwk],
    plane: 'admin',
    roles: ['admin'],
    mfa: { amr: ['otp', 'hwk'] },
  }),
  written({ name: 'rogues', issuer: ROGUES, keys: [rogue.jwk], plane: 'admin', roles: ['admin'] }),
];
const believe = (some: readonly object[]): Promise<void> => writeFile(identityFile, JSON.stringify({ issuers: some }));

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ojs-jwt-'));
  identityFile = join(directory, 'identity.json');
  await believe(issuers);
  server = await startHarness({ OJS_IDENTITY_FILE: identityFile, OJS_ADMIN_MFA: 'required' });
});
afterAll(async () => {
  await server?.stop();
  await rm(directory, { recursive: true, force: true });
});

function tokenOf(by: IssuerKey, change: object = {}): string {
  const iat = Math.floor(Date.now() / 1_000);
  const claims = { iss: 'https://login.example.com', aud: AUDIENCE, sub: 'someone', iat, exp: iat + 300, ...change };
  return signed(by, { alg: 'ES256', typ: 'at+jwt', kid: by.kid }, claims);
}

test('a worker with a token of its issuer fetches', async () => {
  const token = tokenOf(key);
  const { status, body } = await server.send('POST', '/ojs/v1/workers/fetch', {
    key: token,
    body: { queues: ['mail'] },
  });
  expect({ status, body }).toEqual({ status: 200, body: { jobs: [] } });
});

describe('what destroys', () => {
  const purge = async (by: IssuerKey, change: object) => {
    const options = { key: tokenOf(by, change) };
    return server.send('POST', '/ojs/v1/queues/mail/purge?confirm=true', options);
  };

  test('is done for an administrator whose issuer vouches for a second factor, and for no other (F7)', async () => {
    const answer = await purge(key, { iss: ADMINS, amr: ['pwd', 'otp'] });
    expect(answer.status, answer.text).toBeLessThan(300);
    expectRefusal(await purge(key, { iss: ADMINS, amr: ['pwd'] }), 403, 'mfa_required');
    expectRefusal(await purge(key, { iss: ADMINS }), 403, 'mfa_required');
    expectRefusal(await purge(rogue, { iss: ROGUES, amr: ['otp', 'hwk', 'mfa'], acr: 'urn:mfa' }), 403, 'mfa_required');
    expectRefusal(await purge(rogue, { iss: ADMINS, amr: ['otp'] }), 401, 'unauthenticated');
  });
});

test('an issuer that is taken out of the file is believed no more, also where its tokens were accepted', async () => {
  const token = tokenOf(key);
  const ask = () => server.send('GET', '/ojs/v1/queues', { key: token });
  for (let i = 0; i < 3; i++) expect((await ask()).status).toBe(200);
  await believe(issuers.slice(1));
  await expect.poll(async () => (await ask()).status, { interval: 20 }).toBe(401);
  await believe(issuers);
  await expect.poll(async () => (await ask()).status, { interval: 20 }).toBe(200);
});

test.each<[string, object]>([
  ['another plane', { plane: 'producer', roles: ['producer'] }],
  ['another key', { keys: [rogue.jwk] }],
])('what a token was exchanged for ends when its issuer is believed on other grounds: %s', async (_, change) => {
  const [corp = {}, ...others] = issuers;
  const body = new URLSearchParams({ grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange' }).toString();
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const { text } = await server.send('POST', '/ojs/v1/auth/token', { key: tokenOf(key), body, headers });
  const child: string = JSON.parse(text).access_token;
  const ask = () => server.send('GET', '/ojs/v1/queues', { key: child });
  expect((await ask()).status).toBe(200);
  await believe([{ ...corp, ...change }, ...others]);
  await expect.poll(async () => (await ask()).status, { interval: 20 }).toBe(401);
  await believe(issuers);
  await expect.poll(async () => (await ask()).status, { interval: 20 }).toBe(200);
});
