import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listCredentials, writeCredential } from '../src/identity/credential-changes.ts';
import { makeDue } from './engine-cron-fixtures.ts';
import { expectRefusal, type Harness, startHarness } from './http-harness.ts';

let ojs: Harness;
let producer: string;
let admin: string;
beforeAll(async () => {
  ojs = await startHarness({ OJS_LIMITS_CRON_BYTES: '2000' });
  [producer, admin] = await Promise.all([ojs.key('producer', 'producer'), ojs.key('admin', 'admin')]);
});
afterAll(() => ojs.stop());

let names = 0;
const freshName = () => `entry-${names++}`;
const register = (body: object, key = producer) => ojs.send('POST', '/ojs/v1/cron', { key, body });
const read = (name: string, key = producer, more = '') => ojs.send('GET', `/ojs/v1/cron/${name}${more}`, { key });
const post = (name: string, what: string, key = producer) => ojs.send('POST', `/ojs/v1/cron/${name}/${what}`, { key });

const flat = (name: string, more: object = {}) => ({
  name,
  cron: '0 9 * * *',
  type: 'report.generate',
  args: [{ report: 'daily' }],
  options: { queue: 'reports', timeout: 300 },
  ...more,
});

describe('registering', () => {
  it('takes the form of ojs-cron, and answers 201 in both forms; anew, 200', async () => {
    const name = freshName();
    const body = flat(name, { timezone: 'America/New_York', description: 'Daily', meta: { a: 1 }, run_count: 7 });
    const answer = await register(body);
    expect(answer.status).toBe(201);
    expect(answer.headers.location).toBe(`/ojs/v1/cron/${name}`);
    const template = { type: body.type, args: body.args, options: body.options, meta: { a: 1 } };
    expect(answer.body.cron_job).toEqual({
      ...template,
      name,
      cron: '0 9 * * *',
      expression: '0 9 * * *',
      timezone: 'America/New_York',
      job_template: template,
      overlap_policy: 'skip',
      enabled: true,
      status: 'active',
      description: 'Daily',
      last_run_at: null,
      next_run_at: expect.stringMatching(/T1[34]:00:00\.000Z$/),
      run_count: 0,
      created_at: expect.any(String),
      updated_at: expect.any(String),
      owner: 'producer@test',
    });
    expect(answer.body.cron).toEqual(answer.body.cron_job);
    const again = await register({ ...body, cron: '@daily' });
    expect(again.status).toBe(200);
    expect(again.body.cron).toMatchObject({ cron: '@daily', created_at: answer.body.cron.created_at });
    expect((await read(name)).body.cron_job).toEqual(again.body.cron);
  });

  it('takes a job template', async () => {
    const name = freshName();
    const template = { type: 'a.b', args: [1], options: { queue: 'q', scheduled_at: '+PT5M', expires_at: '+PT1H' } };
    const answer = await register({ name, expression: '*/5 * * * *', job_template: template });
    expect(answer.status).toBe(201);
    expect(answer.body.cron).toMatchObject({ expression: '*/5 * * * *', job_template: template, type: 'a.b' });
  });

  it.each([
    [{ name: 'Upper' }, 'name', 'format'],
    [{ name: `a${'b'.repeat(255)}` }, 'name', 'format'],
    [{ name: undefined }, 'name', 'required'],
    [{ cron: undefined }, 'expression', 'required'],
    [{ cron: 7 }, 'cron', 'type'],
    [{ cron: 'not a valid cron' }, 'expression', 'fields'],
    [{ cron: '0 0 0 0 0 0 0' }, 'expression', 'fields'],
    [{ cron: '99 25 32 13 8' }, 'expression', 'range'],
    [{ cron: '0 0 30 2 *' }, 'expression', 'never'],
    [{ cron: '*/0 * * * *' }, 'expression', 'format'],
    [{ cron: '*'.repeat(300) }, 'cron', 'max'],
    [{ timezone: 'EST' }, 'timezone', 'iana'],
    [{ timezone: '+05:00' }, 'timezone', 'iana'],
    [{ timezone: 'Mars/Olympus' }, 'timezone', 'iana'],
    [{ overlap_policy: 'sometimes' }, 'overlap_policy', 'enum'],
    [{ enabled: 'yes' }, 'enabled', 'type'],
    [{ args: { a: 1 } }, 'args', 'type'],
    [{ args: ['x'.repeat(2_000)] }, 'body', 'max'],
    [{ type: 'a b' }, 'type', 'format'],
    [{ type: undefined }, 'type', 'required'],
    [{ id: '019461a8-1a2b-7c3d-8e4f-5a6b7c8d9e0f' }, 'id', 'unknown'],
    [{ x_custom: 1 }, 'x_custom', 'unknown'],
    [{ job_template: { type: 'a', args: [] } }, 'type', 'unknown'],
    [{ options: { queue: 'a b' } }, 'options.queue', 'format'],
    [{ options: { scheduled_at: '2030-01-01T00:00:00Z' } }, 'scheduled_at', 'relative'],
    [{ expires_at: '2030-01-01T00:00:00Z' }, 'expires_at', 'relative'],
    [{ options: { retry: { max_attempts: -1 } } }, 'options.retry.max_attempts', 'min'],
  ])('refuses %j, naming field and rule, and stores nothing', async (more, field, rule) => {
    const name = freshName();
    const answer = await register(flat(name, more));
    expect([400, 422]).toContain(answer.status);
    expect(answer.body.error.details).toMatchObject({ field, rule });
    expect((await read(name)).status).toBe(404);
  });

  it('of a body that is no object is refused', async () => {
    for (const body of [[], 'x', 1, null, { name: 'a', job_template: [] }]) {
      expect((await ojs.send('POST', '/ojs/v1/cron', { key: producer, body: JSON.stringify(body) })).status).toBe(400);
    }
  });

  it('by many at the same time leaves one entry, and refuses nobody', async () => {
    const name = freshName();
    const answers = await Promise.all(Array.from({ length: 8 }, () => register(flat(name))));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 200, 200, 200, 200, 200, 200, 201]);
  });
});

describe('an entry', () => {
  it('is paused and resumed, by POST and by PATCH', async () => {
    const name = freshName();
    await register(flat(name));
    const off = { enabled: false, status: 'paused', next_run_at: null };
    const on = { enabled: true, status: 'active', next_run_at: expect.any(String) };
    expect((await post(name, 'pause')).body.cron).toMatchObject(off);
    expect((await post(name, 'resume')).body.cron_job).toMatchObject(on);
    const patch = (body: object) => ojs.send('PATCH', `/ojs/v1/cron/${name}`, { key: producer, body });
    expect((await patch({ enabled: false })).body.cron_job).toMatchObject(off);
    expect((await patch({ enabled: true })).body.cron).toMatchObject(on);
    expectRefusal(await patch({ enabled: 1 }), 400, 'invalid_request');
  });

  it('is triggered by hand, unless its job is under way, and tells its history', async () => {
    const name = freshName();
    await register(flat(name, { options: { queue: name } }));
    const fired = await post(name, 'trigger');
    expect(fired.status).toBe(201);
    expect(fired.body).toMatchObject({
      job: { state: 'available', queue: name, meta: { cron_name: name }, enqueued_by: 'producer@test' },
      cron: { run_count: 1 },
    });
    const again = await post(name, 'trigger');
    expectRefusal(again, 409, 'conflict');
    expect(again.body.error.details.job_id).toBe(fired.body.job.id);
    const { body } = await read(name, producer, '/history');
    expect(body).toMatchObject({
      name,
      history: [
        { trigger: 'manual', outcome: 'skipped', reason: 'overlap_skip' },
        { trigger: 'manual', outcome: 'triggered', job_id: fired.body.job.id },
      ],
    });
    expect((await read(name, producer, '/history?limit=1')).body.history).toHaveLength(1);
  });

  it('is deleted once', async () => {
    const name = freshName();
    await register(flat(name));
    const remove = () => ojs.send('DELETE', `/ojs/v1/cron/${name}`, { key: producer });
    expect((await remove()).body).toMatchObject({ deleted: true, name, cron: { name }, cron_job: { name } });
    expectRefusal(await remove(), 404, 'not_found');
    expectRefusal(await read(name), 404, 'not_found');
  });

  it('is told to the audit log: made, changed, paused, triggered, deleted', async () => {
    const name = freshName();
    await register(flat(name));
    await register(flat(name));
    await post(name, 'pause');
    await post(name, 'resume');
    await post(name, 'trigger');
    await ojs.send('DELETE', `/ojs/v1/cron/${name}`, { key: producer });
    const records = (await ojs.audit()).filter(({ detail }) => detail.cron_name === name);
    expect(records.map(({ event_type }) => event_type)).toEqual([
      'cron.created',
      'cron.updated',
      'cron.paused',
      'cron.resumed',
      'cron.triggered',
      'cron.deleted',
    ]);
  });
});

describe('the list', () => {
  it('goes by pages of either kind, and can be of those that are on or off', async () => {
    const key = await ojs.key('producer', 'producer', { tenant: 'pages', principal: 'p@pages' });
    for (const name of ['a', 'b', 'c']) await register(flat(name, { enabled: name !== 'b' }), key);
    const list = async (query: string) => (await ojs.send('GET', `/ojs/v1/cron${query}`, { key })).body;
    const all = await list('');
    expect(all.crons.map(({ name }: { name: string }) => name)).toEqual(['a', 'b', 'c']);
    expect(all.cron_jobs).toEqual(all.crons);
    expect(all).toMatchObject({ count: 3, pagination: { total: 3, has_more: false, page: 1, per_page: 50 } });
    const first = await list('?limit=2');
    expect(first).toMatchObject({ count: 2, pagination: { total: 3, has_more: true } });
    expect(await list(`?limit=2&cursor=${first.pagination.next_cursor}`)).toMatchObject({ crons: [{ name: 'c' }] });
    expect(await list('?page=2&per_page=2')).toMatchObject({ crons: [{ name: 'c' }], pagination: { page: 2 } });
    expect(await list('?offset=1&limit=1')).toMatchObject({ crons: [{ name: 'b' }] });
    expect(await list('?enabled=false')).toMatchObject({ count: 1, crons: [{ name: 'b' }] });
  });
});

describe('who may do what', () => {
  it('with an entry of a queue that the caller may not inspect: it does not exist, and its name is no use', async () => {
    const name = freshName();
    const created = (await register(flat(name, { description: 'secret' }), admin)).body.cron;
    const key = await ojs.key('producer', 'producer', { queues: ['mine'], principal: 'mine@test' });
    const unknown = await read('unknown', key);
    for (const answer of [
      await read(name, key),
      await read(name, key, '/history'),
      await post(name, 'pause', key),
      await post(name, 'trigger', key),
      await ojs.send('DELETE', `/ojs/v1/cron/${name}`, { key }),
      await ojs.send('PATCH', `/ojs/v1/cron/${name}`, { key, body: { enabled: false } }),
    ]) {
      expectRefusal(answer, 404, 'not_found');
      expect(answer.body.error.message).toBe(unknown.body.error.message);
    }
    const taken = await register(flat(name, { options: { queue: 'mine' } }), key);
    expectRefusal(taken, 409, 'conflict');
    expect(taken.text).not.toContain('secret');
    expect((await ojs.send('GET', '/ojs/v1/cron', { key })).body).toMatchObject({ count: 0, pagination: { total: 0 } });
    expect((await read(name, admin)).body.cron).toEqual(created);
  });

  it('may register only for queues that the caller may enqueue to', async () => {
    const key = await ojs.key('producer', 'producer', { queues: ['mine'], principal: 'mine@test' });
    expectRefusal(await register(flat(freshName()), key), 403, 'permission_denied');
    expectRefusal(
      await register({ name: freshName(), cron: '@daily', type: 'a', queue: 'other' }, key),
      403,
      'permission_denied',
    );
    expect((await register(flat(freshName(), { options: { queue: 'mine' } }), key)).status).toBe(201);
  });

  it('is nothing on the plane of workers, and without a credential', async () => {
    const worker = await ojs.key('worker', 'worker');
    expectRefusal(await register(flat(freshName()), worker), 403, 'permission_denied');
    expectRefusal(await ojs.send('GET', '/ojs/v1/cron'), 401, 'unauthenticated');
  });

  it('in another tenant, it does not exist', async () => {
    const name = freshName();
    await register(flat(name));
    const key = await ojs.key('producer', 'producer', { tenant: 'others', principal: 'p@others' });
    expectRefusal(await read(name, key), 404, 'not_found');
    expect((await register(flat(name), key)).status).toBe(201);
    const meta = { tenant_id: '_default' };
    expectRefusal(await register(flat(freshName(), { meta }), key), 403, 'tenant_access_denied');
  });
});

describe('the owner of an entry', () => {
  const idOf = (key: string): string => key.split('_')[2] ?? '';
  const firesAs = (name: string, firing: object) =>
    expect
      .poll(async () => (await read(name, producer, '/history')).body.history, { timeout: 5_000, interval: 25 })
      .toMatchObject([firing]);

  it('whose key was stolen: what was made with it fires no more, whatever other keys it has; no answer tells of that key', async () => {
    const [stolen, other] = [freshName(), freshName()];
    const keys = await Promise.all([1, 2].map(() => ojs.key('producer', 'producer', { principal: 'victim@test' })));
    const answer = await register(flat(stolen), keys[0]);
    expect(JSON.stringify(answer.body)).not.toContain(idOf(keys[0] ?? ''));
    await register(flat(other), keys[1]);
    const { client } = ojs.connections;
    const { version, records } = await listCredentials(client);
    const record = records.find(({ id }) => id === idOf(keys[0] ?? ''));
    await writeCredential(client, version, { ...record!, revokedAt: Date.now(), revokedReason: 'compromised' });
    for (const name of [stolen, other]) await makeDue(client, '_default', name, Date.now() - 1_000);
    await firesAs(stolen, { outcome: 'skipped', reason: 'permission_denied' });
    await firesAs(other, { outcome: 'triggered' });
  });

  it('that has lost its credential fires it no more: it is told, in the history and to the audit log', async () => {
    const name = freshName();
    const key = await ojs.key('producer', 'producer', { principal: 'leaver@test' });
    await register(flat(name), key);
    const { client } = ojs.connections;
    await client.hdel('{ojs}/credentials', idOf(key));
    await client.incr('{ojs}/access-version');
    await makeDue(client, '_default', name, Date.now() - 1_000);
    await firesAs(name, { outcome: 'skipped', reason: 'permission_denied' });
    expect(
      (await ojs.audit()).filter(({ detail }) => detail.cron_name === name && detail.operation === 'cron'),
    ).toMatchObject([
      { event_type: 'permission.denied', principal: 'leaver@test', outcome: 'failure', detail: { queue: 'reports' } },
    ]);
    expect((await read(name)).body.cron).toMatchObject({ run_count: 0, enabled: true });
  });
});
