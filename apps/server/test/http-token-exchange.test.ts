import { randomBytes } from 'node:crypto';
import { type Operation, operations } from '@ojs/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tenantSpace } from '../src/redis/keyspace.ts';
import { expectRefusal, type Harness, startHarness } from './http-harness.ts';
import { openStream } from './sse-client.ts';

let ojs: Harness;
let other: Harness;
let producer: string;
beforeAll(async () => {
  ojs = await startHarness();
  other = await startHarness({ OJS_REDIS_URL: ojs.redis.url, OJS_SECRET_SERVER_KEY: ojs.env.OJS_SECRET_SERVER_KEY });
  producer = await ojs.key('producer', 'producer');
});
afterAll(async () => {
  await other.stop();
  await ojs.stop();
});

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const JOB = '019461a8-1a2b-7c3d-8e4f-5a6b7c8d9e0f';

async function ask(parameters: Record<string, string> | string, key: string | undefined = producer, headers = {}) {
  const text =
    typeof parameters === 'string'
      ? parameters
      : new URLSearchParams({ grant_type: EXCHANGE, ...parameters }).toString();
  const answer = await ojs.send('POST', '/ojs/v1/auth/token', { key, body: text, headers: { ...FORM, ...headers } });
  return { ...answer, json: JSON.parse(answer.text) };
}

async function narrowed(parameters: Record<string, string>, key = producer): Promise<string> {
  const { status, json } = await ask(parameters, key);
  expect({ status, error: json.error_description }).toEqual({ status: 200, error: undefined });
  return json.access_token;
}

const push = (key: string, body: object = {}) =>
  ojs.send('POST', '/ojs/v1/jobs', { key, body: { type: 'email.send', args: [], ...body } });
const get = (path: string, key: string) => ojs.send('GET', `/ojs/v1${path}`, { key });

describe('a token for one job', () => {
  let id: string;
  let token: string;
  beforeAll(async () => {
    id = (await push(producer)).body.job.id;
    token = await narrowed({ job: id });
  });

  it('reads the job, waits for it and follows it', async () => {
    expect((await get(`/jobs/${id}`, token)).body.job.id).toBe(id);
    expect((await get(`/jobs/${id}?wait_ms=1`, token)).status).toBe(200);
    expect((await get(`/jobs/${id}/result`, token)).status).toBe(408);
    expect((await get(`/jobs/${id}/progress`, token)).status).toBe(200);
    for (const path of [`/ojs/v1/jobs/${id}/events`, `/ojs/v1/events/stream?job=${id}&types=job.*`]) {
      const stream = await openStream(ojs, path, token);
      expect(stream.status, path).toBe(200);
      await ojs.send('POST', '/ojs/v1/jobs', { key: producer, body: { type: 'other.job', args: [] } });
      stream.close();
      expect(stream.told.filter(({ data }) => (data.subject ?? data.job_id) !== id)).toEqual([]);
    }
  });

  it('hears of no other job', async () => {
    const another = (await push(producer)).body.job.id;
    for (const path of ['', '/result', '/history', '/events', '/progress', '/checkpoint']) {
      expectRefusal(await get(`/jobs/${another}${path}`, token), 404, 'not_found');
    }
    expectRefusal(await get(`/events/stream?job=${another}`, token), 403, 'permission_denied');
    expectRefusal(await get(`/events/stream?channel=job:${another}`, token), 403, 'permission_denied');
  });

  /** What reading one job consists of. */
  const READS = new Set([
    ...['getJob', 'getResult', 'getJobHistory', 'getProgress', 'getCheckpoint', 'streamJobEvents', 'streamEvents'],
  ]);

  it.each(
    Object.values<Operation>(operations)
      .filter(({ permission, id: name }) => permission !== 'public' && permission !== 'self' && !READS.has(name))
      .map((operation) => [operation.id, operation] as const),
  )('cannot %s', async (_, { method, path, body: schema }) => {
    const url = path
      .replace('{id}', id)
      .replace('{name}', 'default')
      .replace('{jti}', 'A'.repeat(22))
      .replaceAll(/\{\w+\}/g, 'x');
    const all = {
      ...{ type: 'email.send', args: [], jobs: [{ type: 'a.b', args: [] }], name: 'n', expression: '* * * * *' },
      ...{ job_id: id, job_ids: [id], ids: [id], acks: [{ job_id: id }], queues: ['default'], worker_id: 'w' },
      ...{ confirm: true, result: 1, error: { code: 'x', message: 'x' }, progress: 0.5, percentage: 1, state: {} },
    };
    const shape = (schema as { shape?: object } | undefined)?.shape ?? {};
    const body = Object.fromEntries(Object.entries(all).filter(([name]) => name in shape));
    const answer = await ojs.send(method, url, { key: token, ...(method !== 'GET' && { body }) });
    // 400 and 422: the body was refused before anything could be done.
    expect([400, 403, 404, 422], answer.text).toContain(answer.status);
  });

  it('is refused for more than to inspect', async () => {
    const { status, json } = await ask({ job: id, scope: 'ojs:inspect ojs:cancel' });
    expect({ status, error: json.error }).toEqual({ status: 400, error: 'invalid_scope' });
  });
});

describe('a token for one type', () => {
  let token: string;
  const scope = 'ojs:enqueue:builds.*';
  beforeAll(async () => {
    token = await narrowed({ scope, types: 'email.send' });
  });
  const good = { type: 'email.send', args: [], queue: 'builds.a' };
  const evil = { ...good, type: 'payment.send' };
  const count = async () => (await get('/queues/builds.a/stats', producer)).body?.available ?? 0;

  it('enqueues that type on these queues', async () => {
    expect((await push(token, good)).status).toBe(201);
    expect((await push(token, { ...good, type: 'email.send@2.0' })).status).toBe(201);
    expectRefusal(await push(token, evil), 403, 'permission_denied');
    expectRefusal(await push(token, { ...good, queue: 'other' }), 403, 'permission_denied');
    expectRefusal(await push(token, { ...good, options: { queue: 'other' } }), 403, 'permission_denied');
  });

  it('enqueues nothing else in a batch, in bulk, or as a later step of a workflow', async () => {
    const before = await count();
    const send = (path: string, body: object) => ojs.send('POST', `/ojs/v1${path}`, { key: token, body });
    for (const jobs of [
      [evil, good],
      [good, evil],
      [good, { ...good, type: 'email.sendx' }],
    ]) {
      expectRefusal(await send('/jobs/batch', { jobs }), 403, 'permission_denied');
      expect((await send('/jobs/bulk', { jobs, atomicity: 'atomic' })).status).toBe(422);
      const workflow = { type: 'chain', steps: jobs.map((job, n) => ({ name: `s${n}`, ...job })) };
      expectRefusal(await send('/workflows', workflow), 403, 'permission_denied');
    }
    const callbacks = { on_complete: evil };
    expectRefusal(await send('/workflows', { type: 'batch', jobs: [good], callbacks }), 403, 'permission_denied');
    expect(await count()).toBe(before);
  });

  it('reads nothing, and leaves nothing behind that goes on', async () => {
    const { id } = (await push(producer, good)).body.job;
    expectRefusal(await get(`/jobs/${id}`, token), 404, 'not_found');
    expectRefusal(await get('/queues', token), 403, 'permission_denied');
    const cron = { name: 'n', expression: '* * * * *', ...good };
    expectRefusal(await ojs.send('POST', '/ojs/v1/cron', { key: token, body: cron }), 403, 'permission_denied');
    const all = await narrowed({ queues: '*' });
    expectRefusal(await ojs.send('POST', '/ojs/v1/cron', { key: all, body: cron }), 403, 'permission_denied');
    const operator = await ojs.key('admin', 'operator', { principal: 'ops' });
    const lent = await narrowed({ queues: '*' }, operator);
    const hook = { url: 'https://example.com', events: ['*'] };
    const path = '/ojs/v1/webhooks/subscriptions';
    expectRefusal(await ojs.send('POST', path, { key: lent, body: hook }), 403, 'permission_denied');
    const made = await ojs.send('POST', path, { key: operator, body: hook });
    expect(made.status).toBe(201);
    expect((await ojs.send('GET', path, { key: lent })).body).toEqual({ subscriptions: [] });
    expectRefusal(await ojs.send('DELETE', `${path}/${made.body.id}`, { key: lent }), 404, 'not_found');
  });

  it('cannot be widened by another exchange', async () => {
    for (const scope of ['ojs:inspect', 'ojs:admin', 'ojs:enqueue:other']) {
      expect((await ask({ scope }, token)).json.error, scope).toBe('invalid_scope');
    }
    const same = await narrowed({ scope: 'ojs:enqueue ojs:inspect' }, token);
    expectRefusal(await push(same, { ...good, queue: 'other' }), 403, 'permission_denied');
    expectRefusal(await push(same, evil), 403, 'permission_denied');
    expect((await ask({ types: 'payment.send' }, token)).json.error).toBe('invalid_scope');
    expect((await ask({ job: JOB }, token)).json.error).toBe('invalid_scope');
  });
});

describe('a narrowed token ends', () => {
  it('with the key that it came of: at once where it would change something, and its streams within a second', async () => {
    const key = await ojs.key('producer', 'producer', { principal: 'leaver' });
    const token = await narrowed({ scope: 'ojs:inspect ojs:enqueue' }, key);
    const stream = await openStream(ojs, '/ojs/v1/events/stream', token);
    await ojs.revoke('leaver');
    expectRefusal(await push(token), 401, 'unauthenticated');
    await stream.ended;
  });

  it('when whoever holds it revokes it: on every server within a second, and so do its children and streams', async () => {
    const token = await narrowed({ queues: 'a.*' });
    const child = await narrowed({ queues: 'a.b' }, token);
    for (const key of [token, child]) {
      expect((await other.send('GET', '/ojs/v1/queues', { key })).status).toBe(200);
    }
    const stream = await openStream(other, '/ojs/v1/events/stream', child);
    const epoch = async () => Number(await ojs.connections.client.get(tenantSpace('_default').epoch));
    const before = await epoch();
    const form = new URLSearchParams({ token }).toString();
    const answer = await ojs.send('POST', '/ojs/v1/auth/revoke', { body: form, headers: FORM });
    expect(answer.status).toBe(200);
    // What was decided before, at any server, is refused by the scripts from now on.
    expect(await epoch()).toBeGreaterThan(before);
    expectRefusal(await push(child, { queue: 'a.b' }), 401, 'unauthenticated');
    const started = Date.now();
    await expect.poll(async () => (await other.send('GET', '/ojs/v1/queues', { key: child })).status).toBe(401);
    expect(Date.now() - started).toBeLessThan(1_500);
    await stream.ended;
    const records = await ojs.audit();
    expect(records.find(({ event_type }) => event_type === 'token.revoked')).toMatchObject({
      principal: 'producer@test',
      detail: { jti: expect.stringMatching(/^[A-Za-z0-9_-]{22}$/) },
    });
  });

  it('when an administrator of its tenant revokes it by its id', async () => {
    const admin = await ojs.key('admin', 'admin', { principal: 'boss' });
    const { access_token: token } = (await ask({ queues: '*' })).json;
    const { jti } = JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString());
    expect((await ojs.send('DELETE', `/ojs/v1/admin/tokens/${jti}`, { key: producer })).status).toBe(403);
    expect((await get('/queues', token)).status).toBe(200);
    const elsewhere = await ojs.key('admin', 'admin', { principal: 'boss', tenant: 'globex' });
    expect((await ojs.send('DELETE', `/ojs/v1/admin/tokens/${jti}`, { key: elsewhere })).status).toBe(200);
    expect((await get('/queues', token)).status).toBe(200);
    expect((await ojs.send('DELETE', `/ojs/v1/admin/tokens/${jti}`, { key: admin })).status).toBe(200);
    expectRefusal(await get('/queues', token), 401, 'unauthenticated');
  });

  it('not so often that every server would ask anew about everybody for ever', async () => {
    const key = await ojs.key('producer', 'producer', { principal: 'restless' });
    const answers: number[] = [];
    for (let n = 0; n < 40; n++) {
      const body = new URLSearchParams({ token: await narrowed({ queues: 'a' }, key) }).toString();
      answers.push((await ojs.send('POST', '/ojs/v1/auth/revoke', { body, headers: FORM })).status);
    }
    expect(answers.slice(0, 25).every((status) => status === 200)).toBe(true);
    expect(answers).toContain(429);
  });

  it('and no administrator of one tenant uses up the place for the revocations of all', async () => {
    const [one, all] = await Promise.all([
      ojs.key('admin', 'admin', { principal: 'boss', tenant: 'acme' }),
      ojs.key('admin', 'admin', { principal: 'root', tenant: '*' }),
    ]);
    const revokes = async (key: string, times: number) => {
      const statuses = new Set<number>();
      for (let i = 0; i < times; i++) {
        const jti = randomBytes(16).toString('base64url');
        statuses.add((await ojs.send('DELETE', `/ojs/v1/admin/tokens/${jti}`, { key })).status);
      }
      return [...statuses];
    };
    expect(await revokes(one, 40)).toEqual([200, 429]);
    expect(await revokes(all, 40)).toEqual([200]);
  });

  it('never by a token that nobody issued, and the answer is the same', async () => {
    for (const token of ['x', 'a.b.c', producer]) {
      const body = new URLSearchParams({ token }).toString();
      const answer = await ojs.send('POST', '/ojs/v1/auth/revoke', { body, headers: FORM });
      expect({ status: answer.status, text: answer.text }).toEqual({ status: 200, text: '{}' });
    }
    expect((await get('/queues', producer)).status).toBe(200);
  });
});

describe('the exchange', () => {
  it('answers as RFC 8693 has it, and the audit log has everything but the token', async () => {
    const { json, headers } = await ask({ scope: 'ojs:inspect:a.*', expires_in: '60' });
    expect(json).toEqual({
      access_token: expect.stringMatching(/^eyJ/),
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      token_type: 'Bearer',
      expires_in: expect.any(Number),
      scope: 'ojs:inspect:a.*',
    });
    expect(json.expires_in).toBeLessThanOrEqual(60);
    expect(headers['content-type']).toBe('application/json');
    expect(headers['cache-control']).toBe('no-store');
    const records = await ojs.audit();
    expect(records.filter(({ event_type }) => event_type === 'token.exchanged').at(-1)).toMatchObject({
      principal: 'producer@test',
      outcome: 'success',
      detail: { jti: expect.any(String), narrowed: { within: [{ permissions: ['inspect'], queues: ['a.*'] }] } },
    });
    expect(JSON.stringify(records)).not.toContain(json.access_token.split('.')[2]);
  });

  it('takes the credential in the form, alone or beside the same in the header', async () => {
    const alone = await ojs.send('POST', '/ojs/v1/auth/token', {
      body: new URLSearchParams({ grant_type: EXCHANGE, subject_token: producer }).toString(),
      headers: FORM,
    });
    expect(alone.status).toBe(200);
    expect((await ask({ subject_token: producer })).status).toBe(200);
    const another = await ojs.key('producer', 'producer', { principal: 'another' });
    expect((await ask({ subject_token: another })).json.error).toBe('invalid_request');
  });

  it.each([
    ['a parameter that comes twice', `grant_type=${EXCHANGE}&scope=ojs:inspect&scope=ojs:enqueue`, 'invalid_request'],
    ['a parameter without a value', `grant_type=${EXCHANGE}&queues=`, 'invalid_request'],
    ['a misspelt narrowing', `grant_type=${EXCHANGE}&queue=a`, 'invalid_request'],
    ['an actor', `grant_type=${EXCHANGE}&actor_token=a`, 'invalid_request'],
    ['no grant type', 'queues=a', 'invalid_request'],
    ['another grant type', 'grant_type=password&username=a', 'unsupported_grant_type'],
    ['a word that is no scope', `grant_type=${EXCHANGE}&scope=ojs:inspect+openid`, 'invalid_scope'],
    ['a permission that there is not', `grant_type=${EXCHANGE}&scope=ojs:root`, 'invalid_scope'],
    ['what the credential does not hold', `grant_type=${EXCHANGE}&scope=ojs:admin`, 'invalid_scope'],
    ['another audience', `grant_type=${EXCHANGE}&audience=https://a.example`, 'invalid_target'],
    ['a lifetime that is no number', `grant_type=${EXCHANGE}&expires_in=1e3`, 'invalid_request'],
    ['a lifetime of days', `grant_type=${EXCHANGE}&expires_in=86400`, 'invalid_request'],
    ['a job that is no id', `grant_type=${EXCHANGE}&job=*`, 'invalid_request'],
    ['a thumbprint that is none', `grant_type=${EXCHANGE}&dpop_jkt=x`, 'invalid_request'],
    ['a certificate where there is none', `grant_type=${EXCHANGE}&binding=certificate`, 'invalid_request'],
  ])('refuses %s', async (_, body, error) => {
    const { status, json } = await ask(body);
    expect({ status, error: json.error }).toEqual({ status: 400, error });
    expect(json.error_description).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/);
  });

  it('answers every bad credential alike', async () => {
    const texts = new Set<string>();
    for (const key of ['x', `${producer}x`, `${producer.slice(0, -1)}A`, 'eyJhbGciOiJub25lIn0.e30.', 'a.b.c']) {
      const { status, text, headers } = await ask({}, key);
      expect(status).toBe(401);
      expect(headers['www-authenticate']).toContain('Bearer');
      texts.add(text);
    }
    expect([...texts]).toEqual([expect.stringContaining('invalid_client')]);
    expect((await ask({}, undefined, {})).status).toBe(200);
  });

  it.each<[string, string, Record<string, string>, object]>([
    ['auth.login.failure', 'x', {}, {}],
    ['tenant.access_denied', '', {}, { 'x-ojs-tenant': 'beta' }],
    ['auth.proof.failure', '', {}, { dpop: 'x' }],
    ['token.refused', '', { scope: 'x' }, {}],
  ])('that is refused leaves one record: %s', async (event, key, parameters, more) => {
    const id = `refused-${event}`;
    const { status } = await ask(parameters, key || producer, { ...more, 'x-request-id': id });
    expect(status).toBeGreaterThanOrEqual(400);
    const failures = async () =>
      (await ojs.audit())
        .filter(({ correlation_id, outcome }) => correlation_id === id && outcome === 'failure')
        .map(({ event_type }) => event_type);
    await expect.poll(failures).toContain(event);
    expect(await failures()).toEqual([event]);
  });

  it('that would make a token of too many patterns is refused as one that is too large', async () => {
    const queues = ['a.*', ...Array.from({ length: 999 }, (_, n) => `q${n}`)].join(' ');
    const scope = ['ojs:inspect', ...Array.from({ length: 99 }, (_, n) => `ojs:inspect:a.${n}`)].join(' ');
    const { status, json } = await ask({ queues, scope });
    expect({ status, error: json.error }).toEqual({ status: 400, error: 'invalid_scope' });
  });

  it('is of one tenant where the credential spans all, and the header says which', async () => {
    const all = await ojs.key('admin', 'admin', { tenant: '*', principal: 'root' });
    const { json } = await ask({ scope: 'ojs:inspect' }, all, { 'x-ojs-tenant': 'acme' });
    const send = (tenant: string) =>
      ojs.send('GET', '/ojs/v1/queues', { key: json.access_token, headers: { 'x-ojs-tenant': tenant } });
    expect((await send('acme')).status).toBe(200);
    expectRefusal(await send('globex'), 403, 'tenant_access_denied');
  });

  it('reads forms and nothing else, and small ones', async () => {
    const body = `grant_type=${EXCHANGE}`;
    const json = await ojs.send('POST', '/ojs/v1/auth/token', { key: producer, body });
    expectRefusal(json, 415, 'unsupported_media_type');
    const large = await ojs.send('POST', '/ojs/v1/auth/token', { body: 'a'.repeat(40_000), headers: FORM });
    expectRefusal(large, 413, 'payload_too_large');
    const elsewhere = await ojs.send('POST', '/ojs/v1/jobs', { key: producer, body: 'type=a', headers: FORM });
    expectRefusal(elsewhere, 415, 'unsupported_media_type');
  });
});
