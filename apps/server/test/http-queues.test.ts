import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectRefusal, type Harness, startHarness } from './http-harness.ts';

let ojs: Harness;
let producer: string;
let worker: string;
let operator: string;
let admin: string;
beforeAll(async () => {
  ojs = await startHarness();
  [producer, worker, operator, admin] = await Promise.all([
    ojs.key('producer', 'producer'),
    ojs.key('worker', 'worker'),
    ojs.key('admin', 'operator'),
    ojs.key('admin', 'admin', { principal: 'root@test' }),
  ]);
});
afterAll(() => ojs.stop());

let queues = 0;
const freshQueue = () => `queue${queues++}`;
const push = (queue: string, options = {}) =>
  ojs.send('POST', '/ojs/v1/jobs', { key: producer, body: { type: 'a.b', args: [], options: { queue, ...options } } });
const fetch = async (queue: string) =>
  (await ojs.send('POST', '/ojs/v1/workers/fetch', { key: worker, body: { queues: [queue], count: 9 } })).body.jobs;
const stats = async (queue: string) => (await ojs.send('GET', `/ojs/v1/queues/${queue}/stats`, { key: producer })).body;
const recorded = async (event_type: string) => (await ojs.audit()).filter((each) => each.event_type === event_type);

describe('a queue', () => {
  it('is told with its state, limits and counts, in every shape that clients know', async () => {
    const queue = freshQueue();
    await push(queue);
    expect((await ojs.send('GET', `/ojs/v1/queues/${queue}`, { key: producer })).body).toMatchObject({
      name: queue,
      state: 'active',
      queue: { name: queue, status: 'active', paused: false },
      config: {},
      stats: { available: 1, depth: 1 },
    });
    expect(await stats(queue)).toMatchObject({
      name: queue,
      available: 1,
      paused: false,
      queue: { name: queue, available: 1 },
      stats: { queue, available: 1, depth: 1 },
    });
    const list = await ojs.send('GET', '/ojs/v1/queues?limit=200', { key: producer });
    expect(list.body.queues).toContainEqual(expect.objectContaining({ name: queue, status: 'active', paused: false }));
    expectRefusal(await ojs.send('GET', '/ojs/v1/queues/none', { key: producer }), 404, 'not_found');
  });

  it('is made and configured by an administrator', async () => {
    const name = freshQueue();
    const config = { concurrency: 1, rate_limit: { limit: 5, period: 'PT1M' } };
    const made = await ojs.send('POST', '/ojs/v1/queues', { key: admin, body: { name, config } });
    expect([made.status, made.headers.location]).toEqual([201, `/ojs/v1/queues/${name}`]);
    expect(made.body).toMatchObject({ name, state: 'active', config: { concurrency: 1 } });
    expectRefusal(await ojs.send('POST', '/ojs/v1/queues', { key: admin, body: { name } }), 409, 'conflict');
    await push(name);
    await push(name);
    expect(await fetch(name)).toHaveLength(1);
    expect(await fetch(name)).toEqual([]);
    const path = `/ojs/v1/queues/${name}/config`;
    expect((await ojs.send('PUT', path, { key: admin, body: { concurrency: 2 } })).status).toBe(200);
    expect((await ojs.send('GET', path, { key: worker })).body).toEqual({ name, config: { concurrency: 2 } });
    expect(await fetch(name)).toHaveLength(1);
    expect(await recorded('queue.configured')).toMatchObject([{ detail: { queue: name } }]);
  });

  it.each([
    ['of another kind', { concurrency: 'many' }, 'concurrency'],
    ['of nothing', { concurrency: 0 }, 'concurrency'],
    ['that it does not enforce', { max_size_bytes: 5 }, 'body'],
    ['with a period of years', { rate_limit: { limit: 1, period: 'P900D' } }, 'rate_limit.period'],
  ])('refuses a limit %s', async (_, body, field) => {
    const queue = freshQueue();
    await push(queue);
    const answer = await ojs.send('PUT', `/ojs/v1/queues/${queue}/config`, { key: admin, body });
    expectRefusal(answer, 400, 'invalid_request');
    expect(answer.body.error.details.field).toBe(field);
  });

  it('that drains refuses jobs with 422 and says so', async () => {
    const queue = freshQueue();
    await push(queue);
    const drained = await ojs.send('POST', `/ojs/v1/queues/${queue}/drain`, { key: admin });
    expect(drained.body).toMatchObject({ name: queue, status: 'draining', queue: { paused: false } });
    expectRefusal(await push(queue), 422, 'queue_paused');
    expect(await fetch(queue)).toHaveLength(1);
    await ojs.send('POST', `/ojs/v1/queues/${queue}/resume`, { key: admin });
    expect((await push(queue)).status).toBe(201);
  });
});

describe('what destroys', () => {
  const purge = (queue: string, options = {}, query = '') =>
    ojs.send('POST', `/ojs/v1/queues/${queue}/purge${query}`, { key: admin, ...options });

  it('needs a confirmation', async () => {
    const queue = freshQueue();
    await push(queue);
    for (const answer of [
      await purge(queue),
      await purge(queue, { body: { confirm: false } }),
      await purge(queue, {}, '?confirm=false'),
      await ojs.send('DELETE', `/ojs/v1/queues/${queue}`, { key: admin }),
      await ojs.send('DELETE', `/ojs/v1/queues/${queue}/jobs`, { key: admin, body: { states: ['available'] } }),
    ]) {
      expectRefusal(answer, 400, 'invalid_request');
      expect(answer.body.error.details).toMatchObject({ field: 'confirm', rule: 'required' });
    }
    expect(await stats(queue)).toMatchObject({ available: 1 });
  });

  it('takes it as a parameter, in the body, and in the body of a DELETE', async () => {
    const queue = freshQueue();
    await push(queue);
    expect((await purge(queue, {}, '?confirm=true')).body).toMatchObject({ queue, purged_count: 1, has_more: false });
    await push(queue);
    const body = { states: ['available', 'scheduled'], confirm: true };
    expect((await purge(queue, { body })).body).toMatchObject({ purged_count: 1, states: body.states });
    await push(queue);
    const deleted = await ojs.send('DELETE', `/ojs/v1/queues/${queue}/jobs`, { key: admin, body });
    expect(deleted.body).toMatchObject({ purged_count: 1 });
    expect(await stats(queue)).toMatchObject({ available: 0 });
    const records = (await recorded('queue.purged')).filter(({ detail }) => detail.queue === queue);
    expect(records).toMatchObject([{ principal: 'root@test', detail: { jobs: 1 } }, {}, {}]);
  });

  it('is for administrators', async () => {
    const queue = freshQueue();
    await push(queue);
    const own = await ojs.key('admin', 'admin', { queues: ['mine'], principal: 'mine@test' });
    for (const key of [producer, worker, operator, own]) {
      for (const [method, path] of [
        ['POST', `/${queue}/purge?confirm=true`],
        ['DELETE', `/${queue}/jobs?confirm=true`],
        ['DELETE', `/${queue}?confirm=true`],
        ['POST', `/${queue}/drain`],
      ] as const) {
        expectRefusal(await ojs.send(method, `/ojs/v1/queues${path}`, { key }), 403, 'permission_denied');
      }
      const config = await ojs.send('PUT', `/ojs/v1/queues/${queue}/config`, { key, body: {} });
      expectRefusal(config, 403, 'permission_denied');
      const made = await ojs.send('POST', '/ojs/v1/queues', { key, body: { name: freshQueue() } });
      expectRefusal(made, 403, 'permission_denied');
    }
    expect(await stats(queue)).toMatchObject({ available: 1, paused: false });
  });

  it('never purges active jobs, and by age only what has ended', async () => {
    const queue = freshQueue();
    await push(queue);
    const active = await purge(queue, { body: { states: ['active'], confirm: true } });
    expectRefusal(active, 400, 'invalid_request');
    const old = await purge(queue, {
      body: { states: ['available'], older_than: '2026-01-01T00:00:00Z', confirm: true },
    });
    expectRefusal(old, 422, 'invalid_request');
    expect(old.body.error.details.field).toBe('older_than');
  });

  it('deletes a queue when nothing waits in it, or with discard', async () => {
    const queue = freshQueue();
    await push(queue);
    const path = `/ojs/v1/queues/${queue}`;
    const busy = await ojs.send('DELETE', path, { key: admin, body: { strategy: 'reject', confirm: true } });
    expectRefusal(busy, 409, 'conflict');
    const gone = await ojs.send('DELETE', path, { key: admin, body: { strategy: 'discard', confirm: true } });
    expect([gone.status, gone.body]).toEqual([200, { queue, strategy: 'discard', jobs_affected: 1, state: 'deleted' }]);
    expectRefusal(await ojs.send('GET', path, { key: admin }), 404, 'not_found');
    expect((await recorded('queue.deleted')).at(-1)).toMatchObject({ detail: { queue, jobs: 1, complete: true } });
  });
});

describe('a rate limit', () => {
  it('comes back as it was sent, and holds', async () => {
    const queue = freshQueue();
    const rate_limit = { key: 'http:a', rate: 1, period: 'hour', throttle: { limit: 10, period: 'PT1S' } };
    const { job } = (await push(queue, { rate_limit })).body;
    await push(queue, { rate_limit });
    expect(job.rate_limit).toEqual(rate_limit);
    expect(await fetch(queue)).toMatchObject([{ id: job.id, rate_limit }]);
    expect(await fetch(queue)).toEqual([]);
    expect((await ojs.send('GET', '/ojs/v1/rate-limits/http:a', { key: producer })).body).toMatchObject({
      key: 'http:a',
      concurrency: { active: 1 },
      rate: { limit: 1, period: 'PT3600S', current_count: 1, window_resets_at: expect.any(String) },
      throttle: { limit: 10, next_allowed_at: expect.any(String) },
      waiting_count: 1,
    });
  });

  it('is shown to who may inspect every queue', async () => {
    const own = await ojs.key('producer', 'producer', { queues: ['mine'], principal: 'own@test' });
    expectRefusal(await ojs.send('GET', '/ojs/v1/rate-limits/k', { key: own }), 403, 'permission_denied');
    expect((await ojs.send('GET', '/ojs/v1/rate-limits/k', { key: producer })).body).toEqual({
      key: 'k',
      concurrency: { active: 0 },
      waiting_count: 0,
    });
    expectRefusal(await ojs.send('GET', '/ojs/v1/rate-limits/-k', { key: producer }), 400, 'invalid_request');
  });
});
