import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { Agent, request as secureRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Authority, createAuthority, writeCertificate } from '@ojs/dev';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { openSealer } from '../src/assembly/sealer.ts';
import { loadConfig } from '../src/config/config.ts';
import { attemptsOf, type Owner } from '../src/identity/mfa/enrolments.ts';
import { type RunningServer, startServer } from '../src/server.ts';
import { type Answer, expectRefusal, type Harness, runMain, startHarness } from './http-harness.ts';
import { enrol } from './mfa-fixtures.ts';

const ELEVATE = '/ojs/v1/auth/elevate';
const PURGE = '/ojs/v1/queues/q/purge?confirm=true';

let directory: string;
let policyFile: string;
let mesh: Authority;
let harness: Harness;
let other: RunningServer;
let people = 0;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ojs-elevation-'));
  policyFile = join(directory, 'policy.json');
  await writeFile(policyFile, '{}');
  mesh = await createAuthority({ name: 'People' });
  const { certFile } = await writeCertificate(directory, 'people', mesh);
  const rule = { authority: 'people', san: 'uri', match: 'spiffe://example.org/admin/*', principal: 'admin/*' };
  const certificates = {
    authorities: [{ id: 'people', caFile: certFile, tenant: '_default' }],
    rules: [{ ...rule, plane: 'admin', roles: ['admin'] }],
  };
  await writeFile(join(directory, 'identity.json'), JSON.stringify({ certificates }));
  harness = await startHarness({
    OJS_ADMIN_MFA: 'required',
    OJS_POLICY_FILE: policyFile,
    OJS_IDENTITY_FILE: join(directory, 'identity.json'),
  });
  other = await startServer(loadConfig({ env: harness.env, execArgv: [] }));
});
afterAll(async () => {
  await other.stop('test');
  await harness.stop();
  await rm(directory, { recursive: true });
});

/** Gives somebody a second factor, sealed as the servers have it. */
async function enrolFor(owner: Owner) {
  const { client } = harness.connections;
  return enrol(client, await openSealer(loadConfig({ env: harness.env, execArgv: [] }), client), owner);
}

/** Asks over a connection with a client certificate. */
function secure(agent: Agent, path: string, key: string | undefined, body: object) {
  const headers = { 'content-type': 'application/json', ...(key !== undefined && { authorization: `Bearer ${key}` }) };
  const options = { agent, method: 'POST', path, port: harness.port, host: '127.0.0.1', servername: 'localhost' };
  // biome-ignore lint/suspicious/noExplicitAny: answers of every shape
  return new Promise<{ status: number; body: any }>((resolve, reject) => {
    const asked = secureRequest({ ...options, headers }, async (answer) => {
      const text = Buffer.concat(await answer.toArray()).toString();
      resolve({ status: answer.statusCode ?? 0, body: JSON.parse(text || 'null') });
    });
    asked.on('error', reject);
    asked.end(JSON.stringify(body));
  });
}

/** An admin with a key and an authenticator. */
async function anAdmin(principal = `admin${people++}@test`) {
  const owner = { tenant: '_default', id: principal };
  const key = await harness.key('admin', 'admin', { principal });
  const factor = await enrolFor(owner);
  const elevate = (body: unknown): Promise<Answer> => harness.send('POST', ELEVATE, { key, body });
  return { principal, owner, key, elevate, ...factor };
}

/** Asks the other server, from an address of the loopback. */
function there(
  key: string,
  body: unknown,
  localAddress = '127.0.0.1',
): Promise<{ status: number; retryAfter: string | undefined }> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  return new Promise((resolve, reject) => {
    const asked = request(new URL(ELEVATE, other.plainUrl), { method: 'POST', headers, localAddress }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, retryAfter: answer.headers['retry-after'] }));
    });
    asked.on('error', reject);
    asked.end(JSON.stringify(body));
  });
}

const recordsOf = async (principal: string) =>
  (await harness.audit()).filter((each) => each.principal === principal && each.event_type.startsWith('mfa.'));

describe('a code of the authenticator', () => {
  test('gives a token of five minutes with which the admin may do what needs a second factor', async () => {
    const { key, principal, elevate, code } = await anAdmin();
    expectRefusal(await harness.send('POST', PURGE, { key }), 403, 'mfa_required');
    const { status, body, headers } = await elevate({ code: code() });
    expect({ status, body }).toEqual({
      status: 200,
      body: { access_token: expect.any(String), token_type: 'Bearer', expires_in: expect.any(Number) },
    });
    expect(body.expires_in).toBeGreaterThan(297);
    expect(body.expires_in).toBeLessThanOrEqual(300);
    expect(headers['cache-control']).toBe('no-store');
    expectRefusal(await harness.send('POST', PURGE, { key: body.access_token }), 404, 'not_found');
    expectRefusal(await harness.send('POST', PURGE, { key }), 403, 'mfa_required');
    const records = await recordsOf(principal);
    expect(records.map(({ event_type, outcome }) => [event_type, outcome])).toEqual([
      ['mfa.required', 'failure'],
      ['mfa.elevated', 'success'],
      ['mfa.required', 'failure'],
    ]);
    expect(records[1]?.detail).toMatchObject({ how: 'totp' });
    expect(JSON.stringify(records)).not.toContain(body.access_token);
  });

  test('is taken once, whichever of two servers it comes to', async () => {
    const { key, elevate, code } = await anAdmin();
    const answers = await Promise.all([elevate({ code: code() }), there(key, { code: code() })]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 403]);
    expectRefusal(await elevate({ code: code() }), 403, 'mfa_failed');
    expect(await there(key, { code: code() })).toMatchObject({ status: 403 });
  });

  test('is not taken of somebody else', async () => {
    const [{ code }, { elevate }] = [await anAdmin(), await anAdmin()];
    expectRefusal(await elevate({ code: code() }), 403, 'mfa_failed');
  });

  test('is taken in one form only; others are malformed, and count as no attempt', async () => {
    const { elevate, code, owner } = await anAdmin();
    const right = code();
    const wide = [...right].map((digit) => String.fromCodePoint(0xff10 + Number(digit))).join('');
    const arabic = [...right].map((digit) => String.fromCodePoint(0x660 + Number(digit))).join('');
    const forms: unknown[] = [
      ` ${right}`,
      `${right} `,
      `${right}\n`,
      `${right.slice(0, 3)} ${right.slice(3)}`,
      `${right}0`,
      `0${right}`,
      right.slice(1),
      Number(right),
      `+${right.slice(1)}`,
      `${right}\u0000`,
      wide,
      arabic,
      [right],
      '',
      null,
    ];
    for (const form of forms) expectRefusal(await elevate({ code: form }), 400, 'invalid_request');
    expectRefusal(await elevate({}), 400, 'invalid_request');
    expectRefusal(await elevate({ code: right, recovery_code: '0-aaaaa-aaaaa-aaaaa-aaaaa' }), 400, 'invalid_request');
    expect(await harness.connections.client.zcard(attemptsOf(owner))).toBe(0);
    expect(await elevate({ code: right })).toMatchObject({ status: 200 });
  });
});

test('nothing but TOTP and recovery codes is a second factor here: WebAuthn is not built, and not half built', async () => {
  const { elevate } = await anAdmin();
  for (const body of [{ webauthn: {} }, { assertion: 'x' }, { id: 'x', type: 'public-key', response: {} }]) {
    expectRefusal(await elevate(body), 400, 'invalid_request');
  }
});

test('a recovery code does the same once', async () => {
  const { elevate, recovery, principal } = await anAdmin();
  expect(await elevate({ recovery_code: recovery[0] })).toMatchObject({ status: 200 });
  expectRefusal(await elevate({ recovery_code: recovery[0] }), 403, 'mfa_failed');
  expect((await recordsOf(principal))[0]).toMatchObject({ detail: { how: 'recovery_code', left: 1 } });
});

test('five wrong codes lock the principal on both servers, from every address, whatever comes after', async () => {
  const { key, principal, elevate, code, wrong } = await anAdmin();
  const second = await harness.key('admin', 'admin', { principal });
  for (let i = 0; i < 5; i++) {
    const tried = i % 2 ? elevate({ code: wrong() }) : there(second, { code: wrong() }, `127.0.0.${i + 1}`);
    expect(await tried).toMatchObject({ status: 403 });
  }
  const locked = await elevate({ code: code() });
  expectRefusal(locked, 429, 'rate_limited');
  expect(Number(locked.headers['retry-after'])).toBeGreaterThan(14 * 60);
  expect(await there(key, { code: code() }, '127.0.0.9')).toMatchObject({
    status: 429,
    retryAfter: expect.any(String),
  });
  const events = (await recordsOf(principal)).map(({ event_type }) => event_type);
  expect(events.filter((type) => type === 'mfa.failed')).toHaveLength(5);
  expect(events.filter((type) => type === 'mfa.locked')).toHaveLength(2);
});

test('without a second factor, the admin hears what to do', async () => {
  const key = await harness.key('admin', 'admin', { principal: 'new@test' });
  const answer = await harness.send('POST', ELEVATE, { key, body: { code: '123456' } });
  expectRefusal(answer, 403, 'mfa_failed');
  expect(answer.body.error.hint).toContain('ojs-server mfa enroll');
});

test('producers and workers cannot elevate', async () => {
  for (const plane of ['producer', 'worker'] as const) {
    const key = await harness.key(plane, plane);
    expectRefusal(await harness.send('POST', ELEVATE, { key, body: { code: '123456' } }), 403, 'permission_denied');
  }
});

test('an elevation ends with the key that was elevated', async () => {
  const { key, elevate, code } = await anAdmin();
  const { access_token } = (await elevate({ code: code() })).body;
  expectRefusal(await harness.send('POST', PURGE, { key: access_token }), 404, 'not_found');
  const id = key.split('_')[2] as string;
  const revoking = runMain(['keys', 'revoke', id], harness.env);
  await revoking.ended;
  expect(revoking.output()).toContain('is revoked');
  await vi.waitFor(
    async () => expectRefusal(await harness.send('POST', PURGE, { key: access_token }), 401, 'unauthenticated'),
    { timeout: 20_000 },
  );
});

test('an elevation of a credential that a client certificate confirmed is bound to the certificate', async () => {
  const { key, code } = await anAdmin('admin/ada');
  const shown = await mesh.issue({ names: ['spiffe://example.org/admin/ada'], usage: 'client' });
  const agent = new Agent({ ca: harness.ca, key: shown.key, cert: shown.chain });
  const { access_token } = (await secure(agent, ELEVATE, key, { code: code() })).body;
  expect((await secure(agent, PURGE, access_token, {})).status).toBe(404);
  expectRefusal(await harness.send('POST', PURGE, { key: access_token }), 401, 'unauthenticated');
  agent.destroy();
});

test('who has nothing but a client certificate can have a second factor too', async () => {
  const owner = { tenant: '_default', id: 'admin/eve', vouchedBy: 'certificate:people' };
  const { code } = await enrolFor(owner);
  const shown = await mesh.issue({ names: ['spiffe://example.org/admin/eve'], usage: 'client' });
  const agent = new Agent({ ca: harness.ca, key: shown.key, cert: shown.chain });
  expect((await secure(agent, PURGE, undefined, {})).body.error.code).toBe('mfa_required');
  const { access_token } = (await secure(agent, ELEVATE, undefined, { code: code() })).body;
  expect((await secure(agent, PURGE, access_token, {})).status).toBe(404);
  expectRefusal(await harness.send('POST', PURGE, { key: access_token }), 401, 'unauthenticated');
  agent.destroy();
});

test('a principal that the policy disables can neither elevate nor use what it elevated', async () => {
  const { principal, elevate, code } = await anAdmin();
  const { access_token } = (await elevate({ code: code() })).body;
  await writeFile(policyFile, JSON.stringify({ principals: { [principal]: { disabled: true } } }));
  await vi.waitFor(async () => expectRefusal(await elevate({ code: code(1) }), 401, 'unauthenticated'), {
    timeout: 20_000,
  });
  expectRefusal(await harness.send('POST', PURGE, { key: access_token }), 401, 'unauthenticated');
  await writeFile(policyFile, '{}');
});
