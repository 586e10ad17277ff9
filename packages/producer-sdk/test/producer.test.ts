import { inspect } from 'node:util';
import { afterEach, describe, expect, expectTypeOf, it, vi } from 'vitest';
import { z } from 'zod';
import {
  type Arrived,
  type Reply,
  type Respond,
  refusal,
  type Stub,
  startStub,
} from '../../client/test/stub-server.ts';
import {
  createProducer,
  defineJob,
  type Job,
  JobCancelledError,
  JobFailedError,
  OjsConfigurationError,
  OjsTimeoutError,
  OjsValidationError,
  type Producer,
  uuidv7,
} from '../src/index.ts';

const KEY = 'ojs_prod_id_canary-secret';
const sendEmail = defineJob('email.send', z.object({ to: z.email() }), {
  queue: 'email',
  result: z.object({ messageId: z.string() }),
});
const cleanUp = defineJob('clean.up', { args: z.tuple([]) });
const to = { to: 'user@example.com' };
const stops: (() => Promise<void>)[] = [];

afterEach(async () => {
  vi.unstubAllEnvs();
  for (const stop of stops.splice(0).reverse()) await stop();
});

async function setUp(respond: Respond): Promise<{ server: Stub; producer: Producer }> {
  const server = await startStub(respond);
  const producer = createProducer({ url: server.url, ca: server.ca, credential: KEY });
  stops.push(server.stop, () => producer.close());
  return { server, producer };
}

const record = (more: Partial<Job> = {}): Job => ({
  specversion: '1.0',
  id: uuidv7(),
  type: 'email.send',
  queue: 'email',
  state: 'available',
  args: [to],
  meta: {},
  priority: 0,
  attempt: 0,
  max_attempts: 3,
  created_at: '2026-01-01T00:00:00.000Z',
  ...more,
});
const asStored = ({ id, type, args, options }: Arrived['body']): Job =>
  record({ id, type, args, queue: options.queue ?? 'default' });
const created = ({ body }: Arrived): Reply => ({ status: 201, json: { job: asStored(body) } });
const ok = (job: Job): Reply => ({ status: 200, json: { job } });
/** Answers one after the other; the last one again and again. */
const inTurn = (...replies: (Reply | Respond)[]): Respond => {
  let next = 0;
  return (request) => {
    const reply = replies[Math.min(next++, replies.length - 1)] as Reply | Respond;
    return typeof reply === 'function' ? reply(request) : reply;
  };
};
const failing = (promise: Promise<unknown>): Promise<Error> =>
  promise.then(
    () => expect.fail('it should have failed'),
    (error: unknown) => error as Error,
  );

describe('enqueue', () => {
  it('sends one job and returns its handle', async () => {
    const { server, producer } = await setUp(created);
    const handle = await producer.enqueue(sendEmail, to, { priority: 3 });
    expectTypeOf(handle.result).returns.resolves.toEqualTypeOf<{ messageId: string }>();
    expect(handle.job).toMatchObject({ id: handle.id, state: 'available' });
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]).toMatchObject({
      method: 'POST',
      path: '/ojs/v1/jobs',
      body: { id: handle.id, type: 'email.send', args: [to], options: { queue: 'email', priority: 3 } },
    });
  });

  it('sends nothing that does not fit the schema', async () => {
    const { server, producer } = await setUp(created);
    // @ts-expect-error `to` must be a string: found when compiling, and again when running
    expect(await failing(producer.enqueue(sendEmail, { to: 7 }))).toBeInstanceOf(OjsValidationError);
    expect(await failing(producer.enqueue(sendEmail, { to: 'nobody' }))).toBeInstanceOf(OjsValidationError);
    expect(server.requests).toEqual([]);
  });

  it('refuses a schema that a worker could not accept again', async () => {
    const { server, producer } = await setUp(created);
    const length = defineJob(
      'length',
      z.string().transform((text) => text.length),
    );
    expect((await failing(producer.enqueue(length, 'four'))).message).toMatch(/Transform the value in the handler/);
    expect(server.requests).toEqual([]);
  });

  it('refuses what JSON cannot say, without repeating it', async () => {
    const { producer } = await setUp(created);
    const big = defineJob('big', z.unknown());
    expect(await failing(producer.enqueue(big, { n: 12345n }))).toBeInstanceOf(OjsValidationError);
  });

  it('repeats a request whose answer was lost with the same id', async () => {
    const { server, producer } = await setUp(inTurn('cut', created));
    const { id } = await producer.enqueue(sendEmail, to);
    expect(server.requests.map(({ body }) => body.id)).toEqual([id, id]);
  });

  it('takes "duplicate" after a lost answer for the success that it is', async () => {
    let stored: Job | undefined;
    const { server, producer } = await setUp((request) => {
      if (request.method === 'GET') return ok(stored as Job);
      if (stored) return refusal(409, 'duplicate');
      stored = asStored(request.body);
      return 'cut';
    });
    const handle = await producer.enqueue(sendEmail, to);
    expect(handle.job).toEqual(stored);
    expect(server.requests.map(({ method }) => method)).toEqual(['POST', 'POST', 'GET']);
  });

  it('does so also where the credential may not inspect', async () => {
    const { producer } = await setUp(inTurn('cut', refusal(409, 'duplicate'), refusal(404, 'not_found')));
    expect((await producer.enqueue(sendEmail, to)).job).toMatchObject({ type: 'email.send', queue: 'email' });
  });

  it('but not where another job is the same: then nothing was stored', async () => {
    const duplicate = refusal(409, 'duplicate', { details: { uniqueness_key: '0'.repeat(64) } });
    const { producer } = await setUp(inTurn('cut', duplicate, refusal(404, 'not_found')));
    expect(await failing(producer.enqueue(sendEmail, to))).toMatchObject({ code: 'duplicate' });
  });

  it('reports "duplicate" at the first try: somebody else has that id', async () => {
    const { producer } = await setUp(() => refusal(409, 'duplicate'));
    expect(await failing(producer.enqueue(sendEmail, to, { id: uuidv7() }))).toMatchObject({ code: 'duplicate' });
  });

  it('reports "duplicate" for an id of the caller that belongs to another job', async () => {
    const { producer } = await setUp(inTurn('cut', refusal(409, 'duplicate'), ok(record({ type: 'other' }))));
    expect(await failing(producer.enqueue(sendEmail, to, { id: uuidv7() }))).toMatchObject({ code: 'duplicate' });
  });
});

describe('jobs enqueued at the same time', () => {
  const many = (producer: Producer, count: number) =>
    Promise.allSettled(
      Array.from({ length: count }, (_, n) => producer.enqueue(sendEmail, { to: `u${n}@example.com` })),
    );
  const mailOf = (job: { args: unknown[] }): string => (job.args[0] as { to: string }).to;

  it('travel together, and each caller gets its own', async () => {
    const { server, producer } = await setUp(({ path, body }) =>
      path.endsWith('/batch')
        ? { status: 201, json: { jobs: body.jobs.map(asStored), count: body.jobs.length } }
        : { status: 201, json: { job: asStored(body) } },
    );
    const settled = await many(producer, 50);
    const mails = settled.map((each) => (each.status === 'fulfilled' ? mailOf(each.value.job) : each.reason));
    expect(mails).toEqual(Array.from({ length: 50 }, (_, n) => `u${n}@example.com`));
    expect(server.requests.length).toBeLessThan(10);
  });

  it('do not share the refusal of one of them', async () => {
    const bad = 'u20@example.com';
    const accepted = new Set<string>();
    const { producer } = await setUp(({ path, body }) => {
      const jobs = (path.endsWith('/batch') ? body.jobs : [body]).map(asStored) as Job[];
      if (jobs.some((job) => mailOf(job) === bad)) return refusal(422, 'invalid_request');
      for (const job of jobs) accepted.add(job.id);
      return { status: 201, json: path.endsWith('/batch') ? { jobs, count: jobs.length } : { job: jobs[0] } };
    });
    const settled = await many(producer, 50);
    const refused = settled.flatMap((each, n) => (each.status === 'rejected' ? [n] : []));
    expect(refused).toEqual([20]);
    expect(accepted.size).toBe(49);
  });

  it('are each there once when the answer to all of them was lost', async () => {
    const known = new Map<string, Job>();
    let lost = 0;
    const { producer } = await setUp(({ method, path, body }) => {
      if (method === 'GET') return ok(known.get(path.split('/').at(-1) as string) as Job);
      const jobs = (path.endsWith('/batch') ? body.jobs : [body]).map(asStored) as Job[];
      if (jobs.some((job) => known.has(job.id))) return refusal(409, 'duplicate');
      for (const job of jobs) known.set(job.id, job);
      if (path.endsWith('/batch') && lost++ === 0) return 'cut';
      return { status: 201, json: path.endsWith('/batch') ? { jobs, count: jobs.length } : { job: jobs[0] } };
    });
    const settled = await many(producer, 30);
    expect(settled.every(({ status }) => status === 'fulfilled')).toBe(true);
    expect(known.size).toBe(30);
  });
});

describe('enqueueMany', () => {
  const stored = ({ body }: Arrived): Reply => {
    const jobs = body.jobs.map(asStored);
    return { status: 201, json: { jobs, count: jobs.length } };
  };

  it('sends jobs of several types in one request, and types each handle', async () => {
    const { server, producer } = await setUp(stored);
    const handles = await producer.enqueueMany([
      { job: sendEmail, input: to },
      { job: cleanUp, input: [], options: { queue: 'low' } },
    ]);
    expectTypeOf(handles[0].result).returns.resolves.toEqualTypeOf<{ messageId: string }>();
    expect(handles.map(({ job }) => [job.type, job.queue])).toEqual([
      ['email.send', 'email'],
      ['clean.up', 'low'],
    ]);
    expect(server.requests.map(({ path }) => path)).toEqual(['/ojs/v1/jobs/batch']);
  });

  it('takes lists made by map', async () => {
    const { producer } = await setUp(stored);
    const handles = await producer.enqueueMany(
      ['a@example.com', 'b@example.com'].map((to) => ({ job: sendEmail, input: { to } })),
    );
    expectTypeOf(handles[0]!.result).returns.resolves.toEqualTypeOf<{ messageId: string }>();
    expect(handles).toHaveLength(2);
  });

  it('sends nothing when one does not fit', async () => {
    const { server, producer } = await setUp(stored);
    const entries = [to, { to: 'nobody' }].map((input) => ({ job: sendEmail, input }));
    expect(await failing(producer.enqueueMany(entries))).toBeInstanceOf(OjsValidationError);
    expect(server.requests).toEqual([]);
  });

  it('refuses more than 1,000, because they would not be all or none', async () => {
    const { server, producer } = await setUp(stored);
    const entries = Array.from({ length: 1_001 }, () => ({ job: sendEmail, input: to }));
    expect((await failing(producer.enqueueMany(entries))).message).toMatch(/split the 1001/);
    expect(server.requests).toEqual([]);
  });

  it('sends nothing for no jobs', async () => {
    const { server, producer } = await setUp(stored);
    expect(await producer.enqueueMany([])).toEqual([]);
    expect(server.requests).toEqual([]);
  });

  it('takes "duplicate" after a lost answer for the success that it is', async () => {
    const known = new Map<string, Job>();
    const { producer } = await setUp((request) => {
      if (request.method === 'GET') return ok(known.get(request.path.split('/').at(-1) as string) as Job);
      if (known.size > 0) return refusal(409, 'duplicate');
      for (const each of request.body.jobs) known.set(each.id, asStored(each));
      return 'cut';
    });
    const entries = Array.from({ length: 20 }, () => ({ job: sendEmail, input: to }));
    const handles = await producer.enqueueMany(entries);
    expect(handles.map(({ job }) => job)).toEqual([...known.values()]);
  });
});

describe('result', () => {
  const over = (more: Partial<Job>): Respond => inTurn(created, ok(record({ state: 'active' })), ok(record(more)));

  it('waits by long polls until the job is completed, and checks what comes', async () => {
    const { server, producer } = await setUp(over({ state: 'completed', result: { messageId: 'm1', more: 1 } }));
    const handle = await producer.enqueue(sendEmail, to);
    expect(await handle.result()).toEqual({ messageId: 'm1' });
    expect(server.requests.slice(1).map(({ path }) => path)).toEqual(
      Array(2).fill(`/ojs/v1/jobs/${handle.id}?wait_ms=25000`),
    );
  });

  it('rejects one that does not fit the definition', async () => {
    const { producer } = await setUp(over({ state: 'completed', result: { canary: 1 } }));
    const handle = await producer.enqueue(sendEmail, to);
    expect(await failing(handle.result())).toMatchObject({ name: 'OjsValidationError', code: 'invalid_result' });
  });

  it('rejects with what went wrong when the job has failed', async () => {
    const error = { type: 'TypeError', code: 'handler_error', message: 'boom', attempt: 3, occurred_at: '' };
    const { producer } = await setUp(over({ state: 'discarded', error, errors: [error], args: ['canary'] }));
    const failed = await failing((await producer.enqueue(sendEmail, to)).result());
    expect(failed).toBeInstanceOf(JobFailedError);
    expect(failed).toMatchObject({ code: 'handler_error', job: { state: 'discarded' }, errors: [error] });
    expect(failed.message).toContain('boom');
    expect(inspect(failed, { depth: 9 }) + JSON.stringify(failed)).not.toContain('canary');
  });

  it('rejects when the job was cancelled', async () => {
    const { producer } = await setUp(over({ state: 'cancelled' }));
    expect(await failing((await producer.enqueue(sendEmail, to)).result())).toBeInstanceOf(JobCancelledError);
  });

  it('ends with its time, and the job goes on', async () => {
    const { server, producer } = await setUp(inTurn(created, ok(record({ state: 'active' }))));
    const handle = await producer.enqueue(sendEmail, to);
    expect(await failing(handle.result({ timeoutMs: 30 }))).toBeInstanceOf(OjsTimeoutError);
    expect(server.requests[1]?.path).toMatch(/wait_ms=([12]?\d|30)$/);
  });

  it('ends with its signal', async () => {
    const { server, producer } = await setUp(inTurn(created, 'hang'));
    const controller = new AbortController();
    const result = failing((await producer.enqueue(sendEmail, to)).result({ signal: controller.signal }));
    const poll = await server.seen(({ method }) => method === 'GET');
    controller.abort(new Error('no longer interested'));
    expect((await result).message).toBe('no longer interested');
    await poll.gone;
  });

  it('can be waited for by id, in another process', async () => {
    const job = record({ state: 'completed', result: { messageId: 'm1' } });
    const { producer } = await setUp(() => ok(job));
    expect(await producer.result(sendEmail, job.id)).toEqual({ messageId: 'm1' });
  });
});

describe('cancel', () => {
  it('cancels', async () => {
    const job = record({ state: 'cancelled' });
    const { server, producer } = await setUp(() => ok(job));
    expect((await producer.cancel(job.id)).state).toBe('cancelled');
    expect(server.requests[0]).toMatchObject({ method: 'DELETE', path: `/ojs/v1/jobs/${job.id}` });
  });

  it('takes "conflict" after a lost answer for success, if the job is cancelled', async () => {
    const { producer } = await setUp(inTurn('cut', refusal(409, 'conflict'), ok(record({ state: 'cancelled' }))));
    expect((await producer.cancel(uuidv7())).state).toBe('cancelled');
  });

  it('reports a conflict with a job that was over', async () => {
    const { producer } = await setUp(inTurn('cut', refusal(409, 'conflict'), ok(record({ state: 'completed' }))));
    expect(await failing(producer.cancel(uuidv7()))).toMatchObject({ code: 'conflict' });
  });
});

describe('createProducer', () => {
  it('takes url, credential and authority from the environment', async () => {
    const server = await startStub(created);
    vi.stubEnv('OJS_URL', server.url);
    vi.stubEnv('OJS_SECRET_API_KEY', KEY);
    vi.stubEnv('OJS_CA_FILE', server.ca);
    await using producer = createProducer();
    stops.push(server.stop);
    await producer.enqueue(sendEmail, to);
    expect(server.requests[0]?.headers.authorization).toBe(`Bearer ${KEY}`);
  });

  it('says what is missing', () => {
    vi.stubEnv('OJS_URL', undefined);
    expect(() => createProducer()).toThrow(OjsConfigurationError);
  });

  it('is not printed with its credential', async () => {
    const { producer } = await setUp(created);
    expect(inspect(producer, { depth: 9, showHidden: true }) + JSON.stringify(producer)).not.toContain('canary');
  });
});
