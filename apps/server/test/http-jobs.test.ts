import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectRefusal, type Harness, MEDIA_TYPE, startHarness } from './http-harness.ts';

let ojs: Harness;
let producer: string;
let worker: string;
let operator: string;
beforeAll(async () => {
  ojs = await startHarness();
  [producer, worker, operator] = await Promise.all([
    ojs.key('producer', 'producer'),
    ojs.key('worker', 'worker'),
    ojs.key('admin', 'operator'),
  ]);
});
afterAll(() => ojs.stop());

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
let queues = 0;
const freshQueue = () => `q${queues++}`;

describe('enqueue', () => {
  it('answers 201 with the job, flat, its place, and the headers of every answer', async () => {
    const queue = freshQueue();
    const body = {
      type: 'email.send',
      args: ['user@example.com'],
      meta: { a: 1 },
      options: { queue, priority: 5, tags: ['x'] },
    };
    const answer = await ojs.send('POST', '/ojs/v1/jobs', { key: producer, body });
    expect(answer.status).toBe(201);
    const { job } = answer.body;
    expect(job).toMatchObject({
      type: 'email.send',
      queue,
      args: ['user@example.com'],
      meta: { a: 1 },
      priority: 5,
      state: 'available',
      attempt: 0,
      max_attempts: 3,
      tags: ['x'],
    });
    expect(job.id).toMatch(UUID_V7);
    expect(answer.headers).toMatchObject({
      location: `/ojs/v1/jobs/${job.id}`,
      'content-type': MEDIA_TYPE,
      'ojs-version': '1.0',
      'x-request-id': expect.stringMatching(/^req_/),
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'strict-transport-security': expect.stringMatching(/^max-age=/),
    });
    expect((await ojs.send('GET', `/ojs/v1/jobs/${job.id}`, { key: producer })).body.job).toMatchObject({ id: job.id });
  });
});

describe('the whole way of a job', () => {
  it('goes from a producer to a worker and back', async () => {
    const queue = freshQueue();
    const {
      body: { job },
    } = await ojs.send('POST', '/ojs/v1/jobs', { key: producer, body: { type: 'a', args: [1], options: { queue } } });
    const fetched = await ojs.send('POST', '/ojs/v1/workers/fetch', {
      key: worker,
      body: { queues: [queue], worker_id: 'w1' },
    });
    expect(fetched.body.jobs).toMatchObject([{ id: job.id, state: 'active', attempt: 1 }]);
    const ack = await ojs.send('POST', '/ojs/v1/workers/ack', {
      key: worker,
      body: { job_id: job.id, worker_id: 'w1', result: { ok: 1 } },
    });
    expect(ack.body).toMatchObject({
      acknowledged: true,
      id: job.id,
      job_id: job.id,
      state: 'completed',
      completed_at: expect.any(String),
      job: { state: 'completed' },
    });
    const info = await ojs.send('GET', `/ojs/v1/jobs/${job.id}?wait_ms=1000`, { key: producer });
    expect(info.body.job).toMatchObject({ state: 'completed', result: { ok: 1 } });
    expectRefusal(await ojs.send('DELETE', `/ojs/v1/jobs/${job.id}`, { key: operator }), 409, 'conflict');
  });
});
