import { setTimeout as sleep } from 'node:timers/promises';
import { type Operation, operations } from '@ojs/schema';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { RECHECK_MS } from '../src/routes/while-admitted.ts';
import { type Answer, type AuditRecord, expectRefusal, type Harness, startHarness } from './http-harness.ts';

let ojs: Harness;
const keys: Record<'producer' | 'worker' | 'operator' | 'admin', string> = {} as never;
beforeAll(async () => {
  ojs = await startHarness();
  keys.producer = await ojs.key('producer', 'producer');
  keys.worker = await ojs.key('worker', 'worker');
  keys.operator = await ojs.key('admin', 'operator');
  keys.admin = await ojs.key('admin', 'admin');
});
afterAll(() => ojs.stop());

const enqueue = (key: string, body: object, headers = {}) =>
  ojs.send('POST', '/ojs/v1/jobs', { key, body: { type: 'a', args: [], ...body }, headers });
/** What the audit log has of the request, besides that a credential was seen for the first time. */
const recordsOf = async (answer: Answer, of = ojs): Promise<AuditRecord[]> =>
  (await of.audit()).filter(
    ({ correlation_id, event_type }) =>
      correlation_id === answer.headers['x-request-id'] && event_type !== 'auth.login.success',
  );
const unknown = '019539a4-0000-7000-8000-ffffffffffff';
/** Two answers are the same but for the request id, and the id that was asked for. */
const bare = (answer: Answer) => {
  const { request_id: _, details, ...error } = answer.body.error;
  return {
    status: answer.status,
    error,
    details: { ...details, resource_id: '' },
    headers: Object.keys(answer.headers).sort(),
  };
};

describe('no credential, or a bad one', () => {
  const headers = (): Record<string, string> => ({
    none: '',
    unknown: `Bearer ${keys.producer.slice(0, -1)}${keys.producer.endsWith('a') ? 'b' : 'a'}`,
    scheme: `Digest ${keys.producer}`,
    spaces: `Bearer  ${keys.producer} x`,
    nonsense: 'Bearer hunter2',
    basic: `Basic ${Buffer.from('user:hunter2').toString('base64')}`,
  });

  it('is always the same 401, with one record that knows the reason', async () => {
    const seen: unknown[] = [];
    for (const [name, authorization] of Object.entries(headers())) {
      const answer = await ojs.send('GET', '/ojs/v1/queues', { headers: name === 'none' ? {} : { authorization } });
      expectRefusal(answer, 401, 'unauthenticated');
      expect(answer.headers['www-authenticate']).toMatch(/^Bearer/);
      seen.push(bare(answer));
      expect(await recordsOf(answer)).toMatchObject([
        { event_type: 'auth.login.failure', outcome: 'failure', detail: { reason: expect.any(String) } },
      ]);
    }
    expect(new Set(seen.map((each) => JSON.stringify(each))).size).toBe(1);
    expect(JSON.stringify(await ojs.audit())).not.toMatch(/hunter2/);
  });

  it('is asked for on every operation that is not public', async () => {
    for (const operation of Object.values<Operation>(operations)) {
      const path = operation.path.replace('{id}', unknown).replace('{name}', 'q');
      const answer = await ojs.send(operation.method, path, operation.body ? { body: {} } : {});
      // What reads a form says so; and there is no metadata where nobody said under which URL the server is reached.
      if (operation.permission === 'public') expect([200, 415, 404], operation.id).toContain(answer.status);
      else expectRefusal(answer, 401, 'unauthenticated');
    }
  });

  it('Basic with the key as password means the same as Bearer', async () => {
    const authorization = `Basic ${Buffer.from(`x:${keys.producer}`).toString('base64')}`;
    expect((await ojs.send('GET', '/ojs/v1/queues', { headers: { authorization } })).status).toBe(200);
  });
});

/** As many as the audit log records one by one, of one source in its interval, for each of two planes. */
const FEW = 40;
/** Those that take every kind of credential; where workers register, no key is one. */
const guarded = Object.values<Operation>(operations).filter(
  ({ permission, accepts }) => permission !== 'public' && accepts === undefined,
);
const parts = Array.from({ length: Math.ceil(guarded.length / FEW) }, (_, i) => guarded.slice(i * FEW, (i + 1) * FEW));

describe.each(parts.map((part, i) => ({ i, part })))('planes, part $i', ({ part }) => {
  let own: Harness;
  beforeAll(async () => {
    own = await startHarness();
  });
  afterAll(() => own.stop());

  it('a credential reaches the operations of its plane and no others, recorded once', async () => {
    for (const plane of ['producer', 'worker'] as const) {
      const key = await own.key(plane, plane);
      for (const operation of part) {
        // An answer that does not end.
        if (operation.media === 'text/event-stream' && operation.planes.includes(plane)) continue;
        const path = operation.path.replace('{id}', unknown).replace('{name}', 'q');
        const answer = await own.send(operation.method, path, { key, ...(operation.body && { body: {} }) });
        if (operation.planes.includes(plane)) {
          expect(answer.body.error?.details?.planes).toBeUndefined();
        } else {
          expectRefusal(answer, 403, 'permission_denied');
          expect(await recordsOf(answer, own)).toMatchObject([
            { event_type: 'permission.denied', principal: `${plane}@test`, detail: { reason: 'wrong_plane' } },
          ]);
        }
      }
    }
  });
});

describe('queues that the caller names', () => {
  it('are 403 where one is not permitted, with nothing stored and one record', async () => {
    const key = await ojs.key('producer', 'producer', { queues: ['mine.*', 'also'], principal: 'limited@test' });
    expect((await enqueue(key, { queue: 'mine.a' })).status).toBe(201);
    for (const queue of ['mine', 'mine.', 'minex', 'Mine.a', 'theirs', 'default']) {
      const answer = await enqueue(key, { options: { queue } });
      expectRefusal(answer, 403, 'permission_denied');
      expect(answer.body.error.details).toEqual({ permission: 'enqueue', queue });
      expect(await recordsOf(answer)).toMatchObject([
        { event_type: 'permission.denied', principal: 'limited@test', detail: { queue, permission: 'enqueue' } },
      ]);
    }
    // What is flat and what is nested cannot be played against each other.
    expectRefusal(await enqueue(key, { queue: 'also', options: { queue: 'theirs' } }), 403, 'permission_denied');
    expect((await enqueue(key, { queue: 'theirs', options: { queue: 'also' } })).body.job.queue).toBe('also');
    expect((await ojs.send('GET', '/ojs/v1/queues/theirs/stats', { key: keys.admin })).status).toBe(404);
  });

  it('refuse a batch of 1,000 whole, wherever the forbidden one is, recorded once', async () => {
    const key = await ojs.key('producer', 'producer', { queues: ['batch'], principal: 'batch@test' });
    for (const index of [0, 500, 999]) {
      const jobs = Array.from({ length: 1_000 }, (_, i) => ({
        type: 'a',
        args: [],
        queue: i === index ? 'other' : 'batch',
      }));
      const answer = await ojs.send('POST', '/ojs/v1/jobs/batch', { key, body: { jobs } });
      expectRefusal(answer, 403, 'permission_denied');
      expect(answer.body.error.details).toMatchObject({ index, queue: 'other' });
      expect(await recordsOf(answer)).toHaveLength(1);
    }
    expect((await ojs.send('GET', '/ojs/v1/queues/batch/stats', { key: keys.admin })).status).toBe(404);
  });

  it('are asked about in fetch, stats, dead-letter and events too', async () => {
    const worker = await ojs.key('worker', 'worker', { queues: ['w'], principal: 'w@test' });
    expectRefusal(
      await ojs.send('POST', '/ojs/v1/workers/fetch', { key: worker, body: { queues: ['w', 'x'] } }),
      403,
      'permission_denied',
    );
    expectRefusal(await ojs.send('GET', '/ojs/v1/queues/x/stats', { key: worker }), 403, 'permission_denied');
    expectRefusal(await ojs.send('GET', '/ojs/v1/events?queues=w,x', { key: worker }), 403, 'permission_denied');
    const operator = await ojs.key('admin', 'operator', { queues: ['w'], principal: 'o@test' });
    expectRefusal(await ojs.send('GET', '/ojs/v1/dead-letter?queue=x', { key: operator }), 403, 'permission_denied');
    expectRefusal(await ojs.send('POST', '/ojs/v1/queues/w/pause', { key: operator }), 403, 'permission_denied');
  });
});

describe('jobs', () => {
  it('that the caller may not inspect do not exist for it, in the same words', async () => {
    const { job } = (await enqueue(keys.producer, { queue: 'secret' })).body;
    const key = await ojs.key('producer', 'producer', { queues: ['other'], principal: 'other@test' });
    const operator = await ojs.key('admin', 'operator', { queues: ['other'], principal: 'other-op@test' });
    for (const [method, path] of [
      ['GET', ''],
      ['DELETE', ''],
      ['POST', '/activate'],
    ] as const) {
      const hidden = await ojs.send(method, `/ojs/v1/jobs/${job.id}${path}`, { key: operator });
      expect(bare(hidden)).toEqual(bare(await ojs.send(method, `/ojs/v1/jobs/${unknown}${path}`, { key: operator })));
      expect(hidden.status).toBe(404);
      expect(await recordsOf(hidden)).toMatchObject([{ event_type: 'permission.denied' }]);
    }
    expect((await ojs.send('GET', `/ojs/v1/jobs/${job.id}`, { key })).status).toBe(404);
    expect((await ojs.send('GET', `/ojs/v1/jobs/${job.id}`, { key: keys.producer })).body.job.state).toBe('available');
  });

  it('that it may inspect but not cancel are 403', async () => {
    const { job } = (await enqueue(keys.producer, {})).body;
    expectRefusal(await ojs.send('DELETE', `/ojs/v1/jobs/${job.id}`, { key: keys.producer }), 403, 'permission_denied');
    const answer = await ojs.send('DELETE', `/ojs/v1/jobs/${job.id}`, { key: keys.operator });
    expect(answer.body.job).toMatchObject({
      state: 'cancelled',
      previous_state: 'available',
      cancelled_at: expect.any(String),
    });
    expect(await recordsOf(answer)).toMatchObject([
      { event_type: 'job.cancelled', principal: 'operator@test', outcome: 'success', detail: { job_id: job.id } },
    ]);
  });

  it('leased by somebody else cannot be ended, and stay as they are', async () => {
    const { job } = (await enqueue(keys.producer, { queue: 'lease' })).body;
    await ojs.send('POST', '/ojs/v1/workers/fetch', { key: keys.worker, body: { queues: ['lease'], worker_id: 'w1' } });
    const same = await ojs.key('worker', 'worker', { principal: 'rival@test' });
    const elsewhere = await ojs.key('worker', 'worker', { queues: ['x'], principal: 'elsewhere@test' });
    const foreign = await ojs.key('worker', 'worker', { tenant: 'acme', principal: 'foreign@test' });
    const error = { code: 'e', message: 'm' };
    for (const [operation, body] of [
      ['ack', { job_id: job.id }],
      ['nack', { job_id: job.id, error }],
    ] as const) {
      const post = (key: string) => ojs.send('POST', `/ojs/v1/workers/${operation}`, { key, body });
      expectRefusal(await post(same), 409, 'conflict');
      expectRefusal(await post(elsewhere), 404, 'not_found');
      expectRefusal(await post(foreign), 404, 'not_found');
    }
    const beat = (key: string, worker_id: string) =>
      ojs.send('POST', '/ojs/v1/workers/heartbeat', { key, body: { worker_id, active_jobs: [job.id, unknown] } });
    for (const key of [same, elsewhere, foreign]) {
      expect((await beat(key, `w-${key.slice(-6)}`)).body).toMatchObject({
        jobs_extended: [],
        jobs_lost: expect.arrayContaining([job.id, unknown]),
      });
    }
    expectRefusal(await beat(same, 'w1'), 403, 'permission_denied');
    expect((await beat(keys.worker, 'w1')).body).toMatchObject({
      state: 'running',
      jobs_extended: [job.id],
      jobs_lost: [unknown],
    });
  });
});

describe('lists', () => {
  it('show only what the caller may inspect, and count nothing else', async () => {
    await enqueue(keys.producer, { queue: 'list.a' });
    await enqueue(keys.producer, { queue: 'list.b' });
    const key = await ojs.key('producer', 'producer', { queues: ['list.a'], principal: 'list@test' });
    const { body } = await ojs.send('GET', '/ojs/v1/queues', { key });
    expect(body.queues.map(({ name }: { name: string }) => name)).toEqual(['list.a']);
    expect(body.pagination).toMatchObject({ total: 1, has_more: false });
    const events = (await ojs.send('GET', '/ojs/v1/events', { key })).body.events;
    expect(new Set(events.map(({ data }: { data: { queue: string } }) => data.queue))).toEqual(new Set(['list.a']));
  });
});

describe('access that changes while a request is on its way', () => {
  async function revoke(principal: string): Promise<void> {
    await ojs.revoke(principal);
  }

  it('is decided anew: a credential revoked elsewhere changes nothing any more', async () => {
    const key = await ojs.key('producer', 'producer', { principal: 'gone@test' });
    expect((await enqueue(key, { queue: 'epoch' })).status).toBe(201);
    await revoke('gone@test');
    expectRefusal(await enqueue(key, { queue: 'epoch' }), 401, 'unauthenticated');
    expect((await ojs.send('GET', '/ojs/v1/queues/epoch/stats', { key: keys.admin })).body.stats.available).toBe(1);
    expect((await enqueue(keys.producer, { queue: 'epoch' })).status).toBe(201);
  });

  it.each([
    ['a worker that waits for jobs', 'worker', 'POST', '/ojs/v1/workers/fetch', { queues: ['q'], wait_ms: 20_000 }],
    ['a producer that waits for the end of a job', 'producer', 'GET', '/ojs/v1/jobs/ID?wait_ms=20000', undefined],
  ] as const)('%s is told within a second that its credential is revoked', async (_, plane, method, path, body) => {
    const producer = await ojs.key('producer', 'producer');
    const { job } = (await ojs.send('POST', '/ojs/v1/jobs', { key: producer, body: { type: 'a', args: [] } })).body;
    const key = await ojs.key(plane, plane, { principal: `idle-${plane}` });
    const answer = ojs.send(method, path.replace('ID', job.id), { key, body });
    await expect.poll(async () => JSON.stringify(await ojs.audit())).toContain(`idle-${plane}`);
    const began = Date.now();
    await revoke(`idle-${plane}`);
    expect((await answer).status).toBe(401);
    expect(Date.now() - began).toBeLessThan(10_000);
  });

  it('is decided anew while a worker waits: a credential that is narrowed meanwhile is handed nothing', async () => {
    const key = await ojs.key('worker', 'worker', { principal: 'shrinking' });
    const answer = ojs.send('POST', '/ojs/v1/workers/fetch', { key, body: { queues: ['shrink'], wait_ms: 20_000 } });
    await expect.poll(async () => JSON.stringify(await ojs.audit())).toContain('shrinking');
    const path = `/ojs/v1/admin/credentials/${key.split('_')[2]}`;
    const changed = await ojs.send('PATCH', path, { key: keys.admin, body: { queues: ['other'] } });
    expect(changed.status, changed.text).toBe(200);
    // This server hears of the new epoch; then who waits is admitted anew under it, which nothing outside shows.
    await enqueue(keys.producer, { queue: 'epoch' });
    await sleep(3 * RECHECK_MS);
    await enqueue(keys.producer, { queue: 'shrink' });
    expectRefusal(await answer, 403, 'permission_denied');
    expect((await ojs.send('GET', '/ojs/v1/queues/shrink/stats', { key: keys.admin })).body.stats.available).toBe(1);
  });

  it('is decided anew after a wait: a revoked credential does not hear how the job ended', async () => {
    const key = await ojs.key('producer', 'producer', { principal: 'waiting@test' });
    const { job } = (await enqueue(key, { queue: 'patience' })).body;
    const answer = ojs.send('GET', `/ojs/v1/jobs/${job.id}?wait_ms=20000`, { key });
    await vi.waitFor(async () =>
      expect(await ojs.connections.client.pubsub('NUMSUB', '{ojs:_default}/done')).toContain(1),
    );
    await revoke('waiting@test');
    // Another request of the credential shows when this server knows of the revocation.
    await vi.waitFor(async () => expect((await ojs.send('GET', `/ojs/v1/jobs/${job.id}`, { key })).status).toBe(401), {
      timeout: 20_000,
    });
    await ojs.send('DELETE', `/ojs/v1/jobs/${job.id}`, { key: keys.admin });
    expectRefusal(await answer, 401, 'unauthenticated');
  });
});

describe('what a worker says', () => {
  it('is stored as data and does nothing', async () => {
    const { job } = (await enqueue(keys.producer, { queue: 'data' })).body;
    await ojs.send('POST', '/ojs/v1/workers/fetch', { key: keys.worker, body: { queues: ['data'] } });
    const result = {
      enqueue: [{ type: 'a', args: [], queue: 'spawned' }],
      tenant_id: 'acme',
      script: "redis.call('FLUSHALL')",
    };
    const answer = await ojs.send('POST', '/ojs/v1/workers/ack', {
      key: keys.worker,
      body: { job_id: job.id, result, enqueue: result.enqueue, tenant_id: 'acme' },
    });
    expect(answer.status).toBe(200);
    expect((await ojs.send('GET', `/ojs/v1/jobs/${job.id}`, { key: keys.producer })).body.job.result).toEqual(result);
    expect((await ojs.send('GET', '/ojs/v1/queues/spawned/stats', { key: keys.admin })).status).toBe(404);
  });
});
