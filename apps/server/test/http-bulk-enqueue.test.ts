import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectRefusal, type Harness, startHarness } from './http-harness.ts';

let ojs: Harness;
let admin: string;
beforeAll(async () => {
  ojs = await startHarness();
  admin = await ojs.key('admin', 'admin');
});
afterAll(() => ojs.stop());

const post = (body: unknown, key = admin) => ojs.send('POST', '/ojs/v1/jobs/bulk', { key, body });
const job = (more: object = {}) => ({ type: 'a.b', args: [], queue: 'q', ...more });
const stateOf = async (id: string) => (await ojs.send('GET', `/ojs/v1/jobs/${id}`, { key: admin })).body.job?.state;

describe('bulk enqueue', () => {
  it('stores each job for itself and tells what became of it, in their order', async () => {
    const [one, two] = [v7(), v7()];
    const jobs = [job({ id: one }), job({ type: '' }), job({ id: two }), job({ id: one })];
    const { status, body } = await post({ jobs });
    expect(status).toBe(207);
    expect(body).toMatchObject({ total: 4, succeeded: 2, failed: 2 });
    expect(body.items).toMatchObject([
      { index: 0, status: 'created', job: { id: one, state: 'available' } },
      { index: 1, status: 'failed', error: { code: 'invalid_request', details: { field: 'type', index: 1 } } },
      { index: 2, status: 'created', job: { id: two } },
      { index: 3, status: 'failed', error: { code: 'duplicate' } },
    ]);
    expect(await Promise.all([one, two].map(stateOf))).toEqual(['available', 'available']);
  });

  it('is 201 where all were stored, and 422 where none was', async () => {
    const all = await post({ jobs: [job(), job()] });
    expect({ status: all.status, failed: all.body.failed }).toEqual({ status: 201, failed: 0 });
    const none = await post({ jobs: [job({ args: 1 }), {}] });
    expectRefusal(none, 422, 'invalid_request');
    expect(none.body.items).toHaveLength(2);
  });

  it('all or none stores nothing when one is refused, and says which', async () => {
    const id = v7();
    const answer = await post({ atomicity: 'atomic', jobs: [job({ id }), job({ priority: 1_000 })] });
    expectRefusal(answer, 422, 'invalid_request');
    expect(answer.body.items).toMatchObject([
      { error: { code: 'conflict' } },
      { error: { details: { field: 'priority' } } },
    ]);
    expect(await stateOf(id)).toBeUndefined();
    expect((await post({ atomicity: 'atomic', jobs: [job({ id }), job()] })).status).toBe(201);
  });

  it('refuses the jobs of queues that are not permitted, and stores the others', async () => {
    const key = await ojs.key('producer', 'producer', { queues: ['mine'], principal: 'some@test' });
    const { body } = await post({ jobs: [job({ queue: 'mine' }), job({ queue: 'theirs' })] }, key);
    expect(body.items).toMatchObject([
      { status: 'created' },
      { status: 'failed', error: { code: 'permission_denied' } },
    ]);
  });

  it('remembers policies of uniqueness: a duplicate is told with the job that exists', async () => {
    const unique = { keys: ['type', 'queue'], on_conflict: 'ignore' };
    const { body } = await post({ jobs: [job({ queue: 'u', unique }), job({ queue: 'u', unique })] });
    expect(body.items.map(({ status }: { status: string }) => status)).toEqual(['created', 'duplicate']);
    expect(body.items[1].job.id).toBe(body.items[0].job.id);
  });

  it.each([
    [{}, 400, 'jobs'],
    [{ jobs: [] }, 400, 'jobs'],
    [{ jobs: [job()], atomicity: 'some' }, 400, 'atomicity'],
    [{ jobs: [job()], idempotency_key: 'x' }, 422, 'idempotency_key'],
    [{ jobs: [job()], color: 1 }, 422, 'color'],
    [{ jobs: Array(1_001).fill({}) }, 413, 'jobs'],
  ])('refuses %#', async (body, status, field) => {
    const answer = await post(body);
    expect({ status: answer.status, field: answer.body.error.details.field }).toEqual({ status, field });
  });
});
