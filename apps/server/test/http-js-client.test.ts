import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Harness, MEDIA_TYPE, startHarness } from './http-harness.ts';

// What the official JavaScript client sends (paths, headers and bodies as it builds them), and the fields of the answers that it reads.

const CONFORMANCE = {
  OJS_VALIDATION_NAMES: 'core',
  OJS_VALIDATION_UNKNOWN_ATTRIBUTES: 'ignore',
  OJS_DEV_TEST_DIRECTIVES: '1',
};
const MOMENT = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
const ID = expect.stringMatching(/^[0-9a-f-]{36}$/);

describe.each([
  ['the settings of the conformance cases', CONFORMANCE, true],
  ['the defaults', {}, false],
])('the JavaScript client, with %s', (_name, settings, conformance) => {
  let ojs: Harness;
  const keys: Record<'producer' | 'worker' | 'admin', string> = { producer: '', worker: '', admin: '' };

  beforeAll(async () => {
    ojs = await startHarness(settings);
    for (const plane of ['producer', 'worker', 'admin'] as const) keys[plane] = await ojs.key(plane, plane);
  });
  afterAll(() => ojs?.stop());

  /** Its one transport: every request says that it has JSON, also one without a body. */
  const request = async (as: keyof typeof keys, method: string, path: string, body?: unknown) => {
    const sent = await fetch(`${ojs.server.plainUrl}/ojs/v1${path}`, {
      method,
      headers: {
        'Content-Type': MEDIA_TYPE,
        Accept: MEDIA_TYPE,
        'OJS-Version': '1.0',
        Authorization: `Bearer ${keys[as]}`,
        'X-Request-ID': randomUUID(),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    // biome-ignore lint/suspicious/noExplicitAny: answers of every shape
    const answer: any = sent.status === 204 ? {} : await sent.json();
    return { status: sent.status, headers: sent.headers, body: answer };
  };
  const enqueue = async (type: string, options?: object, args: unknown[] = []) =>
    (await request('producer', 'POST', '/jobs', { type, args, ...(options && { options }) })).body.job;
  const stateOf = async (id: string) => (await request('worker', 'GET', `/jobs/${id}`)).body.job.state;
  const fetchFrom = async (...queues: string[]) => {
    const worker = { worker_id: 'worker_1', visibility_timeout_ms: 30_000 };
    return (await request('worker', 'POST', '/workers/fetch', { queues, count: 10, ...worker })).body.jobs;
  };

  it('enqueues with every option, reads and cancels', async () => {
    const options = {
      queue: 'email',
      priority: 5,
      timeout_ms: 60_000,
      delay_until: new Date(Date.now() + 60_000).toISOString(),
      expires_at: new Date(Date.now() + 3_600_000).toISOString(),
      tags: ['a'],
      visibility_timeout_ms: 5_000,
      retry: {
        max_attempts: 5,
        backoff_coefficient: 2,
        initial_interval: 'PT1S',
        max_interval: 'PT5M',
        jitter: true,
        non_retryable_errors: ['auth.*'],
        on_exhaustion: 'dead_letter',
      },
      unique: { key: ['to'], period: 'PT1H', on_conflict: 'reject', states: ['scheduled', 'available'] },
    };
    const sent = { type: 'email.send', args: [{ to: 'a' }], meta: { trace: 1 }, options };
    const { status, headers, body } = await request('producer', 'POST', '/jobs', sent);
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/ojs/v1/jobs/${body.job.id}`);
    const told = { specversion: '1.0', id: ID, type: 'email.send', queue: 'email', args: [{ to: 'a' }], priority: 5 };
    const more = { meta: { trace: 1 }, tags: ['a'], state: 'scheduled', attempt: 0, max_attempts: 5 };
    const { retry, expires_at, delay_until: scheduled_at } = options;
    const job = { ...told, ...more, retry, expires_at, scheduled_at, created_at: MOMENT, enqueued_at: MOMENT };
    expect(body.job).toMatchObject(job);
    expect((await request('producer', 'GET', `/jobs/${body.job.id}`)).body.job).toMatchObject(job);
    const again = await request('producer', 'POST', '/jobs', sent);
    expect(again.body.error).toMatchObject({ code: 'duplicate', details: { existing_job_id: body.job.id } });
    const cancelled = await request('admin', 'DELETE', `/jobs/${body.job.id}`);
    expect(cancelled.body.job).toMatchObject({ id: body.job.id, state: 'cancelled' });
    const twice = await request('admin', 'DELETE', `/jobs/${body.job.id}`);
    expect([twice.status, twice.body.error.code]).toEqual([409, 'conflict']);
  });

  it('names what makes a job unique in one word', async () => {
    const unique = { key: ['type', 'args'], on_conflict: 'ignore' };
    const first = await enqueue('report.make', { unique }, [{ id: 1 }]);
    expect((await enqueue('report.make', { unique }, [{ id: 1 }])).id).toBe(first.id);
    expect((await enqueue('report.make', { unique }, [{ id: 2 }])).id).not.toBe(first.id);
  });

  it('is told what is wrong', async () => {
    const none = randomUUID().replace(/^(.{14})./, '$17');
    const missing = await request('producer', 'GET', `/jobs/${none}`);
    expect(missing.status).toBe(404);
    expect(missing.body.error).toMatchObject({
      message: expect.any(String),
      details: { resource_type: 'job', resource_id: none },
      request_id: missing.headers.get('x-request-id'),
    });
    const invalid = await request('producer', 'POST', '/jobs', { type: 'a b', args: [] });
    expect([invalid.status, invalid.body.error.message]).toEqual([400, expect.stringContaining('type')]);
    const upper = await request('producer', 'POST', '/jobs', { type: 'Email', args: [] });
    expect(upper.status).toBe(conformance ? 400 : 201);
  });

  it('enqueues a batch', async () => {
    const jobs = [
      { type: 'a.b', args: [1], options: { queue: 'batch' } },
      { type: 'a.c', args: [] },
    ];
    const { status, body } = await request('producer', 'POST', '/jobs/batch', { jobs });
    expect(status).toBe(201);
    expect(body.jobs).toMatchObject([
      { id: ID, type: 'a.b', queue: 'batch', args: [1] },
      { id: ID, type: 'a.c', queue: 'default' },
    ]);
  });

  it('starts, reads and cancels workflows, whose fields it finds beside `workflow`', async () => {
    const step = (type: string) => ({ type, args: [], options: { queue: 'flow', timeout_ms: 1_000, tags: ['t'] } });
    const group = { type: 'group', jobs: [step('b'), { type: 'chain', steps: [step('c')] }] };
    const chain = { type: 'chain', name: 'import', steps: [step('a'), group] };
    const { status, body } = await request('producer', 'POST', '/workflows', chain);
    expect(status).toBe(201);
    const metadata = { created_at: MOMENT, job_count: 3, completed_count: 0, failed_count: 0 };
    const told = { id: ID, type: 'chain', name: 'import', state: 'running', metadata };
    expect(body).toMatchObject(told);
    expect((await request('producer', 'GET', `/workflows/${body.id}`)).body).toMatchObject(told);
    expect((await request('admin', 'DELETE', `/workflows/${body.id}`)).status).toBe(200);
    expect((await request('producer', 'GET', `/workflows/${body.id}`)).body.state).toBe('cancelled');
    const callbacks = { on_complete: step('done'), on_failure: { type: 'failed', args: [] } };
    const batch = await request('producer', 'POST', '/workflows', { type: 'batch', jobs: [step('a')], callbacks });
    expect(batch.body).toMatchObject({ id: ID, type: 'batch', state: 'running' });
    // The options of a step's retry policy keep the names that its users write.
    const camel = { ...step('a'), options: { retry: { maxAttempts: 2 } } };
    const { status: own } = await request('producer', 'POST', '/workflows', { type: 'chain', steps: [camel] });
    expect(own).toBe(conformance ? 201 : 422);
  });

  it('registers, lists and unregisters cron jobs', async () => {
    const options = { queue: 'cron', priority: 1, retry: { max_attempts: 2 }, tags: ['t'] };
    const cron = { name: 'nightly', cron: '0 3 * * *', type: 'rep.ort', args: [{ k: 1 }], timezone: 'Europe/Berlin' };
    const { status, body } = await request('producer', 'POST', '/cron', { ...cron, meta: { m: 1 }, options });
    expect(status).toBe(201);
    const told = { ...cron, options, status: 'active', next_run_at: MOMENT, created_at: MOMENT };
    expect(body.cron_job).toMatchObject(told);
    await request('producer', 'POST', '/cron', { ...cron, name: 'other' });
    expect((await request('producer', 'GET', '/cron')).body.cron_jobs).toHaveLength(2);
    const page = (await request('producer', 'GET', '/cron?page=1&per_page=1')).body;
    expect(page.cron_jobs).toMatchObject([told]);
    expect(page.pagination).toMatchObject({ total: 2, page: 1, per_page: 1 });
    expect((await request('producer', 'DELETE', '/cron/nightly')).status).toBe(200);
    expect((await request('producer', 'DELETE', '/cron/nightly')).status).toBe(404);
  });

  it('lists, pauses, resumes and counts queues', async () => {
    await enqueue('a.b', { queue: 'counted' });
    const { queues } = (await request('admin', 'GET', '/queues')).body;
    expect(queues).toContainEqual(expect.objectContaining({ name: 'counted', paused: false }));
    expect((await request('admin', 'POST', '/queues/counted/pause')).status).toBe(200);
    const none = { active: 0, scheduled: 0, retryable: 0, completed: 0, discarded: 0 };
    const { body } = await request('admin', 'GET', '/queues/counted/stats');
    expect(body).toMatchObject({ name: 'counted', available: 1, ...none, paused: true });
    expect((await request('admin', 'POST', '/queues/counted/resume')).status).toBe(200);
    expect((await request('admin', 'GET', '/queues/counted/stats')).body.paused).toBe(false);
  });

  it('works: fetches, beats, acks, nacks, and lists, retries and discards dead letters', async () => {
    const retry = { max_attempts: 1, on_exhaustion: 'dead_letter' };
    const good = await enqueue('work.good', { queue: 'work', timeout_ms: 5_000 });
    const bad = await enqueue('work.bad', { queue: 'work', retry });
    const jobs = await fetchFrom('work', 'other');
    const told = { queue: 'work', args: [], state: 'active', attempt: 1 };
    expect(jobs).toMatchObject([
      { ...told, id: good.id },
      { ...told, id: bad.id },
    ]);
    // Its handlers would be stopped after so many milliseconds of it, and core says seconds.
    expect(jobs[0].timeout).toBeUndefined();
    const self = { hostname: 'unknown', pid: 1, queues: ['work', 'other'], concurrency: 10, labels: [] };
    const active = { active_jobs: 2, active_job_ids: [good.id, bad.id] };
    const beat = { worker_id: 'worker_1', state: 'running', ...active, ...self };
    const heard = (await request('worker', 'POST', '/workers/heartbeat', beat)).body;
    expect(heard).toMatchObject({ state: 'running', server_time: MOMENT, jobs_extended: [good.id, bad.id] });
    expect((await request('worker', 'POST', '/workers/ack', { job_id: good.id, result: { ok: true } })).status).toBe(
      200,
    );
    const details = { stack: 'Error: no\n    at x' };
    const error = { code: 'handler_error', message: 'no', retryable: true, details };
    expect((await request('worker', 'POST', '/workers/nack', { job_id: bad.id, error })).status).toBe(200);
    const done = (await request('producer', 'GET', `/jobs/${good.id}`)).body.job;
    expect(done).toMatchObject({ state: 'completed', result: { ok: true }, completed_at: MOMENT });
    const [dead] = (await request('admin', 'GET', '/dead-letter')).body.jobs;
    const letter = { id: bad.id, type: 'work.bad', queue: 'work', args: [], discarded_at: MOMENT };
    expect(dead).toMatchObject({ ...letter, error: { code: 'handler_error', message: 'no' } });
    expect((await request('admin', 'POST', `/dead-letter/${bad.id}/retry`)).status).toBe(200);
    await fetchFrom('work');
    const unhandled = { code: 'handler_not_found', message: 'No handler', retryable: false };
    await request('worker', 'POST', '/workers/nack', { job_id: bad.id, error: unhandled });
    expect((await request('admin', 'DELETE', `/dead-letter/${bad.id}`)).status).toBe(200);
    expect((await request('admin', 'GET', '/dead-letter')).body.jobs).toEqual([]);
    expect(await fetchFrom('work')).toEqual([]);
  });

  it('retries what failed, and says how far a job is', async () => {
    const retry = { max_attempts: 3, initial_interval: 'PT0.01S', jitter: false };
    const { id } = await enqueue('work.twice', { queue: 'twice', retry });
    await fetchFrom('twice');
    const error = { code: 'handler_error', message: 'boom', retryable: true, details: { stack: '' } };
    const nack = (await request('worker', 'POST', '/workers/nack', { job_id: id, error })).body;
    expect(nack.state).toBe('retryable');
    await expect.poll(() => stateOf(id)).toBe('available');
    expect(await fetchFrom('twice')).toMatchObject([{ id, attempt: 2, errors: [{ code: 'handler_error' }] }]);
    const progress = { job_id: id, percentage: 42, message: 'half', data: { step: 1 } };
    expect((await request('worker', 'POST', '/workers/progress', progress)).status).toBe(200);
    expect((await request('worker', 'POST', '/workers/ack', { job_id: id })).status).toBe(200);
    expect(await stateOf(id)).toBe('completed');
  });

  it.runIf(conformance)('obeys a directive', async () => {
    const { id } = await enqueue('work.quiet', { queue: 'quiet', metadata: { test_directive: 'quiet' } });
    await fetchFrom('quiet');
    const beat = { worker_id: 'worker_1', state: 'running', active_jobs: 1, active_job_ids: [id] };
    expect((await request('worker', 'POST', '/workers/heartbeat', beat)).body.state).toBe('quiet');
  });
});
