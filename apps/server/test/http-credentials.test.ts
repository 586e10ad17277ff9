import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_POLICY } from '../src/access/policy.ts';
import { Tenants } from '../src/access/tenants.ts';
import { CredentialManager } from '../src/identity/manage/manager.ts';
import { systemSpace, tenantSpace } from '../src/redis/keyspace.ts';
import { type Answer, expectRefusal, type Harness, startHarness } from './http-harness.ts';

const ADMIN = '/ojs/v1/admin/credentials';
let directory: string;
let ojs: Harness;
let root: string;
let acme: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ojs-credentials-'));
  const policyFile = join(directory, 'policy.json');
  await writeFile(
    policyFile,
    JSON.stringify({ roles: { keeper: ['admin', 'inspect'] }, principals: { 'away@acme': { disabled: true } } }),
  );
  ojs = await startHarness({ OJS_POLICY_FILE: policyFile, OJS_ROTATION_GRACE_SECONDS: '3600' });
  root = await ojs.key('admin', 'admin', { tenant: '*', principal: 'root@test' });
  acme = await ojs.key('admin', 'admin', { tenant: 'acme', principal: 'admin@acme' });
});
afterAll(async () => {
  await ojs.stop();
  await rm(directory, { recursive: true });
});

const producer = { plane: 'producer', roles: ['producer'], principal: 'shop' };
const admin = { plane: 'admin', roles: ['admin'], principal: 'second@acme' };
const post = (path: string, key: string, body?: object, headers = {}) =>
  ojs.send('POST', `${ADMIN}${path}`, { key, headers, ...(body && { body }) });
const get = (path: string, key: string) => ojs.send('GET', `${ADMIN}${path}`, { key });
const patch = (id: string, key: string, body: object) => ojs.send('PATCH', `${ADMIN}/${id}`, { key, body });
const idOf = (key: string): string => key.split('_')[2] ?? '';
async function created(key: string, body: object): Promise<{ id: string; key: string }> {
  const answer = await post('', key, body);
  expect(answer.status, answer.text).toBe(201);
  return { id: answer.body.credential.id, key: answer.body.key };
}
const works = async (key: string) => (await ojs.send('GET', '/ojs/v1/queues', { key })).status;
const recordsOf = async (answer: Answer) =>
  (await ojs.audit()).filter(
    ({ correlation_id, event_type }) =>
      correlation_id === answer.headers['x-request-id'] && event_type !== 'auth.login.success',
  );
const ruleOf = (answer: Answer) => answer.body.error.details.rule;

describe('create', () => {
  it('answers the key once; it works at once, in the tenant of the creator', async () => {
    const answer = await post('', acme, { ...producer, queues: ['a', 'b.*'], label: 'the shop' });
    const { key, credential } = answer.body;
    expect(answer.status).toBe(201);
    expect(key).toMatch(/^ojs_prod_/);
    expect(answer.headers.location).toBe(`${ADMIN}/${credential.id}`);
    expect(credential).toMatchObject({
      ...{ plane: 'producer', principal: 'shop', tenant: 'acme', queues: ['a', 'b.*'], state: 'live', generation: 0 },
      ...{
        shown: `ojs_prod_…${credential.id.slice(-4)}`,
        created_by: 'admin@acme',
        label: 'the shop',
        kind: 'api_key',
      },
    });
    expect(await works(key)).toBe(200);
    expect(await recordsOf(answer)).toMatchObject([
      {
        ...{ event_type: 'credential.created', outcome: 'success', principal: 'admin@acme', tenant: 'acme' },
        detail: { credential: credential.shown, of: 'shop', plane: 'producer', roles: ['producer'] },
      },
    ]);
  });

  it('shows neither key nor hash anywhere afterwards (K7)', async () => {
    const { id, key } = await created(acme, producer);
    const rotated = (await post(`/${id}/rotate`, acme)).body.key;
    const seen = [await get(`/${id}`, acme), await get('', root), await patch(id, acme, { label: 'x' })].map(
      (a) => a.text,
    );
    seen.push(
      (await post(`/${id}/revoke`, acme)).text,
      (await post(`/${id}/rotate`, acme)).text,
      JSON.stringify(await ojs.audit()),
    );
    const stored = JSON.stringify(await ojs.connections.client.hgetall(systemSpace.credentials));
    const hashes = [...stored.matchAll(/"(?:hash|salt)\\":\\"([^\\]+)/g)].map(([, each]) => each as string);
    expect(hashes.length).toBeGreaterThan(1);
    for (const text of seen) for (const hash of hashes) expect(text).not.toContain(hash);
    for (const text of [...seen, stored])
      for (const each of [key, rotated]) expect(text).not.toContain(each.slice(-49, -6));
  });

  it('is for admins: others are 403, and the same of what does not exist (K12)', async () => {
    const others = [
      await ojs.key('producer', 'producer', { tenant: 'acme' }),
      await ojs.key('worker', 'worker', { tenant: 'acme' }),
      await ojs.key('admin', 'operator', { tenant: 'acme' }),
      await ojs.key('admin', 'admin', { tenant: 'acme', queues: ['a'], principal: 'limited@acme' }),
    ];
    for (const key of others) {
      const answer = await post('', key, producer);
      expectRefusal(answer, 403, 'permission_denied');
      expect(await recordsOf(answer)).toMatchObject([{ event_type: 'permission.denied' }]);
      expectRefusal(await get('', key), 403, 'permission_denied');
      for (const id of [idOf(acme), 'unknown']) {
        expectRefusal(await get(`/${id}`, key), 403, 'permission_denied');
        expectRefusal(await post(`/${id}/rotate`, key), 403, 'permission_denied');
        expectRefusal(await post(`/${id}/revoke`, key), 403, 'permission_denied');
      }
    }
  });

  it('gives no more than the creator has: no other tenant, no permission that it lacks (K12)', async () => {
    for (const tenant of ['beta', '*', '_default']) {
      const answer = await post('', acme, { ...producer, tenant });
      expectRefusal(answer, 403, 'permission_denied');
      expect(answer.body.error.details).toEqual({ rule: 'tenant', field: 'tenant' });
    }
    const keeper = await ojs.key('admin', 'admin', { tenant: 'acme', principal: 'keeper@acme' });
    // A role that administers and reads, and does nothing else.
    expect((await patch(idOf(keeper), root, { roles: ['keeper'] })).status).toBe(200);
    // Nor for one that is disabled now, and may be enabled one day.
    const disabled = { ...admin, principal: 'away@acme' };
    for (const body of [producer, admin, disabled, { ...producer, plane: 'worker', roles: ['worker'] }]) {
      const answer = await post('', keeper, body);
      expectRefusal(answer, 403, 'permission_denied');
      expect(ruleOf(answer)).toBe('containment');
      expect(await recordsOf(answer)).toMatchObject([
        { event_type: 'permission.denied', outcome: 'failure', detail: { rule: 'containment' } },
      ]);
    }
    // Nor does it take over what has more, nor raise itself.
    const { id } = await created(acme, producer);
    expect(ruleOf(await post(`/${id}/rotate`, keeper))).toBe('containment');
    expect(ruleOf(await patch(idOf(keeper), keeper, { roles: ['admin'] }))).toBe('containment');
    expect((await post('', keeper, { ...admin, roles: ['keeper'] })).status).toBe(201);
    // What it may end is another question.
    expect((await post(`/${id}/revoke`, keeper)).status).toBe(200);
  });

  it.each([
    [{ roles: ['nobody'] }, 'roles'],
    [{ roles: ['worker'] }, 'plane'],
    [{ roles: ['admin'] }, 'plane'],
    [{ kind: 'registration' }, 'plane'],
    [{ grants: [{ permissions: ['dequeue'], queues: ['a'] }] }, 'grants'],
    [{ expires_at: '2020-01-01T00:00:00Z' }, 'expires_at'],
    [{ not_before: '+P2D', expires_at: '+P1D' }, 'not_before'],
  ])('%j is 422 and names the field', async (change, field) => {
    const answer = await post('', acme, { ...producer, ...change });
    expectRefusal(answer, 422, 'invalid_request');
    expect(answer.body.error.details.field).toBe(field);
  });

  it.each([{ secret: 'hunter2hunter2' }, { key: `ojs_prod_${'a'.repeat(62)}` }])(
    'takes no key from outside, whose entropy nobody knows (K6)',
    async (change) => {
      const answer = await post('', acme, { ...producer, ...change });
      expectRefusal(answer, 422, 'invalid_request');
      expect(answer.text).not.toMatch(/hunter2|aaaa/);
    },
  );
});

describe('list and get', () => {
  it('what the caller does not administer does not exist', async () => {
    const foreign = idOf(root);
    const answer = await get(`/${foreign}`, acme);
    expectRefusal(answer, 404, 'not_found');
    for (const id of [foreign, 'nosuchid']) {
      for (const path of [`/${id}/rotate`, `/${id}/revoke`]) expectRefusal(await post(path, acme), 404, 'not_found');
      expectRefusal(await patch(id, acme, { label: 'x' }), 404, 'not_found');
    }
    expect(JSON.stringify((await get('', acme)).body)).not.toContain(foreign);
    expect((await get(`/${idOf(acme)}`, root)).status).toBe(200);
    expectRefusal(await get('/no%20id', acme), 404, 'not_found');
  });

  it('are read page by page, and filtered', async () => {
    for (let i = 0; i < 3; i++) await created(acme, { ...producer, principal: 'many' });
    const all = (await get('?principal=many', acme)).body;
    expect(all.pagination).toMatchObject({ total: 3, has_more: false });
    const seen: string[] = [];
    let cursor = '';
    do {
      const page = (await get(`?principal=many&limit=2${cursor && `&cursor=${cursor}`}`, acme)).body;
      seen.push(...page.credentials.map(({ id }: { id: string }) => id));
      cursor = page.pagination.next_cursor ?? '';
    } while (cursor);
    expect(seen).toEqual(all.credentials.map(({ id }: { id: string }) => id));
    const tenants = (await get('?tenant=acme&limit=200', root)).body.credentials;
    expect(new Set(tenants.map(({ tenant }: { tenant: string }) => tenant))).toEqual(new Set(['acme']));
    expectRefusal(await get('?state=lost', acme), 400, 'invalid_request');
  });
});

describe('rotate', () => {
  it('keeps id and rights; the one before is accepted too for the grace period (K4)', async () => {
    const { id, key } = await created(acme, producer);
    const answer = await post(`/${id}/rotate`, acme);
    expect(answer.body).toMatchObject({
      key: expect.stringContaining(`ojs_prod_${id}_`),
      credential: { id, generation: 1 },
    });
    const left = Date.parse(answer.body.credential.previous_ends_at) - Date.now();
    expect(left).toBeGreaterThan(3_590_000);
    expect([await works(key), await works(answer.body.key)]).toEqual([200, 200]);
    expect(await recordsOf(answer)).toMatchObject([
      { event_type: 'credential.rotated', outcome: 'success', detail: { of: 'shop' } },
    ]);
  });

  it('a second time in the grace period ends the oldest at once: only one before is accepted (K4)', async () => {
    const { id, key } = await created(acme, producer);
    const second = (await post(`/${id}/rotate`, acme)).body.key;
    expect(await works(key)).toBe(200);
    const third = (await post(`/${id}/rotate`, acme)).body.key;
    expect([await works(key), await works(second), await works(third)]).toEqual([401, 200, 200]);
  });

  it('with a grace of 0 ends the one before at once (K4)', async () => {
    const { id, key } = await created(acme, producer);
    expect(await works(key)).toBe(200);
    const before = Number(await ojs.connections.client.get(tenantSpace('acme').epoch));
    const next = (await post(`/${id}/rotate`, acme, { grace_seconds: 0 })).body.key;
    expect([await works(key), await works(next)]).toEqual([401, 200]);
    expect(Number(await ojs.connections.client.get(tenantSpace('acme').epoch))).toBe(before + 1);
  });

  it('ten at once have one winner, the others are 409 (K4)', async () => {
    const { id } = await created(acme, producer);
    // Opens the connections.
    await Promise.all(Array.from({ length: 10 }, () => get(`/${id}`, acme)));
    const answers = await Promise.all(Array.from({ length: 10 }, () => post(`/${id}/rotate`, acme)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const answer of answers.filter(({ status }) => status !== 200)) expectRefusal(answer, 409, 'conflict');
    expect((await get(`/${id}`, acme)).body.credential.generation).toBe(1);
  });

  it('says which generation it means, and is 409 when that is over', async () => {
    const { id } = await created(acme, producer);
    expect((await post(`/${id}/rotate`, acme, { generation: 0 })).status).toBe(200);
    const late = await post(`/${id}/rotate`, acme, { generation: 0 });
    expectRefusal(late, 409, 'conflict');
    expect(ruleOf(late)).toBe('generation');
  });

  it('leaves the end as it is unless asked', async () => {
    const { id } = await created(acme, { ...producer, expires_at: '+P1D' });
    const { expires_at } = (await get(`/${id}`, acme)).body.credential;
    expect((await post(`/${id}/rotate`, acme)).body.credential.expires_at).toBe(expires_at);
    expect((await post(`/${id}/rotate`, acme, { expires_at: null })).body.credential.expires_at).toBeUndefined();
  });

  it('of itself: the caller goes on with either key', async () => {
    const { id, key } = await created(acme, admin);
    const answer = await post(`/${id}/rotate`, key);
    expect(answer.status).toBe(200);
    expect([await works(key), await works(answer.body.key)]).toEqual([200, 200]);
  });

  it('of one that is revoked is 409', async () => {
    const { id } = await created(acme, producer);
    await post(`/${id}/revoke`, acme);
    expect(ruleOf(await post(`/${id}/rotate`, acme))).toBe('revoked');
    expect(ruleOf(await patch(id, acme, { label: 'x' }))).toBe('revoked');
  });
});

describe('revoke', () => {
  it('ends the key at once, for good, with its reason in answer, record and audit log', async () => {
    const { id, key } = await created(acme, producer);
    expect(await works(key)).toBe(200);
    const answer = await post(`/${id}/revoke`, acme, { reason: 'compromised' });
    expect(answer.body.credential).toMatchObject({ state: 'revoked', revoked_reason: 'compromised' });
    expect(await works(key)).toBe(401);
    expect(await recordsOf(answer)).toMatchObject([
      { event_type: 'credential.revoked', detail: { reason: 'compromised', of: 'shop' } },
    ]);
    const again = await post(`/${id}/revoke`, acme, { reason: 'superseded' });
    expect(again.body.credential.revoked_reason).toBe('compromised');
    expectRefusal(await post(`/${id}/revoke`, acme, { reason: 'bored' }), 400, 'invalid_request');
  });

  it('an admin that is revoked changes no credential any more, however the requests fall', async () => {
    const { id, key } = await created(acme, admin);
    const both = await Promise.all([
      post(`/${id}/revoke`, acme),
      ...Array.from({ length: 5 }, () => post('', key, { ...producer, principal: 'late' })),
    ]);
    const revokedAt = Date.parse(both[0]?.body.credential.revoked_at);
    for (const { status, body } of both.slice(1)) {
      if (status === 201) expect(Date.parse(body.credential.created_at)).toBeLessThanOrEqual(revokedAt);
      else expect(status).toBe(401);
    }
    expectRefusal(await post('', key, producer), 401, 'unauthenticated');
  });
});

describe('the last admin (K13)', () => {
  it('is neither revoked, nor demoted, nor given an end; the answer says what to do', async () => {
    const id = idOf(root);
    const attempts = [
      await post(`/${id}/revoke`, root),
      await patch(id, root, { roles: ['operator'] }),
      await patch(id, root, { roles: ['admin'], queues: ['a'] }),
      await patch(id, root, { expires_at: '+P1D' }),
      await post(`/${id}/rotate`, root, { expires_at: '+P1D' }),
    ];
    for (const answer of attempts) {
      expectRefusal(answer, 409, 'conflict');
      expect(ruleOf(answer)).toBe('last_admin');
      expect(answer.body.error.message).toMatch(/create another one first/);
      expect(await recordsOf(answer)).toMatchObject([{ outcome: 'failure', detail: { rule: 'last_admin' } }]);
    }
    expect((await get(`/${id}`, root)).body.credential).toMatchObject({
      state: 'live',
      roles: ['admin'],
      generation: 0,
    });
  });

  it('can go when there is another one; of two at the same moment, one stays', async () => {
    const { id, key } = await created(root, { ...admin, tenant: '*', principal: 'second@test' });
    const { id: third } = await created(root, { ...admin, tenant: '*', principal: 'third@test' });
    expect((await post(`/${third}/revoke`, root)).status).toBe(200);
    const answers = await Promise.all([post(`/${idOf(root)}/revoke`, root), post(`/${id}/revoke`, key)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  });
});

describe('many changes at the same moment', () => {
  it('are made one after the other, so that none takes another its ground; what is beyond a bound is told at once', async () => {
    let rounds = 0;
    const redis = new Proxy(ojs.connections.client, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target);
        if (name === 'hget') rounds++;
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const manager = new CredentialManager({
      ...{ redis, tenants: new Tenants(redis), policy: () => DEFAULT_POLICY, now: Date.now, graceMs: 0 },
    });
    const { id } = await created(acme, producer);
    const changing = Array.from({ length: 70 }, (_, at) => manager.update({ name: 'busy' }, id, { label: `${at}` }));
    const ended = await Promise.allSettled(changing);
    const refused = ended.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(5);
    expect(refused).toContainEqual(expect.objectContaining({ reason: expect.objectContaining({ rule: 'busy' }) }));
    expect(rounds).toBe(65);
  });
});

describe('a change whose end nobody heard', () => {
  it('is in the audit log once, and made again with the next request', async () => {
    const { id } = await created(acme, producer);
    // The record is written, and then Redis refuses to announce it.
    await ojs.connections.client.call('ACL', 'SETUSER', 'default', 'resetchannels');
    const answer = await post(`/${id}/revoke`, acme, { reason: 'compromised' });
    const creating = await post('', acme, producer);
    await ojs.connections.client.call('ACL', 'SETUSER', 'default', 'allchannels');
    expect(answer.status).toBeGreaterThanOrEqual(500);
    expect(await recordsOf(answer)).toMatchObject([
      {
        ...{ event_type: 'credential.revoked', outcome: 'failure', principal: 'admin@acme' },
        detail: { credential: `…${id.slice(-4)}`, rule: 'unanswered' },
      },
    ]);
    expect(await recordsOf(creating)).toMatchObject([{ event_type: 'credential.created', outcome: 'failure' }]);
    await expect.poll(async () => (await post(`/${id}/revoke`, acme)).status).toBe(200);
  });
});
