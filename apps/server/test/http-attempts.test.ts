import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, expectRefusal, type Harness, startHarness } from './http-harness.ts';

let ojs: Harness;
let producer: string;
let worker: string;
let otherWorker: string;
let admin: string;
beforeAll(async () => {
  ojs = await startHarness();
  [producer, worker, otherWorker, admin] = await Promise.all([
    ojs.key('producer', 'producer'),
    ojs.key('worker', 'worker'),
    ojs.key('worker', 'worker', { principal: 'other@test' }),
    ojs.key('admin', 'admin'),
  ]);
});
afterAll(() => ojs.stop());

let queues = 0;
const freshQueue = (): string => `q${queues++}`;
const enqueue = async (more: object = {}, queue = freshQueue()): Promise<{ id: string; queue: string }> => {
  const body = { type: 'a', args: [], options: { queue }, ...more };
  const { body: answer } = await ojs.send('POST', '/ojs/v1/jobs', { key: producer, body });
  return { id: answer.job.id, queue };
};
const fetch = (queue: string): Promise<Answer> =>
  ojs.send('POST', '/ojs/v1/workers/fetch', { key: worker, body: { queues: [queue], worker_id: 'w1' } });
const active = async (more: object = {}): Promise<string> => {
  const { id, queue } = await enqueue(more);
  await fetch(queue);
  return id;
};
const put = (id: string, what: 'progress' | 'checkpoint', body: unknown, key = worker): Promise<Answer> =>
  ojs.send('PUT', `/ojs/v1/jobs/${id}/${what}`, { key, body });
const get = (id: string, what: string, key = producer): Promise<Answer> =>
  ojs.send('GET', `/ojs/v1/jobs/${id}${what}`, { key });

describe('progress', () => {
  it('goes from the worker to whoever may inspect the queue', async () => {
    const id = await active();
    expect((await get(id, '/progress')).body).toEqual({
      ...{ job_id: id, state: 'active', progress: null, message: null, data: null, updated_at: null },
    });
    const report = { progress: 0.47, message: 'half', data: { rows: 9 }, worker_id: 'w1', attempt: 1 };
    const told = await put(id, 'progress', report);
    expect(told).toMatchObject({ status: 200, body: { accepted: true, progress: 0.47, message: 'half' } });
    const answer = await get(id, '/progress');
    expect(answer.body).toMatchObject({ progress: 0.47, message: 'half', data: { rows: 9 } });
    expect(answer.headers).toMatchObject({ 'x-ojs-progress': '0.47', 'cache-control': 'no-store' });
    const since = Date.parse(String(answer.headers['last-modified']));
    expect(Date.parse(answer.body.updated_at) - since).toBeLessThan(1_000);
    expect((await get(id, '')).body.job).toMatchObject({ progress: 0.47, progress_data: { rows: 9 } });
  });

  it('may be said in percent, as the official client does', async () => {
    const id = await active();
    const body = { job_id: id, percentage: 65.5, message: 'rows', data: { a: 1 } };
    const told = await ojs.send('POST', '/ojs/v1/workers/progress', { key: worker, body });
    expect(told).toMatchObject({ status: 200, body: { job_id: id, accepted: true, progress: 0.655 } });
    const over = await ojs.send('POST', '/ojs/v1/workers/progress', {
      key: worker,
      body: { ...body, percentage: 900 },
    });
    expect(over.body.progress).toBe(1);
  });

  it('of a job that is not active is ignored with a good answer that tells nothing', async () => {
    const { id } = await enqueue();
    const told = await put(id, 'progress', { progress: 0.5 });
    expect({ status: told.status, body: told.body }).toEqual({
      status: 200,
      body: { job_id: id, state: 'available', accepted: false },
    });
    expect((await get(id, '/progress')).body.progress).toBeNull();
  });

  it.each([
    ['nothing', {}, 'progress'],
    ['text for a number', { progress: '0.5' }, 'progress'],
    ['a message that is no text', { progress: 0.5, message: 7 }, 'message'],
    ['a message without end', { progress: 0.5, message: 'x'.repeat(1_001) }, 'message'],
    ['data that is a list', { data: [1] }, 'data'],
    ['no attempt', { progress: 0.5, attempt: 0 }, 'attempt'],
    ['no worker id', { progress: 0.5, worker_id: 'a b' }, 'worker_id'],
  ])('that says %s is refused', async (_what, body, field) => {
    const id = await active();
    const answer = await put(id, 'progress', body);
    expectRefusal(answer, 400, 'invalid_request');
    expect(answer.body.error.details.field).toBe(field);
    expect((await get(id, '/progress')).body.updated_at).toBeNull();
  });

  it('with too much data, or too large a checkpoint, is refused and stores nothing', async () => {
    const id = await active();
    const large = await put(id, 'progress', { progress: 0.5, data: { text: 'x'.repeat(16_384) } });
    expectRefusal(large, 413, 'payload_too_large');
    expect(large.body.error.details).toMatchObject({ field: 'data', max_bytes: 16_384 });
    const checkpoint = { progress: 0.5, checkpoint: 'x'.repeat(1_048_576) };
    expectRefusal(await put(id, 'progress', checkpoint), 413, 'payload_too_large');
    expect((await get(id, '/progress')).body.updated_at).toBeNull();
  });
});

describe('a checkpoint', () => {
  it('is saved by PUT and POST, read, and deleted', async () => {
    const id = await active();
    const path = `/ojs/v1/jobs/${id}/checkpoint`;
    const first = await put(id, 'checkpoint', { state: { n: 1 } });
    const told = { job_id: id, sequence: 1, created_at: expect.any(String) };
    expect(first).toMatchObject({ status: 200, body: { ...told, checkpoint: told } });
    const lease = { worker_id: 'w1', attempt: 1 };
    expect((await ojs.send('POST', path, { key: worker, body: { state: null, ...lease } })).body.sequence).toBe(2);
    const read = await get(id, '/checkpoint');
    const kept = { ...told, sequence: 2, state: null };
    expect(read.body).toEqual({ ...kept, checkpoint: kept });
    const gone = await ojs.send('DELETE', `${path}?worker_id=w1&attempt=1`, { key: worker });
    expect(gone).toMatchObject({ status: 200, body: { deleted: true, job_id: id } });
    expect((await ojs.send('DELETE', path, { key: worker })).body).toEqual({ deleted: false, job_id: id });
    expectRefusal(await get(id, '/checkpoint'), 404, 'not_found');
  });

  it('of a job that nobody works on is for who administers the queue', async () => {
    const { id, queue } = await enqueue();
    expectRefusal(await put(id, 'checkpoint', { state: 1 }), 409, 'conflict');
    expect((await put(id, 'checkpoint', { state: 1 }, admin)).status).toBe(200);
    expectRefusal(await ojs.send('DELETE', `/ojs/v1/jobs/${id}/checkpoint`, { key: worker }), 409, 'conflict');
    expect((await fetch(queue)).body.jobs[0].checkpoint).toMatchObject({ state: 1, sequence: 1 });
    // Not even an admin overrules a lease.
    expectRefusal(await put(id, 'checkpoint', { state: 2 }, admin), 409, 'conflict');
    expectRefusal(await ojs.send('DELETE', `/ojs/v1/jobs/${id}/checkpoint`, { key: admin }), 409, 'conflict');
  });

  it.each([
    ['no state', {}, 'state'],
    ['a bad attempt', { state: 1, attempt: '1' }, 'attempt'],
  ])('with %s is refused', async (_what, body, field) => {
    const answer = await put(await active(), 'checkpoint', body);
    expectRefusal(answer, 400, 'invalid_request');
    expect(answer.body.error.details.field).toBe(field);
  });

  it('may have a mebibyte, and no more', async () => {
    const id = await active();
    expect((await put(id, 'checkpoint', { state: 'x'.repeat(1_048_574) })).status).toBe(200);
    expectRefusal(await put(id, 'checkpoint', { state: 'x'.repeat(1_048_575) }), 413, 'payload_too_large');
    expect((await get(id, '/checkpoint')).body).toMatchObject({ sequence: 1 });
  });
});

const ACTS: [name: string, method: string, path: (id: string) => string, body: (id: string) => object | undefined][] = [
  ['progress', 'PUT', (id) => `/ojs/v1/jobs/${id}/progress`, () => ({ progress: 1 })],
  ['progress in percent', 'POST', () => '/ojs/v1/workers/progress', (job_id) => ({ job_id, percentage: 1 })],
  ['saving', 'PUT', (id) => `/ojs/v1/jobs/${id}/checkpoint`, () => ({ state: 'stolen' })],
  ['deleting', 'DELETE', (id) => `/ojs/v1/jobs/${id}/checkpoint`, () => undefined],
  ['ack', 'POST', (id) => `/ojs/v1/jobs/${id}/ack`, () => ({ result: 'stolen' })],
  ['nack', 'POST', (id) => `/ojs/v1/jobs/${id}/nack`, () => ({ error: { code: 'x', message: 'stolen' } })],
];

describe.each(ACTS)('%s', (_name, method, path, body) => {
  const send = (id: string, key: string): Promise<Answer> => ojs.send(method, path(id), { key, body: body(id) });

  it('is not for producers, other workers, other queues, other tenants, or jobs that do not exist', async () => {
    const id = await active();
    await put(id, 'checkpoint', { state: 'mine' });
    expectRefusal(await send(id, producer), 403, 'permission_denied');
    expectRefusal(await send(id, otherWorker), 409, 'conflict');
    const elsewhere = await ojs.key('worker', 'worker', { queues: ['elsewhere'] });
    expectRefusal(await send(id, elsewhere), 404, 'not_found');
    const foreign = await ojs.key('worker', 'worker', { tenant: 'acme' });
    expectRefusal(await send(id, foreign), 404, 'not_found');
    expectRefusal(await send(v7(), worker), 404, 'not_found');
    expectRefusal(await ojs.send(method, path(id), { body: body(id) }), 401, 'unauthenticated');
    expect((await get(id, '')).body.job).toMatchObject({ state: 'active', attempt: 1 });
    expect((await get(id, '/progress')).body.progress).toBeNull();
    expect((await get(id, '/checkpoint')).body).toMatchObject({ state: 'mine', sequence: 1 });
  });
});

it('who may not inspect a queue reads no progress and no checkpoint of it', async () => {
  const id = await active();
  await put(id, 'checkpoint', { state: 'secret' });
  for (const options of [{ queues: ['elsewhere'] }, { tenant: 'acme' }]) {
    const stranger = await ojs.key('producer', 'producer', options);
    expectRefusal(await get(id, '/checkpoint', stranger), 404, 'not_found');
    expectRefusal(await get(id, '/progress', stranger), 404, 'not_found');
  }
});

describe('ack and nack at the address of the job', () => {
  it('end the attempt as the calls of the worker plane do', async () => {
    const [one, two] = [await active(), await active()];
    const body = { worker_id: 'w1', attempt: 1 };
    const ack = await ojs.send('POST', `/ojs/v1/jobs/${one}/ack`, { key: worker, body: { ...body, result: 7 } });
    expect(ack).toMatchObject({ status: 200, body: { acknowledged: true, job: { state: 'completed' } } });
    expect((await get(one, '')).body.job.result).toBe(7);
    const nack = await ojs.send('POST', `/ojs/v1/jobs/${two}/nack`, { key: worker, body: { ...body, requeue: true } });
    expect(nack).toMatchObject({ status: 200, body: { job: { state: 'available' } } });
    const late = await ojs.send('POST', `/ojs/v1/jobs/${one}/ack`, { key: worker, body });
    expectRefusal(late, 409, 'conflict');
  });

  it('say why, or are refused', async () => {
    const answer = await ojs.send('POST', `/ojs/v1/jobs/${await active()}/nack`, { key: worker, body: {} });
    expectRefusal(answer, 400, 'invalid_request');
    expect(answer.body.error.details.field).toBe('error');
  });
});

describe('a version', () => {
  it.each([[2], [0], ['2'], ['1.10']])('%j stays with the job through its life', async (version) => {
    const { id, queue } = await enqueue({ version });
    expect((await get(id, '')).body.job).toMatchObject({ type: 'a', version });
    expect((await fetch(queue)).body.jobs).toMatchObject([{ id, version }]);
    await ojs.send('POST', `/ojs/v1/jobs/${id}/ack`, { key: worker, body: {} });
    expect((await get(id, '')).body.job).toMatchObject({ state: 'completed', version });
  });

  it('may stand in the type; the attribute wins', async () => {
    const inType = await enqueue({ type: 'invoice.generate@2.0' });
    expect((await get(inType.id, '')).body.job).toMatchObject({ type: 'invoice.generate', version: '2.0' });
    const both = await enqueue({ type: 'invoice.generate@2.0', version: 3 });
    expect((await get(both.id, '')).body.job).toMatchObject({ type: 'invoice.generate', version: 3 });
  });

  it('is absent where nobody gave one', async () => {
    const { id } = await enqueue({ version: null });
    expect((await get(id, '')).body.job).not.toHaveProperty('version');
  });

  it.each([[-1], [1.5], ['v2'], ['1.2.3'], [''], [{}], ['1'.repeat(10)], [1e9]])('%j is none', async (version) => {
    const body = { type: 'a', args: [], version };
    const answer = await ojs.send('POST', '/ojs/v1/jobs', { key: producer, body });
    expectRefusal(answer, 400, 'invalid_request');
    expect(answer.body.error.details.field).toBe('version');
    expect(answer.body.error.message).toMatch(/^version: must /);
  });

  it.each(['a@', '@1', 'a@b', 'a@1@2', 'a@1.2.3'])('a type %j is refused', async (type) => {
    const answer = await ojs.send('POST', '/ojs/v1/jobs', { key: producer, body: { type, args: [] } });
    expectRefusal(answer, 400, 'invalid_request');
    expect(answer.body.error.details.field).toBe('type');
  });
});

it('nobody forges progress or a checkpoint by enqueueing them', async () => {
  const forged = { progress: 1, progress_message: 'x', checkpoint: { state: 1 }, last_checkpoint: 1 };
  const { id, queue } = await enqueue(forged);
  const { job } = (await get(id, '')).body;
  const [fetched] = (await fetch(queue)).body.jobs;
  for (const name of Object.keys(forged)) {
    expect(job).not.toHaveProperty(name);
    expect(fetched).not.toHaveProperty(name);
  }
});
