import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectRefusal, type Harness, startHarness } from './http-harness.ts';

let ojs: Harness;
let admin: string;
let worker: string;
beforeAll(async () => {
  ojs = await startHarness();
  admin = await ojs.key('admin', 'admin');
  worker = await ojs.key('worker', 'worker');
});
afterAll(() => ojs.stop());

const post = (path: string, body: unknown = {}, key = admin) => ojs.send('POST', `/ojs/v1${path}`, { key, body });
const get = (path: string) => ojs.send('GET', `/ojs/v1${path}`, { key: admin });
const enqueue = async (body: object) => (await post('/jobs', { type: 'a.b', args: [], ...body })).body.job;
const eventTypes = async () => (await ojs.audit()).map(({ event_type }) => event_type);

describe('public routes', () => {
  it('say the minimum', async () => {
    const manifest = await ojs.send('GET', '/ojs/manifest');
    expect(manifest.body).toMatchObject({
      specversion: '1.0',
      ojs_version: '1.0',
      conformance_level: 4,
      protocols: ['http'],
      implementation: { name: expect.any(String) },
    });
    expect((await ojs.send('GET', '/ojs/v1/health')).body).toEqual({ status: 'ok', backend: { status: 'ok' } });
  });

  it('the version is the one of the package', async () => {
    const { readFile } = await import('node:fs/promises');
    const { version } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    expect((await ojs.send('GET', '/ojs/manifest')).body.implementation.version).toBe(version);
  });
});

describe('nack', () => {
  it('retries with a delay, then discards', async () => {
    const job = await enqueue({
      queue: 'nack',
      options: { retry: { max_attempts: 2, initial_interval: 'PT0.01S', jitter: false } },
    });
    const error = { code: 'boom', message: 'no luck' };
    await post('/workers/fetch', { queues: ['nack'] }, worker);
    const first = await post('/workers/nack', { job_id: job.id, error }, worker);
    expect(first.body).toMatchObject({
      id: job.id,
      job_id: job.id,
      state: 'retryable',
      attempt: 1,
      max_attempts: 2,
      next_attempt_at: expect.any(String),
      retry_delay_ms: 10,
    });
    const again = await post('/workers/fetch', { queues: ['nack'], wait_ms: 5_000 }, worker);
    expect(again.body.jobs).toMatchObject([{ id: job.id, attempt: 2 }]);
    const last = await post('/workers/nack', { job_id: job.id, error }, worker);
    expect(last.body).toMatchObject({
      state: 'discarded',
      discarded_at: expect.any(String),
      completed_at: expect.any(String),
    });
    expectRefusal(await post('/workers/nack', { job_id: job.id, error }, worker), 409, 'conflict');
    expect((await get(`/jobs/${job.id}`)).body.job.errors).toMatchObject([
      { code: 'boom', attempt: 1 },
      { code: 'boom', attempt: 2 },
    ]);
  });

  it('with requeue gives the job back', async () => {
    const job = await enqueue({ queue: 'requeue' });
    await post('/workers/fetch', { queues: ['requeue'] }, worker);
    expect((await post('/workers/nack', { job_id: job.id, requeue: true }, worker)).body).toMatchObject({
      state: 'available',
    });
  });
});

describe('pending jobs', () => {
  it('are activated once', async () => {
    const job = await enqueue({ queue: 'pending', pending: true });
    expect(job.state).toBe('pending');
    const activated = await post(`/jobs/${job.id}/activate`);
    expect(activated.body.job).toMatchObject({
      state: 'available',
      previous_state: 'pending',
      activated_at: expect.any(String),
    });
    expectRefusal(await post(`/jobs/${job.id}/activate`), 409, 'conflict');
  });
});

describe('waiting', () => {
  it('a fetch without wait_ms answers at once, and one with it when a job comes', async () => {
    expect((await post('/workers/fetch', { queues: ['wait'] }, worker)).body).toEqual({ jobs: [] });
    const waiting = post('/workers/fetch', { queues: ['wait'], wait_ms: 20_000 }, worker);
    const job = await enqueue({ queue: 'wait' });
    expect((await waiting).body.jobs).toMatchObject([{ id: job.id }]);
  });

  it('a fetch that waits in vain answers with nothing', async () => {
    expect((await post('/workers/fetch', { queues: ['vain'], wait_ms: 50 }, worker)).body).toEqual({ jobs: [] });
  });

  it('GET of a job waits for its end', async () => {
    const job = await enqueue({ queue: 'end' });
    const waiting = get(`/jobs/${job.id}?wait_ms=20000`);
    await post('/workers/fetch', { queues: ['end'] }, worker);
    await post('/workers/ack', { job_id: job.id, result: 42 }, worker);
    expect((await waiting).body.job).toMatchObject({ state: 'completed', result: 42 });
  });

  it('who goes away while waiting takes no job along', async () => {
    const socket = await ojs.socket();
    const body = JSON.stringify({ queues: ['gone'], wait_ms: 20_000 });
    socket.write(
      `POST /ojs/v1/workers/fetch HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${worker}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    // A second request behind it proves that the first one arrived.
    await get('/health');
    socket.destroy();
    const job = await enqueue({ queue: 'gone' });
    const next = await post('/workers/fetch', { queues: ['gone'], wait_ms: 20_000 }, worker);
    expect(next.body.jobs).toMatchObject([{ id: job.id }]);
  });
});

describe('queues', () => {
  it('are listed page by page, by offset and by cursor', async () => {
    for (const name of ['page.a', 'page.b', 'page.c']) await enqueue({ queue: name });
    const { queues, pagination } = (await get('/queues')).body;
    const names = queues.map(({ name }: { name: string }) => name);
    expect(names).toEqual([...names].sort());
    expect(pagination).toMatchObject({ total: names.length, limit: 50, offset: 0, has_more: false });
    const seen: string[] = [];
    let cursor = '';
    do {
      const page = (await get(`/queues?limit=2${cursor && `&cursor=${cursor}`}`)).body;
      seen.push(...page.queues.map(({ name }: { name: string }) => name));
      cursor = page.pagination.next_cursor ?? '';
      expect(page.pagination.has_more).toBe(cursor !== '');
    } while (cursor);
    expect(seen).toEqual(names);
    expect((await get('/queues?limit=1&offset=1')).body.queues[0].name).toBe(names[1]);
  });

  it('have counts in both shapes that clients know', async () => {
    await enqueue({ queue: 'stats' });
    await enqueue({ queue: 'stats', scheduled_at: '+PT1H' });
    const { body } = await get('/queues/stats/stats');
    expect(body).toMatchObject({
      queue: { name: 'stats', paused: false, available: 1, scheduled: 1, active: 0, completed: 0 },
      status: 'active',
      stats: { queue: 'stats', depth: 2, available: 1, scheduled: 1 },
      computed_at: expect.any(String),
    });
    expectRefusal(await get('/queues/nothing/stats'), 404, 'not_found');
  });

  it('that are paused hand out nothing and take jobs, and both changes are recorded', async () => {
    await enqueue({ queue: 'pause' });
    expect((await post('/queues/pause/pause')).body).toMatchObject({
      queue: { name: 'pause', paused: true },
      status: 'paused',
      paused_at: expect.any(String),
    });
    expect((await post('/workers/fetch', { queues: ['pause'] }, worker)).body).toEqual({ jobs: [] });
    expect((await post('/jobs', { type: 'a', args: [], queue: 'pause' })).status).toBe(201);
    expect((await get('/queues')).body.queues.find(({ name }: { name: string }) => name === 'pause').status).toBe(
      'paused',
    );
    expect((await post('/queues/pause/resume')).body).toMatchObject({
      queue: { name: 'pause', paused: false },
      status: 'active',
    });
    expect((await post('/workers/fetch', { queues: ['pause'] }, worker)).body.jobs).toHaveLength(1);
    expect(await eventTypes()).toEqual(expect.arrayContaining(['queue.paused', 'queue.resumed']));
    expectRefusal(await post('/queues/nothing/resume'), 404, 'not_found');
  });
});

describe('dead letters', () => {
  const bury = async (queue: string) => {
    const job = await enqueue({ queue, retry: { max_attempts: 1, on_exhaustion: 'dead_letter' } });
    await post('/workers/fetch', { queues: [queue] }, worker);
    await post('/workers/nack', { job_id: job.id, error: { type: 'Boom', message: 'm' } }, worker);
    return job.id as string;
  };

  it('are listed newest first, retried, and deleted, and both are recorded', async () => {
    const ids = [await bury('dead'), await bury('dead'), await bury('dead')];
    const all = (await get('/dead-letter?queue=dead')).body;
    expect(all.jobs.map(({ id }: { id: string }) => id)).toEqual([...ids].reverse());
    expect(all.pagination).toMatchObject({ total: 3, has_more: false });
    const first = (await get('/dead-letter?queue=dead&limit=2')).body;
    expect(first.pagination.has_more).toBe(true);
    const rest = (await get(`/dead-letter?queue=dead&limit=2&cursor=${first.pagination.next_cursor}`)).body;
    expect(rest.jobs.map(({ id }: { id: string }) => id)).toEqual([ids[0]]);
    const retried = await post(`/dead-letter/${ids[0]}/retry`);
    expect(retried.body.job).toMatchObject({ id: ids[0], state: 'available', attempt: 0 });
    expectRefusal(await post(`/dead-letter/${ids[0]}/retry`), 404, 'not_found');
    expect((await ojs.send('DELETE', `/ojs/v1/dead-letter/${ids[1]}`, { key: admin })).body).toEqual({
      deleted: true,
      job_id: ids[1],
    });
    expectRefusal(await get(`/jobs/${ids[1]}`), 404, 'not_found');
    expect(await eventTypes()).toEqual(expect.arrayContaining(['dead_letter.retried', 'dead_letter.deleted']));
  });

  it('a job that is not one cannot be retried or deleted as one', async () => {
    const job = await enqueue({ queue: 'alive' });
    expectRefusal(await post(`/dead-letter/${job.id}/retry`), 404, 'not_found');
    expectRefusal(await ojs.send('DELETE', `/ojs/v1/dead-letter/${job.id}`, { key: admin }), 404, 'not_found');
    expect((await get(`/jobs/${job.id}`)).body.job.state).toBe('available');
  });
});

describe('events', () => {
  it('are told by type and queue', async () => {
    const job = await enqueue({ queue: 'events' });
    await post('/workers/fetch', { queues: ['events'] }, worker);
    await post('/workers/ack', { job_id: job.id }, worker);
    const { body } = await get('/events?queues=events&types=job.enqueued,job.completed');
    expect(body.events.map(({ type }: { type: string }) => type).sort()).toEqual(['job.completed', 'job.enqueued']);
    expect(body.events[0].data).toMatchObject({ queue: 'events', job_type: 'a.b' });
    const after = await get(`/events?queues=events&after=${body.events.at(-1).id}`);
    expect(after.body.events.length).toBeGreaterThan(0);
  });
});

describe('heartbeat', () => {
  it('does not believe a test directive unless the server is set so', async () => {
    const job = await enqueue({ queue: 'directive', metadata: { test_directive: 'terminate' } });
    await post('/workers/fetch', { queues: ['directive'], worker_id: 'd' }, worker);
    const { body } = await post('/workers/heartbeat', { worker_id: 'd', active_jobs: [job.id] }, worker);
    expect(body).toMatchObject({ state: 'running', jobs_extended: [job.id] });
  });
});
