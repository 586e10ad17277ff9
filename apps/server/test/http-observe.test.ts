import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectRefusal, type Harness, startHarness } from './http-harness.ts';

let ojs: Harness;
let scraper: string;
let producer: string;
let worker: string;
beforeAll(async () => {
  ojs = await startHarness({ OJS_METRICS_SERIES: '3' });
  scraper = await ojs.key('admin', 'operator', { tenant: '*', principal: 'prometheus' });
  producer = await ojs.key('producer', 'producer');
  worker = await ojs.key('worker', 'worker');
});
afterAll(() => ojs.stop());

const post = (path: string, body: unknown, key: string) => ojs.send('POST', `/ojs/v1${path}`, { key, body });
const metrics = async (): Promise<string> => (await ojs.send('GET', '/metrics', { key: scraper })).text;

describe('probes', () => {
  it('need no credential and say the minimum', async () => {
    expect((await ojs.send('GET', '/health')).body).toEqual({ status: 'ok', backend: { status: 'ok' } });
    const ready = await ojs.send('GET', '/ready');
    expect([ready.status, ready.body]).toEqual([200, { status: 'ready' }]);
  });
});

describe('GET /metrics', () => {
  it('answers exactly text/plain to who may inspect everything everywhere', async () => {
    const answer = await ojs.send('GET', '/metrics', { key: scraper });
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'text/plain']);
    expect(answer.text).toMatch(/^# HELP /);
    expect(answer.text).toMatch(/\nprocess_cpu_seconds_total \d/);
  });

  it('is refused to all others, and told to the audit log', async () => {
    const ofTenant = await ojs.key('admin', 'admin', { principal: 'of-tenant' });
    const ofQueues = await ojs.key('admin', 'admin', { principal: 'of-queues', tenant: '*', queues: ['a.*'] });
    expectRefusal(await ojs.send('GET', '/metrics'), 401, 'unauthenticated');
    for (const key of [producer, worker, ofTenant, ofQueues]) {
      expectRefusal(await ojs.send('GET', '/metrics', { key }), 403, 'permission_denied');
    }
    const denied = (await ojs.audit()).filter(({ event_type }) => event_type === 'permission.denied');
    expect(denied.map(({ principal }) => principal)).toEqual(expect.arrayContaining(['of-tenant', 'of-queues']));
  });

  it('counts jobs by queue and type as they go', async () => {
    const job = { type: 'a.b', args: [], options: { queue: 'counted' } };
    const { id } = (await post('/jobs', job, producer)).body.job;
    await post('/jobs', { ...job, options: { queue: 'counted', retry: { max_attempts: 1 } } }, producer);
    await post('/workers/fetch', { queues: ['counted'], count: 1 }, worker);
    await post('/workers/ack', { job_id: id }, worker);
    const { jobs } = (await post('/workers/fetch', { queues: ['counted'], count: 1 }, worker)).body;
    await post('/workers/nack', { job_id: jobs[0].id, error: { code: 'no', message: 'no' } }, worker);
    const text = await metrics();
    const labels = '{queue="counted",type="a.b"}';
    expect(text).toContain(`ojs_job_enqueued_total${labels} 2`);
    expect(text).toContain(`ojs_job_fetched_total${labels} 2`);
    expect(text).toContain(`ojs_job_completed_total${labels} 1`);
    expect(text).toContain(`ojs_job_failed_total${labels} 1`);
    expect(text).toContain(`ojs_job_queue_time_seconds_count${labels} 2`);
    expect(text).toContain('ojs_job_duration_seconds_count{queue="counted",type="a.b",state="completed"} 1');
    expect(text).toContain('ojs_job_duration_seconds_count{queue="counted",type="a.b",state="discarded"} 1');
  });

  it('gives names of clients only so many labels, and a tenant none', async () => {
    const acme = await ojs.key('producer', 'producer', { tenant: 'acme', principal: 'shop' });
    for (let i = 0; i < 6; i++) {
      await post('/jobs', { type: `t${i}`, args: [], options: { queue: `flood-${i}` } }, acme);
    }
    const text = await metrics();
    const series = new Set([...text.matchAll(/^ojs_job_enqueued_total\{(.*)\}/gm)].map(([, labels]) => labels));
    expect(series.size).toBe(4);
    expect(series).toContain('queue="other",type="other"');
    expect(text).not.toContain('acme');
  });

  it('counts requests by operation and class of status, and refused credentials by reason', async () => {
    await ojs.send('GET', '/nothing-here');
    await ojs.send('GET', '/ojs/v1/queues', { key: 'ojs_prod_nonsense' });
    const text = await metrics();
    expect(text).toMatch(/^ojs_http_requests_total\{operation="none",status="4xx"\} \d/m);
    expect(text).toMatch(/^ojs_http_requests_total\{operation="enqueueJob",status="2xx"\} \d/m);
    expect(text).toMatch(/^ojs_http_request_duration_seconds_count\{operation="enqueueJob"\} \d/m);
    expect(text).toMatch(/^ojs_auth_failures_total\{reason="\w+"\} [1-9]/m);
    expect(text).toMatch(/^ojs_redis_call_duration_seconds_count\{script="push"\} \d/m);
    expect(text).toMatch(/^ojs_connections [1-9]/m);
    expect(text).toMatch(/^ojs_key_derivations_total [1-9]/m);
    expect(text).toMatch(/^ojs_audit_waiting_bytes \d/m);
    expect(text).not.toContain('nothing-here');
    expect(text).not.toContain('nonsense');
  });
});

describe('the state of a worker', () => {
  const beat = (more: object) => post('/workers/beat', { worker_id: 'w-state', active_jobs: 2, ...more }, worker);
  const health = (key = worker) => ojs.send('GET', '/ojs/v1/workers/w-state/health', { key });

  it('is what it said, 503 while it takes no jobs', async () => {
    expect((await beat({ state: 'drain' })).body).toMatchObject({ acknowledged: true, state: 'quiet' });
    const draining = await health();
    expect([draining.status, draining.body.state, draining.body.active_jobs]).toEqual([503, 'drain', 2]);
    expect((await beat({ state: 'drain', shutdown: true })).body.state).toBe('terminate');
    expect((await health()).body.state).toBe('shutting_down');
    expect((await beat({ state: 'running' })).body.state).toBe('running');
    expect((await health()).status).toBe(200);
  });

  it('draining, it is handed nothing and need not wait for it', async () => {
    await post('/jobs', { type: 'a', args: [], options: { queue: 'drained' } }, producer);
    await beat({ state: 'drain' });
    const fetch = { queues: ['drained'], worker_id: 'w-state', wait_ms: 20_000 };
    expect((await post('/workers/fetch', fetch, worker)).body).toEqual({ jobs: [] });
    await post('/workers/heartbeat', { worker_id: 'w-state', state: 'running', active_jobs: [] }, worker);
    expect((await post('/workers/fetch', fetch, worker)).body.jobs).toHaveLength(1);
  });

  it('exists for its own principal only', async () => {
    await beat({ state: 'drain' });
    const other = await ojs.key('worker', 'worker', { principal: 'somebody-else' });
    expectRefusal(await health(other), 404, 'not_found');
    const answer = await post('/workers/beat', { worker_id: 'w-state', state: 'running', active_jobs: 0 }, other);
    expectRefusal(answer, 403, 'permission_denied');
    expect((await health()).body.state).toBe('drain');
    const unknown = await ojs.send('GET', '/ojs/v1/workers/nobody/health', { key: worker });
    expectRefusal(unknown, 404, 'not_found');
  });

  it('of another word is refused', async () => {
    expectRefusal(await beat({ state: 'asleep' }), 400, 'invalid_request');
  });
});

describe('GET /metrics and what is in Redis', () => {
  it('tells the depth of each queue by state, and the workers that are alive', async () => {
    const deep = await startHarness();
    try {
      const key = await deep.key('admin', 'admin', { tenant: '*' });
      for (const tenant of ['one', 'two']) {
        const headers = { 'x-ojs-tenant': tenant };
        await deep.send('POST', '/ojs/v1/jobs', { key, headers, body: { type: 'a', args: [], queue: 'deep' } });
        const beat = { worker_id: 'w', state: 'running', active_jobs: 0 };
        await deep.send('POST', '/ojs/v1/workers/beat', { key, headers, body: beat });
      }
      const { text } = await deep.send('GET', '/metrics', { key });
      expect(text).toContain('ojs_queue_depth{queue="deep",state="available"} 2');
      expect(text).toContain('ojs_queue_depth{queue="deep",state="active"} 0');
      expect(text).toContain('ojs_workers_active 2');
      expect(text).toContain('ojs_queues_uncounted 0');
    } finally {
      await deep.stop();
    }
  });
});

describe('readiness', () => {
  it('ends as soon as the server is asked to stop, while it still answers, and with Redis', async () => {
    const leaving = await startHarness({ OJS_SHUTDOWN_DELAY_MS: '600000' }, { asChild: true });
    const ready = async (): Promise<number> => (await leaving.send('GET', '/ready')).status;
    try {
      expect(await ready()).toBe(200);
      await leaving.redis.kill();
      await expect.poll(ready).toBe(503);
      await leaving.redis.restart();
      await expect.poll(ready, { timeout: 10_000 }).toBe(200);
      leaving.child?.process.kill('SIGTERM');
      await expect.poll(ready).toBe(503);
      expect((await leaving.send('GET', '/health')).status).toBe(200);
    } finally {
      leaving.child?.process.kill('SIGKILL');
      await leaving.stop();
    }
  });
});
