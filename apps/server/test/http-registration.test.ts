import { randomBytes } from 'node:crypto';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Operation, operations } from '@ojs/schema';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { hashKey } from '../src/identity/api-key/hash.ts';
import { generateKey } from '../src/identity/api-key/key.ts';
import { listCredentials, writeCredential } from '../src/identity/credential-changes.ts';
import { systemSpace } from '../src/redis/keyspace.ts';
import { type ProofMaker, proofMaker } from './dpop-client.ts';
import { expectRefusal, type Harness, runMain, startHarness } from './http-harness.ts';

const REGISTER = '/ojs/v1/workers/register';
const JOB = '01890000-0000-7000-8000-000000000000';
const pool = { id: 'pool', secret: 'POOL', principal: 'pool@workers', queues: ['gpu.*'] };
const mail = { id: 'mail', secret: 'MAIL', principal: 'mail@workers' };

let directory: string;
let identityFile: string;
let secretFile: string;
let harness: Harness;
let producer: string;
const secrets = {
  OJS_SECRET_POOL: randomBytes(32).toString('base64url'),
  OJS_SECRET_MAIL: randomBytes(32).toString('hex'),
};
let workers = 0;

const write = (registrations: object[], more: object = {}): Promise<void> =>
  writeFile(identityFile, JSON.stringify({ registrations, ...more }));

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ojs-registration-'));
  identityFile = join(directory, 'identity.json');
  await write([pool, mail]);
  secretFile = join(directory, 'pool');
  await writeFile(secretFile, `${secrets.OJS_SECRET_POOL}\n`, { mode: 0o600 });
  const { OJS_SECRET_MAIL } = secrets;
  harness = await startHarness({
    OJS_IDENTITY_FILE: identityFile,
    OJS_SECRET_POOL_FILE: secretFile,
    OJS_SECRET_MAIL,
    OJS_ROTATION_GRACE_SECONDS: '2',
  });
  producer = await harness.key('producer', 'producer');
});
afterAll(async () => {
  await harness.stop();
  await rm(directory, { recursive: true });
});

const register = (body: object, key = secrets.OJS_SECRET_POOL) => harness.send('POST', REGISTER, { key, body });

/** A worker that has registered. */
async function aWorker(more: object = {}, key = secrets.OJS_SECRET_POOL) {
  const worker_id = `worker-${workers++}`;
  const { status, body } = await register({ worker_id, ...more }, key);
  expect(status, JSON.stringify(body)).toBe(200);
  const token: string = body.access_token;
  return {
    worker_id,
    token,
    send: (path: string, json: object) => harness.send('POST', `/ojs/v1/workers/${path}`, { key: token, body: json }),
  };
}

async function aJob(queue = 'gpu.a'): Promise<string> {
  const { body } = await harness.send('POST', '/ojs/v1/jobs', {
    key: producer,
    body: { type: 't', args: [], options: { queue } },
  });
  return body.job.id;
}

/** A registration secret that is stored, as the command line makes one. */
async function storedSecret(principal = 'stored@workers'): Promise<string> {
  const key = generateKey('reg');
  const { client } = harness.connections;
  const { version } = await listCredentials(client);
  const record = { id: key.id, kind: 'registration' as const, plane: 'worker' as const, principal, tenant: '_default' };
  const rest = { roles: ['worker'], queues: ['*'], grants: [], secrets: [await hashKey(key.text)], createdAt: 0 };
  expect(await writeCredential(client, version, { ...record, ...rest })).toBe(true);
  return key.text;
}

describe('a shared secret', () => {
  test('gives no token where `queues` is misspelt: it would be one for all of them', async () => {
    const { status, body } = await register({ worker_id: 'misspelt', queus: ['gpu.a'] });
    expect(status).toBe(400);
    expect(body.error.message).toBe('body: has unknown attributes: queus');
  });

  test('is exchanged for a token of 15 minutes with which that worker works', async () => {
    const worker_id = `worker-${workers++}`;
    const answer = await register({
      worker_id,
      labels: ['canary'],
      hostname: 'h',
      pid: 1,
      concurrency: 2,
      queues: ['gpu.a'],
    });
    expect(answer).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } });
    expect(answer.body).toEqual({
      ok: true,
      worker_id,
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: expect.any(Number),
      server_time: expect.any(String),
      visibility_timeout_default: 1800,
    });
    expect(Math.abs(answer.body.expires_in - 899)).toBeLessThanOrEqual(1);
    const id = await aJob();
    const key = answer.body.access_token;
    const fetched = await harness.send('POST', '/ojs/v1/workers/fetch', {
      key,
      body: { queues: ['gpu.a'], worker_id },
    });
    expect(fetched.body.jobs).toMatchObject([{ id }]);
    expect(await harness.send('POST', '/ojs/v1/workers/ack', { key, body: { job_id: id, worker_id } })).toMatchObject({
      status: 200,
    });
    const record = (await harness.audit()).find(({ detail }) => detail.worker_id === worker_id);
    expect(record).toMatchObject({
      event_type: 'worker.registered',
      principal: 'pool@workers',
      detail: { labels: ['canary'] },
    });
    const all = JSON.stringify(await harness.audit());
    for (const secret of [key, ...Object.values(secrets)]) expect(all).not.toContain(secret);
  });

  test('reaches nothing else: every other operation answers 401', async () => {
    const stored = await storedSecret();
    const others = Object.values<Operation>(operations).filter(
      ({ id, permission }) => permission !== 'public' && id !== 'registerWorker',
    );
    expect(others.length).toBeGreaterThan(70);
    for (const { method, path } of others) {
      const at = path.replaceAll(/\{\w+\}/g, JOB);
      for (const key of [secrets.OJS_SECRET_POOL, stored]) {
        const { status } = await harness.send(method, at, { key });
        // Each wrong one counts, so that after some the address has to wait.
        expect([401, 429], `${method} ${at}`).toContain(status);
      }
    }
  });

  test('that is wrong, or a credential of another kind, is 401 like any other', async () => {
    const answers = await Promise.all(
      [randomBytes(32).toString('hex'), producer, generateKey('reg').text, 'ojs_reg_x', (await aWorker()).token].map(
        (key) => register({ worker_id: 'w' }, key),
      ),
    );
    for (const answer of answers) expectRefusal(answer, 401, 'unauthenticated');
    expectRefusal(await harness.send('POST', REGISTER, { body: { worker_id: 'w' } }), 401, 'unauthenticated');
  });

  test('gives no more than its registration: a queue beyond is refused, and the queues named are all that the token reaches', async () => {
    const refused = await register({ worker_id: 'beyond', queues: ['gpu.a', 'mail'] });
    expectRefusal(refused, 403, 'permission_denied');
    expect(refused.body.error.details).toMatchObject({ queue: 'mail' });
    const { send, worker_id } = await aWorker({ queues: ['gpu.a'] });
    expect(await send('fetch', { queues: ['gpu.a'], worker_id })).toMatchObject({ status: 200 });
    expectRefusal(await send('fetch', { queues: ['gpu.b'], worker_id }), 403, 'permission_denied');
  });

  test('gives a token of the worker plane, whatever roles the registration has', async () => {
    const { token } = await aWorker();
    expectRefusal(await harness.send('POST', '/ojs/v1/jobs', { key: token, body: {} }), 403, 'permission_denied');
    expectRefusal(
      await harness.send('POST', '/ojs/v1/auth/elevate', { key: token, body: { code: '123456' } }),
      403,
      'permission_denied',
    );
  });

  test.each([
    {},
    { worker_id: '' },
    { worker_id: 'a b' },
    { worker_id: 1 },
    { worker_id: 'w', queues: [] },
    { worker_id: 'w', labels: [''] },
  ])('with %j is a malformed request', async (body) => expectRefusal(await register(body), 400, 'invalid_request'));
});

describe('a stored secret ojs_reg_…', () => {
  test('does the same, and its tokens end when it is revoked', async () => {
    const secret = await storedSecret();
    const { send, worker_id } = await aWorker({}, secret);
    expect(await send('fetch', { queues: ['q'], worker_id })).toMatchObject({ status: 200 });
    const revoking = runMain(['keys', 'revoke', secret.split('_')[2] as string], harness.env);
    await revoking.ended;
    expect(revoking.output()).toContain('is revoked');
    await vi.waitFor(
      async () => expectRefusal(await send('fetch', { queues: ['q'], worker_id }), 401, 'unauthenticated'),
      { timeout: 20_000 },
    );
    expectRefusal(await register({ worker_id }, secret), 401, 'unauthenticated');
  });
});

describe('the token of a worker', () => {
  /** Everything that a worker says of itself or its jobs, where a worker can be named. */
  const speaking = Object.values<Operation>(operations).filter(
    ({ permission, accepts }) => permission === 'dequeue' && accepts === undefined,
  );

  test.each(speaking)('speaks for no other worker: $id', async (operation) => {
    const [{ send, worker_id, token }, other] = [
      await aWorker({ queues: ['gpu.c'] }),
      await aWorker({ queues: ['gpu.c'] }),
    ];
    const id = await aJob('gpu.c');
    expect((await other.send('fetch', { queues: ['gpu.c'], worker_id: other.worker_id })).body.jobs).toMatchObject([
      { id },
    ]);
    const say = (named: string | undefined) => {
      const who: Record<string, string> = named === undefined ? {} : { worker_id: named };
      const one = {
        job_id: id,
        ...who,
        error: { type: 'x', message: 'x' },
        percentage: 1,
        progress: 0.5,
        state: {},
        queues: ['gpu.c'],
      };
      const body =
        operation.id === 'ackJobs'
          ? { acks: [{ job_id: id, ...who }] }
          : operation.id === 'heartbeat' || operation.id === 'beat'
            ? who
            : one;
      const path = operation.path.replace('{id}', id).replace('{worker_id}', named ?? 'none');
      const query = operation.query === undefined ? '' : `?${new URLSearchParams(who)}`;
      return harness.send(operation.method, path + query, { key: token, ...(operation.body && { body }) });
    };
    const answer = await say(other.worker_id);
    if (operation.id === 'ackJobs')
      expect(answer.body.results).toMatchObject([{ error: { code: 'permission_denied' } }]);
    else expectRefusal(answer, 403, 'permission_denied');
    // Where it names nobody it speaks for itself, so the other worker's job stays where it is.
    if (!operation.path.includes('{worker_id}')) await say(undefined);
    expect(
      (await other.send('ack', { job_id: id, worker_id: other.worker_id })).status,
      'the other still has its job',
    ).toBe(200);
    await send('heartbeat', { worker_id });
  });
});

describe('a worker id', () => {
  test('is registered again by the same credential, and by no other while its token lives', async () => {
    const { worker_id } = await aWorker();
    expect(await register({ worker_id })).toMatchObject({ status: 200 });
    for (const key of [secrets.OJS_SECRET_MAIL, await storedSecret('pool@workers')]) {
      expectRefusal(await register({ worker_id }, key), 403, 'permission_denied');
    }
    const records = (await harness.audit()).filter(({ event_type }) => event_type === 'worker.registration.refused');
    expect(records).toMatchObject([
      { detail: { worker_id, reason: 'taken' } },
      { principal: 'pool@workers', detail: { worker_id } },
    ]);
    await harness.connections.client.del(`${systemSpace.registeredWorkers}/id/_default ${worker_id}`);
    expect(await register({ worker_id }, secrets.OJS_SECRET_MAIL)).toMatchObject({ status: 200 });
  });
});

test('tokens end when their registration is taken out of the identity file, or says something else', async () => {
  const [mine, other] = [await aWorker(), await aWorker({}, secrets.OJS_SECRET_MAIL)];
  const works = async ({ send, worker_id }: typeof mine) => (await send('heartbeat', { worker_id })).status;
  await write([{ ...pool, queues: ['gpu.a'] }]);
  await vi.waitFor(async () => expect([await works(mine), await works(other)]).toEqual([401, 401]), {
    timeout: 20_000,
  });
  expect(await register({ worker_id: mine.worker_id })).toMatchObject({ status: 200 });
  expectRefusal(await register({ worker_id: other.worker_id }, secrets.OJS_SECRET_MAIL), 401, 'unauthenticated');
  await write([pool, mail]);
  await vi.waitFor(async () => expect(await works(other)).toBe(200), { timeout: 20_000 });
});

test('where the plane requires binding, a token is bound to the key of the proof that comes with the registration', async () => {
  const origin = 'https://jobs.example.com';
  await write([pool, mail], { binding: { worker: 'any', origins: [origin] } });
  const worker_id = `worker-${workers++}`;
  const unbound = async () => expectRefusal(await register({ worker_id }), 403, 'permission_denied');
  await vi.waitFor(unbound, { timeout: 20_000 });
  const [key, stranger] = [proofMaker(), proofMaker()];
  const proven = (maker: ProofMaker, path: string, token?: string) =>
    maker.prove({ method: 'POST', url: origin + path, ...(token !== undefined && { token }) });
  const ask = (path: string, authorization: string, proof: string) =>
    harness.send('POST', path, { body: { worker_id }, headers: { authorization, dpop: proof } });

  const secret = `Bearer ${secrets.OJS_SECRET_POOL}`;
  const proof = proven(key, REGISTER);
  const { status, body } = await ask(REGISTER, secret, proof);
  expect({ status, type: body.token_type }).toEqual({ status: 200, type: 'DPoP' });
  for (const bad of [proof, proven(key, '/ojs/v1/queues'), 'x']) {
    expectRefusal(await ask(REGISTER, secret, bad), 400, 'invalid_request');
  }
  expectRefusal(await ask(REGISTER, `DPoP ${secrets.OJS_SECRET_POOL}`, proven(key, REGISTER)), 401, 'unauthenticated');

  const beat = '/ojs/v1/workers/heartbeat';
  const token: string = body.access_token;
  expect((await ask(beat, `DPoP ${token}`, proven(key, beat, token))).status).toBe(200);
  expectRefusal(await ask(beat, `DPoP ${token}`, proven(stranger, beat, token)), 401, 'unauthenticated');
  expectRefusal(await harness.send('POST', beat, { key: token, body: { worker_id } }), 401, 'unauthenticated');
  await write([pool, mail]);
  await vi.waitFor(async () => expect((await register({ worker_id })).status).toBe(200), { timeout: 20_000 });
});

test('a secret that is replaced in its file is good for its grace period, and no registration fails meanwhile', async () => {
  const old = secrets.OJS_SECRET_POOL;
  const next = randomBytes(32).toString('base64url');
  const worker_id = `worker-${workers++}`;
  await writeFile(join(directory, 'next'), next, { mode: 0o600 });
  await rename(join(directory, 'next'), secretFile);
  const ofOld: number[] = [];
  await vi.waitFor(
    async () => {
      ofOld.push((await register({ worker_id }, old)).status);
      expect((await register({ worker_id }, next)).status).toBe(200);
    },
    { timeout: 20_000 },
  );
  expect(new Set(ofOld)).toEqual(new Set([200]));
  const refused = async () => expectRefusal(await register({ worker_id }, old), 401, 'unauthenticated');
  await vi.waitFor(refused, { timeout: 20_000 });
  expect((await register({ worker_id }, next)).status).toBe(200);
});

test('a secret that becomes weak while the server runs is not accepted, and told', async () => {
  const weak = 'x'.repeat(43);
  await writeFile(secretFile, weak);
  const told = async () => {
    expectRefusal(await register({ worker_id: 'w' }, weak), 401, 'unauthenticated');
    expect((await harness.audit()).map(({ event_type }) => event_type)).toContain('secret.rejected');
  };
  await vi.waitFor(told, { timeout: 20_000 });
});

test('addresses that keep presenting wrong secrets have to wait', async () => {
  const answers = [];
  for (let i = 0; i < 40; i++) answers.push(await register({ worker_id: 'w' }, randomBytes(32).toString('hex')));
  const last = answers.at(-1);
  expect(last?.status).toBe(429);
  expect(Number(last?.headers['retry-after'])).toBeGreaterThan(0);
});

test.each([
  ['is too short', { OJS_SECRET_POOL: randomBytes(31).toString('hex') }, /OJS_SECRET_POOL has 248 bits/],
  ['could be guessed', { OJS_SECRET_POOL: 'abcdefgh'.repeat(8) }, /OJS_SECRET_POOL is not random/],
  ['is not set', { OJS_SECRET_POOL: undefined }, /OJS_SECRET_POOL is not set/],
])('a server does not start with a shared secret that %s', async (_, change, says) => {
  const env = Object.fromEntries(
    Object.entries({ ...harness.env, OJS_SECRET_POOL_FILE: undefined, ...change }).filter(
      (each): each is [string, string] => each[1] !== undefined,
    ),
  );
  const commands = [['start'], ['config', 'check']].map((command) => runMain(command, env));
  for (const child of commands) {
    await child.ended;
    expect(child.output()).toMatch(says);
    expect(child.output()).not.toContain(change.OJS_SECRET_POOL ?? 'abcdefgh');
  }
});
