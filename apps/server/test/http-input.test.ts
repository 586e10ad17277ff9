import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectRefusal, type Harness, startHarness } from './http-harness.ts';

let ojs: Harness;
let producer: string;
let worker: string;
let admin: string;
beforeAll(async () => {
  ojs = await startHarness();
  [producer, worker, admin] = await Promise.all([
    ojs.key('producer', 'producer'),
    ojs.key('worker', 'worker'),
    ojs.key('admin', 'admin'),
  ]);
});
afterAll(() => ojs.stop());

const enqueue = (body: unknown) => ojs.send('POST', '/ojs/v1/jobs', { key: producer, body });
const id = '019539a4-0000-7000-8000-ffffffffffff';

/** Refused, and nothing was stored: the queue that every body here names does not even exist. */
async function refusedWithout(body: unknown, status: number, code: string): Promise<Record<string, unknown>> {
  const answer = await enqueue(body);
  expectRefusal(answer, status, code);
  expect((await ojs.send('GET', '/ojs/v1/queues/untouched/stats', { key: admin })).status).toBe(404);
  return answer.body.error;
}

describe('a body that cannot be read is 400 invalid_payload', () => {
  it.each([
    ['nothing', ''],
    ['half of one', '{"type":"a","args":[],"queue":"untouched"'],
    ['text', 'hello'],
    ['33 levels', `{"type":"a","queue":"untouched","args":${'['.repeat(33)}${']'.repeat(33)}}`],
    ['500,000 levels', `{"type":"a","args":${'['.repeat(500_000)}`],
    ['a queue twice', '{"type":"a","args":[],"queue":"untouched","queue":"other"}'],
    ['a queue twice, once escaped', '{"type":"a","args":[],"queue":"untouched","\\u0071ueue":"other"}'],
    ['a number that would change', '{"type":"a","queue":"untouched","args":[9007199254740993]}'],
    ['infinity', '{"type":"a","queue":"untouched","args":[1e999]}'],
    ['__proto__', '{"type":"a","queue":"untouched","args":[{"__proto__":{"polluted":1}}]}'],
    ['__proto__, escaped', '{"type":"a","queue":"untouched","args":[],"meta":{"\\u005f_proto__":{"polluted":1}}}'],
    ['constructor.prototype', '{"type":"a","queue":"untouched","args":[],"constructor":{"prototype":{"polluted":1}}}'],
    [
      'bytes that are not UTF-8',
      Buffer.concat([Buffer.from('{"type":"a","args":["'), Buffer.from([0xff]), Buffer.from('"]}')]),
    ],
  ])('%s', async (_, body) => {
    await refusedWithout(body, 400, 'invalid_payload');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('with no body and no length at all', async () => {
    const answer = await ojs.send('POST', '/ojs/v1/jobs', {
      key: producer,
      headers: { 'content-type': 'application/json' },
    });
    expectRefusal(answer, 400, 'invalid_payload');
  });
});

describe('a body that breaks a rule names field and rule', () => {
  it.each([
    [{ args: [], queue: 'untouched' }, 400, 'type', 'required'],
    [{ type: 1, args: [], queue: 'untouched' }, 400, 'type', 'type'],
    [{ type: 'a', args: { a: 1 }, queue: 'untouched' }, 400, 'args', 'type'],
    [{ type: 'a', args: [], queue: 7 }, 400, 'queue', 'type'],
    [{ type: 'a', args: [], options: { queue: '../x' } }, 400, 'options.queue', 'format'],
    [{ type: 'a', args: [], queue: '_ojs_audit' }, 400, 'queue', 'format'],
    [{ type: 'a', args: [], options: [], queue: 'untouched' }, 400, 'options', 'type'],
    [{ type: 'a', args: [], queue: 'untouched', X_: 1 }, 422, 'X_', 'unknown'],
    [{ type: 'a', args: [], queue: 'untouched', retry: { max_attempts: -1 } }, 422, 'retry.max_attempts', 'min'],
  ])('%j', async (body, status, field, rule) => {
    const error = await refusedWithout(body, status, 'invalid_request');
    expect(error).toMatchObject({
      type: 'validation_error',
      details: { field, rule },
      message: expect.stringContaining(field),
    });
  });

  it.each([null, [], 'text', 7, true])('%j instead of an object', async (body) => {
    expectRefusal(await enqueue(JSON.stringify(body)), 400, 'invalid_request');
  });
});

describe('a batch', () => {
  const batch = (jobs: unknown, more: object = {}) =>
    ojs.send('POST', '/ojs/v1/jobs/batch', { key: producer, body: { jobs, ...more } });
  const good = { type: 'a', args: [], queue: 'untouched' };

  it('is refused whole where one job breaks a rule, and says which', async () => {
    const answer = await batch([good, { args: [], queue: 'untouched' }, good]);
    expectRefusal(answer, 400, 'invalid_request');
    expect(answer.body.error).toMatchObject({
      message: 'jobs[1].type: is required',
      details: { index: 1, field: 'type', rule: 'required' },
    });
    expect((await ojs.send('GET', '/ojs/v1/queues/untouched/stats', { key: admin })).status).toBe(404);
  });

  it.each([
    [[], 400],
    [undefined, 400],
    [{}, 400],
    [[7], 400],
    [Array(1_001).fill(good), 422],
  ])('of %j is refused', async (jobs, status) => expectRefusal(await batch(jobs), status, 'invalid_request'));

  it('has no other attributes', async () => expectRefusal(await batch([good], { queue: 'x' }), 422, 'invalid_request'));

  it('refuses one id twice, and an id that exists, with nothing stored', async () => {
    const own = { ...good, queue: 'ids', id: '019539a4-0000-7000-8000-aaaaaaaaaaaa' };
    expect((await enqueue(own)).status).toBe(201);
    const again = await batch([{ ...good, id: '019539a4-0000-7000-8000-bbbbbbbbbbbb' }, own]);
    expectRefusal(again, 409, 'duplicate');
    expect(again.body.error.details).toEqual({ existing_job_id: own.id, index: 1 });
    expectRefusal(
      await ojs.send('GET', '/ojs/v1/jobs/019539a4-0000-7000-8000-bbbbbbbbbbbb', { key: producer }),
      404,
      'not_found',
    );
    const twice = { ...good, id: '019539a4-0000-7000-8000-cccccccccccc' };
    expectRefusal(await batch([twice, twice]), 409, 'duplicate');
  });
});

describe('sizes', () => {
  it('args of 1 MiB are stored and one byte more is refused with both sizes', async () => {
    const argsOf = (bytes: number) => ['é'.repeat((bytes - 4) / 2)];
    expect((await enqueue({ type: 'a', args: argsOf(1_048_576), queue: 'big' })).status).toBe(201);
    const answer = await enqueue({ type: 'a', args: [`${argsOf(1_048_576)[0]}x`], queue: 'untouched' });
    expectRefusal(answer, 413, 'payload_too_large');
    expect(answer.body.error.details).toEqual({ field: 'args', actual_bytes: 1_048_577, max_bytes: 1_048_576 });
  });

  it('meta of 64 KiB is stored and one byte more is refused', async () => {
    const metaOf = (bytes: number) => ({ a: 'x'.repeat(bytes - 8) });
    expect((await enqueue({ type: 'a', args: [], queue: 'big', meta: metaOf(65_536) })).status).toBe(201);
    const answer = await enqueue({ type: 'a', args: [], queue: 'untouched', meta: metaOf(65_537) });
    expectRefusal(answer, 413, 'payload_too_large');
    expect(answer.body.error.details).toEqual({ field: 'meta', actual_bytes: 65_537, max_bytes: 65_536 });
  });
});

describe('queries', () => {
  it.each([
    'limit=0',
    'limit=-1',
    'limit=1e9',
    'limit=NaN',
    'limit=1&limit=2',
    'limit[]=1',
    'limit=',
    'offset=-1',
    'offset=0.5',
    'cursor=!!',
    'cursor=AAAA',
    'page=2',
    Array.from({ length: 200 }, (_, i) => `a${i}=1`).join('&'),
  ])('/queues?%s is 400', async (query) =>
    expectRefusal(await ojs.send('GET', `/ojs/v1/queues?${query}`, { key: admin }), 400, 'invalid_request'),
  );
  it.each(['queue=a&queue=b', 'queue=_ojs_x', 'queue=a%0a', 'cursor=AAAA'])('/dead-letter?%s is 400', async (query) =>
    expectRefusal(await ojs.send('GET', `/ojs/v1/dead-letter?${query}`, { key: admin }), 400, 'invalid_request'),
  );
  it.each(['types=job.nothing', 'types=', 'queues=a,,b', 'after=evt_x', 'limit=1001'])(
    '/events?%s is 400',
    async (query) =>
      expectRefusal(await ojs.send('GET', `/ojs/v1/events?${query}`, { key: admin }), 400, 'invalid_request'),
  );
  it.each(['wait_ms=-1', 'wait_ms=x', 'wait_ms=1.5'])('/jobs/ID?%s is 400', async (query) =>
    expectRefusal(await ojs.send('GET', `/ojs/v1/jobs/${id}?${query}`, { key: admin }), 400, 'invalid_request'),
  );
  it('a credential in the query is not one', async () =>
    expectRefusal(await ojs.send('GET', `/ojs/v1/queues?access_token=${admin}`), 401, 'unauthenticated'));
  it('beside a real one it is ignored and recorded', async () => {
    expect((await ojs.send('GET', '/ojs/v1/queues?access_token=x', { key: admin })).status).toBe(200);
    const flagged = (await ojs.audit()).filter(({ event_type }) => event_type === 'auth.query_credential');
    // Of the test before as well: also where nobody is let in.
    expect(flagged).toHaveLength(2);
  });
});

describe('worker requests', () => {
  const post = (operation: string, body: unknown) =>
    ojs.send('POST', `/ojs/v1/workers/${operation}`, { key: worker, body });
  it.each([
    ['fetch', {}, 'queues'],
    ['fetch', { queues: [] }, 'queues'],
    ['fetch', { queues: ['a b'] }, 'queues[0]'],
    ['fetch', { queues: ['_ojs_x'] }, 'queues[0]'],
    ['fetch', { queues: ['a'], count: 0 }, 'count'],
    ['fetch', { queues: ['a'], count: 101 }, 'count'],
    ['fetch', { queues: ['a'], worker_id: 'a b' }, 'worker_id'],
    ['fetch', { queues: ['a'], visibility_timeout_ms: -1 }, 'visibility_timeout_ms'],
    ['fetch', { queues: ['a'], visibility_timeout_ms: 1.5 }, 'visibility_timeout_ms'],
    ['ack', {}, 'job_id'],
    ['ack', { job_id: 'x' }, 'job_id'],
    ['nack', { job_id: id }, 'error'],
    ['nack', { job_id: id, error: {} }, 'error.message'],
    ['nack', { job_id: id, error: { message: 'm' } }, 'error.code'],
    ['heartbeat', {}, 'worker_id'],
    ['heartbeat', { worker_id: 'w', active_job_ids: Array(1_001).fill(id) }, 'active_job_ids'],
  ])('%s %j is refused by %s', async (operation, body, field) => {
    const answer = await post(operation, body);
    expectRefusal(answer, 400, 'invalid_request');
    expect(answer.body.error.details.field).toBe(field);
  });

  it('a lease longer than a day is cut, not refused', async () => {
    await enqueue({ type: 'a', args: [], queue: 'leases' });
    const before = Date.now();
    const { body } = await post('fetch', { queues: ['leases'], visibility_timeout_ms: 1e12 });
    const lease = Date.parse(body.jobs[0].lease_expires_at) - before;
    expect(lease).toBeLessThanOrEqual(86_400_000 + 10_000);
  });
});

describe('ids', () => {
  it.each(['nonsense', '00000000-0000-0000-0000-000000000000', '%00', 'a%0d%0ab', id])(
    'the job %s does not exist',
    async (given) => {
      for (const method of ['GET', 'DELETE'])
        expectRefusal(await ojs.send(method, `/ojs/v1/jobs/${given}`, { key: admin }), 404, 'not_found');
      const answer = await ojs.send('GET', `/ojs/v1/jobs/${given}`, { key: admin });
      expect(answer.body.error).toMatchObject({
        hint: expect.any(String),
        docs_url: expect.any(String),
        retryable: false,
      });
    },
  );
});
