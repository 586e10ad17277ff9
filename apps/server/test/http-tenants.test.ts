import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type AuditRecord, expectRefusal, type Harness, startHarness } from './http-harness.ts';

let ojs: Harness;
const keys: Record<'producer' | 'admin' | 'spanning' | 'acme', string> = {} as never;
beforeAll(async () => {
  ojs = await startHarness();
  keys.producer = await ojs.key('producer', 'producer');
  keys.admin = await ojs.key('admin', 'admin');
  keys.spanning = await ojs.key('admin', 'admin', { tenant: '*', principal: 'spanning@test' });
  keys.acme = await ojs.key('producer', 'producer', { tenant: 'acme', principal: 'acme@test' });
});
afterAll(() => ojs.stop());

const enqueue = (key: string, body: object, headers = {}) =>
  ojs.send('POST', '/ojs/v1/jobs', { key, body: { type: 'a', args: [], ...body }, headers });
/** What the audit log has of the request, besides that a credential was seen for the first time. */
const recordsOf = async (answer: Answer): Promise<AuditRecord[]> =>
  (await ojs.audit()).filter(
    ({ correlation_id, event_type }) =>
      correlation_id === answer.headers['x-request-id'] && event_type !== 'auth.login.success',
  );

describe('tenants', () => {
  it('a credential of one tenant cannot name another, recorded once', async () => {
    const answer = await enqueue(keys.acme, {}, { 'x-ojs-tenant': 'globex' });
    expectRefusal(answer, 403, 'tenant_access_denied');
    expect(await recordsOf(answer)).toMatchObject([
      { event_type: 'tenant.access_denied', principal: 'acme@test', tenant: 'acme' },
    ]);
    expect((await enqueue(keys.acme, {}, { 'x-ojs-tenant': 'acme' })).status).toBe(201);
    expect((await enqueue(keys.acme, {}, { 'x-ojs-tenant-id': 'acme' })).status).toBe(201);
  });

  it('the two names of the header must agree', async () =>
    expectRefusal(
      await enqueue(keys.spanning, {}, { 'x-ojs-tenant': 'a', 'x-ojs-tenant-id': 'b' }),
      400,
      'invalid_request',
    ));

  it.each(['_default', 'a{b}', 'a b', 'a'.repeat(129), '../x', '*'])('%j is not a tenant', async (tenant) =>
    expectRefusal(await enqueue(keys.spanning, {}, { 'x-ojs-tenant': tenant }), 400, 'invalid_request'),
  );

  it('have jobs and queues of their own', async () => {
    const { job } = (await enqueue(keys.acme, { queue: 'same', id: '019539a4-0000-7000-8000-111111111111' })).body;
    expectRefusal(await ojs.send('GET', `/ojs/v1/jobs/${job.id}`, { key: keys.admin }), 404, 'not_found');
    // The same id in another tenant is no conflict, so it discloses nothing.
    expect((await enqueue(keys.producer, { queue: 'same2', id: job.id })).status).toBe(201);
    const list = await ojs.send('GET', '/ojs/v1/queues', { key: keys.spanning, headers: { 'x-ojs-tenant': 'acme' } });
    expect(list.body.queues.map(({ name }: { name: string }) => name)).not.toContain('same2');
    expectRefusal(await ojs.send('GET', '/ojs/v1/queues/same/stats', { key: keys.admin }), 404, 'not_found');
  });

  it('meta.tenant_id can only agree with the tenant of the credential', async () => {
    expectRefusal(await enqueue(keys.acme, { meta: { tenant_id: 'globex' } }), 403, 'tenant_access_denied');
    expect((await enqueue(keys.acme, { meta: { tenant_id: 'acme' } })).status).toBe(201);
    expect((await enqueue(keys.spanning, { meta: { tenant_id: 'globex' } }, { 'x-ojs-tenant': 'acme' })).status).toBe(
      201,
    );
    const jobs = ['acme', 'globex'].map((tenant_id) => ({ type: 'a', args: [], queue: 'metas', meta: { tenant_id } }));
    const answer = await ojs.send('POST', '/ojs/v1/jobs/batch', { key: keys.acme, body: { jobs } });
    expectRefusal(answer, 403, 'tenant_access_denied');
    expect(answer.body.error.details).toMatchObject({ index: 1 });
  });
});
