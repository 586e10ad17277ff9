import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSweep, type Sweep } from './engine-sweep.ts';
import { expectRefusal, type Harness, startHarness } from './http-harness.ts';

let ojs: Harness;
let admin: string;
let worker: string;
let sweep: Sweep;
beforeAll(async () => {
  ojs = await startHarness();
  admin = await ojs.key('admin', 'admin');
  worker = await ojs.key('worker', 'worker');
  sweep = await createSweep(ojs.redis.url);
});
afterAll(async () => {
  await sweep.close();
  await ojs.stop();
});

const post = (path: string, body: unknown = {}, key = admin) => ojs.send('POST', `/ojs/v1${path}`, { key, body });
const get = (path: string, key = admin) => ojs.send('GET', `/ojs/v1${path}`, { key });
const enqueue = async (queue: string, more: object = {}): Promise<string> =>
  (await post('/jobs', { type: 'a.b', args: [], queue, ...more })).body.job.id;

async function completed(queue: string, result: unknown, more: object = {}): Promise<string> {
  const id = await enqueue(queue, more);
  await post('/workers/fetch', { queues: [queue] }, worker);
  await post('/workers/ack', { job_id: id, ...(result !== undefined && { result }) }, worker);
  return id;
}

const span = (from: string, to: string) => Date.parse(to) - Date.parse(from);

describe('a result', () => {
  it('comes with its job and by itself, with what is known of it', async () => {
    const id = await completed('res', { url: 'é' });
    const { job } = (await get(`/jobs/${id}`)).body;
    expect(job).toMatchObject({ result: { url: 'é' }, result_size_bytes: 12, result_stored_at: job.completed_at });
    expect(span(job.result_stored_at, job.result_expires_at)).toBe(7 * 86_400_000);
    expect((await get(`/jobs/${id}/result`)).body).toMatchObject({
      job_id: id,
      state: 'completed',
      result: { url: 'é' },
    });
  });

  it('that was never given is null', async () => {
    const id = await completed('null', undefined);
    expect((await get(`/jobs/${id}/result`)).body).toEqual({ job_id: id, state: 'completed', result: null });
  });

  it('is waited for if asked to, and 408 until then', async () => {
    const id = await enqueue('wait');
    const early = await get(`/jobs/${id}/result`);
    expectRefusal(early, 408, 'request_timeout');
    expect(early.headers['retry-after']).toBe('1');
    expectRefusal(await get(`/jobs/${id}/result?wait=true&timeout=0`), 408, 'request_timeout');
    const waiting = get(`/jobs/${id}/result?wait=true&timeout=20`);
    await post('/workers/fetch', { queues: ['wait'] }, worker);
    await post('/workers/ack', { job_id: id, result: 5 }, worker);
    expect((await waiting).body).toMatchObject({ state: 'completed', result: 5 });
  });

  it('of a job that failed for good is its error', async () => {
    const id = await enqueue('err');
    await post('/workers/fetch', { queues: ['err'] }, worker);
    await post('/workers/nack', { job_id: id, error: { type: 'E', message: 'no', retryable: false } }, worker);
    const { body } = await get(`/jobs/${id}/result`);
    expect(body).toMatchObject({ state: 'discarded', result: null, error: { type: 'E' } });
  });
});

describe('result_ttl', () => {
  it('of 0 keeps none', async () => {
    const id = await completed('none', 'secret', { result_ttl: 0 });
    expect((await get(`/jobs/${id}`)).body.job).toMatchObject({
      state: 'completed',
      result_pruned_at: expect.any(String),
    });
    expectRefusal(await get(`/jobs/${id}/result`), 410, 'result_pruned');
    expect(await ojs.connections.client.hexists(`{ojs:_default}:none:${id}`, 'returnvalue')).toBe(0);
  });

  it('that is over drops the result, and the job stays for its own time', async () => {
    const id = await completed('short', 'x', { options: { result_ttl: 60 } });
    const { job } = (await get(`/jobs/${id}`)).body;
    expect(span(job.result_stored_at, job.result_expires_at)).toBe(60_000);
    await sweep.come('_default', 'short', id);
    expectRefusal(await get(`/jobs/${id}/result`), 410, 'result_pruned');
    expect((await get(`/jobs/${id}`)).body.job).toMatchObject({ state: 'completed', result_ttl: 60 });
    const until = Number(await ojs.connections.client.zscore('{ojs:_default}/timers', id));
    expect(until - Date.parse(job.completed_at)).toBe(7 * 86_400_000);
    await sweep.come('_default', 'short', id);
    expectRefusal(await get(`/jobs/${id}/result`), 404, 'not_found');
  });

  it('that is longer keeps the job as long', async () => {
    const id = await completed('long', 'x', { result_ttl: 30 * 86_400 });
    const { job } = (await get(`/jobs/${id}`)).body;
    expect(span(job.result_stored_at, job.result_expires_at)).toBe(30 * 86_400_000);
  });

  it.each([-1, 1.5, 365 * 86_400 + 1, '60'])('%j is refused', async (result_ttl) => {
    const answer = await post('/jobs', { type: 'a.b', args: [], result_ttl });
    expectRefusal(answer, 400, 'invalid_request');
    expect(answer.body.error.details.field).toBe('result_ttl');
  });
});

describe('many results', () => {
  it('come by id; of jobs that the caller may not know of as of none', async () => {
    const [done, open, foreign] = [await completed('m.a', 1), await enqueue('m.b'), await completed('f', 2)];
    const key = await ojs.key('producer', 'producer', { queues: ['m.*'], principal: 'm@test' });
    const none = v7();
    const { body } = await post('/jobs/results', { ids: [done, open, foreign, none] }, key);
    expect(body.results).toEqual({
      [done]: { state: 'completed', result: 1 },
      [open]: { state: 'available', result: null },
      [foreign]: null,
      [none]: null,
    });
    const tooMany = { ids: Array.from({ length: 101 }, () => v7()) };
    expectRefusal(await post('/jobs/results', tooMany), 400, 'invalid_request');
  });
});
