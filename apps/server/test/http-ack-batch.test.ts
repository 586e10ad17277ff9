import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tenantSpace } from '../src/redis/keyspace.ts';
import { type Answer, type AuditRecord, expectRefusal, type Harness, startHarness } from './http-harness.ts';

let ojs: Harness;
let producer: string;
let worker: string;
beforeAll(async () => {
  ojs = await startHarness({ OJS_LIMITS_RESULT_BYTES: '100' });
  producer = await ojs.key('producer', 'producer');
  worker = await ojs.key('worker', 'worker');
});
afterAll(() => ojs.stop());

const unknown = '019539a4-0000-7000-8000-ffffffffffff';
const ackAll = (acks: unknown, key = worker) => ojs.send('POST', '/ojs/v1/workers/ack/batch', { key, body: { acks } });
const ack = (body: object, key = worker) => ojs.send('POST', '/ojs/v1/workers/ack', { key, body });
const stateOf = async (id: string): Promise<string> =>
  (await ojs.send('GET', `/ojs/v1/jobs/${id}`, { key: producer })).body.job.state;
/** Enqueues jobs and claims them. @returns their ids */
async function claimed(queue: string, count: number, key = worker): Promise<string[]> {
  const jobs = Array.from({ length: count }, () => ({ type: 'a', args: [], queue }));
  await ojs.send('POST', '/ojs/v1/jobs/batch', { key: producer, body: { jobs } });
  const { body } = await ojs.send('POST', '/ojs/v1/workers/fetch', { key, body: { queues: [queue], count } });
  return body.jobs.map(({ id }: { id: string }) => id);
}
const denials = async (answer: Answer): Promise<AuditRecord[]> =>
  (await ojs.audit()).filter(
    ({ correlation_id, event_type }) =>
      correlation_id === answer.headers['x-request-id'] && event_type === 'permission.denied',
  );
const codes = ({ body }: Answer): string[] =>
  body.results.map((each: { acknowledged: boolean; error?: { code: string } }) => each.error?.code ?? 'done');

describe('a batch of acks', () => {
  it('is decided ack by ack, and answered in the order of the request', async () => {
    const limited = await ojs.key('worker', 'worker', { queues: ['mine'], principal: 'limited@test' });
    const [own = '', twice = '', large = '', done = ''] = await claimed('mine', 4, limited);
    const [foreign = ''] = await claimed('mine', 1);
    const [hidden = ''] = await claimed('theirs', 1);
    await ack({ job_id: done }, limited);
    const ids = [twice, unknown, hidden, foreign, twice, done, large, own];
    const answer = await ackAll(
      ids.map((job_id) => ({ job_id, result: job_id === large ? 'x'.repeat(100) : { from: job_id } })),
      limited,
    );
    expect(answer.status).toBe(200);
    expect(answer.body.results.map(({ job_id }: { job_id: string }) => job_id)).toEqual(ids);
    expect(codes(answer)).toEqual([
      ...['done', 'not_found', 'not_found', 'conflict', 'conflict', 'conflict', 'payload_too_large', 'done'],
    ]);
    expect(answer.body.results[0]).toEqual({
      job_id: twice,
      acknowledged: true,
      state: 'completed',
      completed_at: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    expect(await Promise.all([own, twice, foreign, hidden, large].map(stateOf))).toEqual([
      ...['completed', 'completed', 'active', 'active', 'active'],
    ]);
    const { job } = (await ojs.send('GET', `/ojs/v1/jobs/${own}`, { key: producer })).body;
    expect(job.result).toEqual({ from: own });
  });

  it('refuses each in the words of a single ack, the hidden like the unknown, one audit record each', async () => {
    const limited = await ojs.key('worker', 'worker', { queues: ['here'], principal: 'words@test' });
    const hidden = await claimed('there', 2);
    const [foreign = ''] = await claimed('here', 1);
    const ids = [unknown, ...hidden, foreign];
    const answer = await ackAll(
      ids.map((job_id) => ({ job_id })),
      limited,
    );
    const [first, ...others] = answer.body.results.map(({ error }: { error: { request_id: string } }) => error);
    expect(first.request_id).toBe(answer.headers['x-request-id']);
    for (const [i, id] of ids.entries()) {
      const alone = (await ack({ job_id: id }, limited)).body.error;
      expect(answer.body.results[i].error).toEqual({ ...alone, request_id: first.request_id });
    }
    expect({ ...others[0], details: null }).toEqual({ ...first, details: null });
    expect((await denials(answer)).map(({ detail }) => detail)).toEqual(
      hidden.map((job_id) => ({ operation: 'ackJobs', permission: 'dequeue', queue: 'there', job_id })),
    );
  });

  it('belongs to the lease: a worker id or an attempt that is not the lease’s is a conflict', async () => {
    const [one = '', other = ''] = await claimed('lease', 2);
    const answer = await ackAll([
      { job_id: one, attempt: 2 },
      { job_id: other, worker_id: 'somebody' },
      { job_id: one, attempt: 1 },
    ]);
    expect(codes(answer)).toEqual(['conflict', 'conflict', 'done']);
    expect(await stateOf(other)).toBe('active');
  });

  it('of 100 is done whole', async () => {
    const ids = await claimed('many', 100);
    const answer = await ackAll(ids.map((job_id) => ({ job_id, attempt: 1 })));
    expect(codes(answer)).toEqual(Array(100).fill('done'));
  });

  it('may be larger than a single request', async () => {
    const [id = ''] = await claimed('large', 1);
    const padding = { padding: 'x'.repeat(3 * 1024 * 1024) };
    expectRefusal(await ack({ job_id: id, ...padding }), 413, 'payload_too_large');
    expect(codes(await ackAll([{ job_id: id, ...padding }]))).toEqual(['done']);
  });
});

describe('a malformed batch of acks', () => {
  const one = { job_id: unknown };
  it.each([
    ['nothing', {}, 'acks', 'required'],
    ['an empty list', { acks: [] }, 'acks', 'min'],
    ['101', { acks: Array(101).fill(one) }, 'acks', 'max'],
    ['no list', { acks: one }, 'acks', 'type'],
    ['a job id of another form', { acks: [one, { job_id: 'x' }] }, 'acks[1].job_id', 'format'],
    ['an attempt below 1', { acks: [one, one, { ...one, attempt: 0 }] }, 'acks[2].attempt', 'min'],
    ['attributes beside it', { acks: [one], jobs: [] }, 'body', 'unknown'],
  ])('%s is refused whole, with the field named', async (_, body, field, rule) => {
    const answer = await ojs.send('POST', '/ojs/v1/workers/ack/batch', { key: worker, body });
    expectRefusal(answer, 400, 'invalid_request');
    expect(answer.body.error.details).toMatchObject({ field, rule });
  });
});

describe('who may send it', () => {
  it('is a worker; the refusal of anybody else is recorded once', async () => {
    const answer = await ackAll([{ job_id: unknown }, { job_id: unknown }], producer);
    expectRefusal(answer, 403, 'permission_denied');
    expect(await denials(answer)).toHaveLength(1);
  });

  it('is nobody any more once the credential is revoked: all of it is refused, nothing done', async () => {
    const key = await ojs.key('worker', 'worker', { principal: 'gone@test' });
    const ids = await claimed('revoked', 3, key);
    await ojs.revoke('gone@test');
    const answer = await ackAll(
      ids.map((job_id) => ({ job_id })),
      key,
    );
    expectRefusal(answer, 401, 'unauthenticated');
    expect(await Promise.all(ids.map(stateOf))).toEqual(['active', 'active', 'active']);
  });

  it('is decided anew, unseen by the caller, when somebody else’s credential was revoked', async () => {
    const ids = await claimed('epoch', 2);
    await ojs.connections.client.incr(tenantSpace('_default').epoch);
    expect(codes(await ackAll(ids.map((job_id) => ({ job_id }))))).toEqual(['done', 'done']);
  });
});
