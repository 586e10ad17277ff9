import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectRefusal, type Harness, startHarness } from './http-harness.ts';

let ojs: Harness;
let admin: string;
let id: string;
let path: string;
beforeAll(async () => {
  ojs = await startHarness();
  admin = await ojs.key('admin', 'admin');
  const body = { type: 'a.b', args: ['s3cret'], options: { queue: 'told' } };
  id = (await ojs.send('POST', '/ojs/v1/jobs', { key: admin, body })).body.job.id;
  path = `/ojs/v1/jobs/${id}/history`;
  await ojs.send('POST', '/ojs/v1/workers/fetch', { key: admin, body: { queues: ['told'], worker_id: 'w1' } });
  await ojs.send('POST', '/ojs/v1/workers/ack', { key: admin, body: { job_id: id } });
});
afterAll(() => ojs.stop());

const get = (query = '', key = admin) => ojs.send('GET', `${path}${query}`, { key });

describe('the history of a job', () => {
  it('is told by pages, oldest first, without what the job carries', async () => {
    const whole = await get();
    expect(whole.body).toMatchObject({ total: 5, next_cursor: null });
    expect(whole.text).not.toContain('s3cret');
    const first = await get('?limit=2');
    expect(first.body.events).toEqual(whole.body.events.slice(0, 2));
    const next = await get(`?limit=3&cursor=${first.body.next_cursor}`);
    expect(next.body).toMatchObject({ events: whole.body.events.slice(2), next_cursor: null });
  });

  it('does not take a cursor or a limit that it did not give', async () => {
    expectRefusal(await get('?cursor=nonsense'), 400, 'invalid_request');
    expectRefusal(await get('?limit=1001'), 400, 'invalid_request');
  });

  it('does not exist for who may not inspect the queue, or is of another tenant', async () => {
    const elsewhere = await ojs.key('producer', 'producer', { queues: ['other'], principal: 'elsewhere' });
    const stranger = await ojs.key('admin', 'admin', { tenant: 'acme', principal: 'stranger' });
    expectRefusal(await get('', elsewhere), 404, 'not_found');
    expectRefusal(await get('', stranger), 404, 'not_found');
  });

  it('is forgotten by administrators only, and the audit log knows', async () => {
    const producer = await ojs.key('producer', 'producer');
    const operator = await ojs.key('admin', 'operator', { principal: 'operator' });
    for (const key of [producer, operator]) {
      expectRefusal(await ojs.send('DELETE', path, { key }), 403, 'permission_denied');
    }
    expect((await get()).body.total).toBe(5);
    expect((await ojs.send('DELETE', path, { key: admin })).body).toEqual({ deleted: true, events_deleted: 5 });
    expect((await get()).body).toEqual({ events: [], next_cursor: null, total: 0 });
    const [record] = (await ojs.audit()).filter(({ event_type }) => event_type === 'job.history_deleted');
    expect(record).toMatchObject({ outcome: 'success', detail: { job_id: id, queue: 'told', events: 5 } });
    expect((await ojs.send('GET', `/ojs/v1/jobs/${id}`, { key: admin })).body.job.state).toBe('completed');
  });
});
