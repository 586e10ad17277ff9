import { inspect } from 'node:util';
import { afterEach, describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { refusal } from '../../client/test/stub-server.ts';
import {
  createWorker,
  defineJob,
  JobAbortedError,
  type JobContext,
  NonRetryableError,
  OjsConfigurationError,
  type Worker,
  type WorkerEvent,
  type WorkerOptions,
} from '../src/index.ts';
import { type Backend, beat, jobOf, outcomes, startBackend } from './backend.ts';

const KEY = 'ojs_work_id_canary-secret';
const greet = defineJob('greet', z.object({ name: z.string() }), { result: z.object({ text: z.string() }) });
const plain = defineJob('plain', z.unknown());
const stops: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

interface SetUp {
  backend: Backend;
  worker: Worker;
  /** Resolves with the first event of a type, past or future. */
  told: <T extends WorkerEvent['type']>(type: T) => Promise<Extract<WorkerEvent, { type: T }>>;
}

async function setUp(options: WorkerOptions = {}): Promise<SetUp> {
  const backend = await startBackend();
  const events: WorkerEvent[] = [];
  let watchers: ((event: WorkerEvent) => boolean)[] = [];
  const worker = createWorker({
    url: backend.url,
    ca: backend.ca,
    credential: KEY,
    onEvent: (event) => {
      events.push(event);
      watchers = watchers.filter((watch) => !watch(event));
    },
    ...options,
  });
  stops.push(backend.stop, () => worker.stop({ graceMs: 0 }));
  const told = <T extends WorkerEvent['type']>(type: T) =>
    new Promise<Extract<WorkerEvent, { type: T }>>((resolve) => {
      const watch = (event: WorkerEvent): boolean => {
        if (event.type === type) resolve(event as Extract<WorkerEvent, { type: T }>);
        return event.type === type;
      };
      if (!events.some(watch)) watchers.push(watch);
    });
  return { backend, worker, told };
}

/** A handler that goes on until its signal fires, and tells why it did. */
function untilAborted(): {
  handler: (input: unknown, context: JobContext) => Promise<never>;
  reason: Promise<unknown>;
} {
  let heard!: (reason: unknown) => void;
  const reason = new Promise((resolve) => {
    heard = resolve;
  });
  const handler = (_: unknown, { signal }: JobContext) =>
    new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        heard(signal.reason);
        reject(signal.reason);
      });
    });
  return { handler, reason };
}

describe('a job', () => {
  it('is handed to its handler and acknowledged with the result', async () => {
    const { backend, worker } = await setUp({ queues: ['a', 'b'], concurrency: 3 });
    let seen: JobContext | undefined;
    worker.handle(greet, ({ name }, context) => {
      expectTypeOf(name).toEqualTypeOf<string>();
      seen = context;
      return { text: `Hello ${name}` };
    });
    worker.start();
    const job = jobOf('greet', [{ name: 'Ada' }], { attempt: 2, meta: { trace: 't' } });
    backend.push(job);
    const ack = await backend.heard('ack');
    expect(ack.body).toEqual({ job_id: job.id, worker_id: worker.id, attempt: 2, result: { text: 'Hello Ada' } });
    expect(seen).toMatchObject({ id: job.id, type: 'greet', attempt: 2, maxAttempts: 3, meta: { trace: 't' } });
    expect(backend.bodies('fetch')[0]).toEqual({
      queues: ['a', 'b'],
      count: 3,
      worker_id: worker.id,
      visibility_timeout_ms: 60_000,
      wait_ms: 25_000,
    });
  });

  it('whose arguments do not fit fails for good, without its values being told', async () => {
    const { backend, worker } = await setUp();
    worker.handle(greet, () => expect.fail('it must not run')).start();
    backend.push(jobOf('greet', [{ name: ['canary'] }]));
    const { body } = await backend.heard('nack');
    expect(body.error).toMatchObject({
      code: 'invalid_payload',
      retryable: false,
      details: { paths: ['args/0/name'] },
    });
    expect(JSON.stringify(body)).not.toContain('canary');
  });

  it('whose result does not fit fails for good', async () => {
    const { backend, worker } = await setUp();
    worker.handle(greet, () => ({}) as { text: string }).start();
    backend.push(jobOf('greet', [{ name: 'Ada' }]));
    expect((await backend.heard('nack')).body.error).toMatchObject({ code: 'invalid_result', retryable: false });
  });

  it('of a type that nobody here knows is left to another worker', async () => {
    const { backend, worker } = await setUp();
    worker.handle(greet, () => ({ text: '' })).start();
    backend.push(jobOf('other', []));
    const { body } = await backend.heard('nack');
    expect(body.error.code).toBe('unknown_job_type');
    expect(body.error.retryable).not.toBe(false);
    expect(body.requeue).toBeUndefined();
  });

  it('whose handler throws fails with the class, the message and where', async () => {
    class CardDeclined extends Error {}
    const { backend, worker, told } = await setUp();
    worker
      .handle(plain, () => {
        throw new CardDeclined('no money');
      })
      .start();
    backend.push(jobOf('plain', [1]));
    const { body } = await backend.heard('nack');
    expect(body).toMatchObject({ attempt: 1, worker_id: worker.id });
    expect(body.error).toMatchObject({
      code: 'handler_error',
      type: 'CardDeclined',
      message: 'no money',
      details: { error_class: 'CardDeclined' },
    });
    expect(body.error.backtrace[0]).toMatch(/^at .*worker\.test/);
    expect(body.error.retryable).toBeUndefined();
    expect((await told('job.failed')).error).toBeInstanceOf(CardDeclined);
  });

  it('whose handler throws NonRetryableError, or a class of it, fails for good', async () => {
    class Gone extends NonRetryableError {}
    const { backend, worker } = await setUp();
    worker
      .handle(plain, () => {
        throw new Gone('never');
      })
      .start();
    backend.push(jobOf('plain', [1]));
    expect((await backend.heard('nack')).body.error).toMatchObject({ type: 'Gone', retryable: false });
  });
});

describe('the signal of a handler', () => {
  it('fires when the attempt takes longer than the job’s timeout, and the server hears of it', async () => {
    const { backend, worker } = await setUp();
    const { handler, reason } = untilAborted();
    worker.handle(plain, handler).start();
    backend.push(jobOf('plain', [1], { timeout_ms: 20 }));
    expect(await reason).toMatchObject({ name: 'JobAbortedError', reason: 'timeout' });
    expect((await backend.heard('nack')).body.error).toMatchObject({ code: 'timeout' });
    expect(backend.bodies('nack')).toHaveLength(1);
  });

  it('fires when the server says that the lease is lost, and nothing is told of that attempt', async () => {
    const { backend, worker, told } = await setUp({ heartbeatMs: 100 });
    const { handler, reason } = untilAborted();
    worker.handle(plain, handler).start();
    backend.on('heartbeat', ({ body }) => beat({ jobs_lost: body.active_jobs }));
    backend.push(jobOf('plain', [1]));
    const why = await reason;
    expect(why).toBeInstanceOf(JobAbortedError);
    expect(why).toMatchObject({ reason: 'lease_lost' });
    await told('job.lost');
    await worker.stop();
    expect([...backend.bodies('ack'), ...backend.bodies('nack')]).toEqual([]);
  });

  it('fires when the lease has ended because no heartbeat got through', async () => {
    const { backend, worker } = await setUp({ leaseMs: 1_000, heartbeatMs: 100 });
    const { handler, reason } = untilAborted();
    worker.handle(plain, handler).start();
    backend.on('heartbeat', () => refusal(503, 'backend_unavailable'));
    backend.push(jobOf('plain', [1]));
    expect(await reason).toMatchObject({ reason: 'lease_lost' });
  });

  it('fires when the grace period of a stop is over, and the job is given back', async () => {
    const { backend, worker, told } = await setUp();
    const { handler, reason } = untilAborted();
    worker.handle(plain, handler).start();
    const job = jobOf('plain', [1]);
    backend.push(job);
    await told('job.started');
    await worker.stop({ graceMs: 0 });
    expect(await reason).toMatchObject({ reason: 'shutdown' });
    expect(backend.bodies('nack')).toEqual([
      {
        ...{ job_id: job.id, worker_id: worker.id, attempt: 1, requeue: true },
        error: { type: 'ShutdownError', code: 'shutdown', message: expect.any(String), retryable: true },
      },
    ]);
  });

  it('has fired already for a handler that looks late', async () => {
    const { backend, worker } = await setUp();
    let late!: (signal: AbortSignal) => void;
    const signal = new Promise<AbortSignal>((resolve) => {
      late = resolve;
    });
    worker
      .handle(plain, async (_, context) => {
        await backend.heard('nack');
        late(context.signal);
      })
      .start();
    backend.push(jobOf('plain', [1], { timeout_ms: 20 }));
    expect((await signal).reason).toMatchObject({ reason: 'timeout' });
  });
});

describe('heartbeats', () => {
  it('extend the leases of all active jobs in one request, and say what the worker is doing', async () => {
    const { backend, worker } = await setUp({ heartbeatMs: 100, leaseMs: 30_000 });
    worker.handle(plain, untilAborted().handler).start();
    const jobs = [jobOf('plain', [1]), jobOf('plain', [2])];
    backend.push(...jobs);
    const { body } = await backend.heard('heartbeat', (each) => each.active_jobs.length === 2);
    expect(body).toEqual({
      worker_id: worker.id,
      state: 'running',
      active_jobs: jobs.map(({ id }) => id),
      visibility_timeout_ms: 30_000,
    });
  });

  it('come in time for a lease that the server made short', async () => {
    const { backend, worker } = await setUp({ heartbeatMs: 60_000 });
    worker.handle(plain, untilAborted().handler).start();
    const lease = { started_at: '2026-01-01T00:00:00.000Z', lease_expires_at: '2026-01-01T00:00:00.300Z' };
    backend.push(jobOf('plain', [1], lease));
    await backend.heard('heartbeat');
  });

  it('can be asked for by a handler, which learns that its lease is lost', async () => {
    const { backend, worker } = await setUp();
    backend.on('heartbeat', ({ body }) => beat({ jobs_lost: body.active_jobs }));
    let heard!: (error: unknown) => void;
    const error = new Promise((resolve) => {
      heard = resolve;
    });
    worker.handle(plain, (_, context) => context.heartbeat().catch(heard)).start();
    backend.push(jobOf('plain', [1]));
    expect(await error).toMatchObject({ reason: 'lease_lost' });
  });

  it('that fail change nothing', async () => {
    const { backend, worker, told } = await setUp({ heartbeatMs: 100 });
    worker.handle(plain, () => 'done').start();
    backend.on('heartbeat', () => refusal(500, 'internal_error'));
    expect(await told('error')).toMatchObject({ operation: 'heartbeat' });
    backend.push(jobOf('plain', [1]));
    await backend.heard('ack');
    expect(worker.state).toBe('running');
  });

  it('hear at once when the worker winds down and when it goes on, long before the next beat is due', async () => {
    const { backend, worker, told } = await setUp({ heartbeatMs: 600_000 });
    worker.handle(plain, (_, { signal }) => new Promise((_, reject) => signal.addEventListener('abort', reject)));
    worker.start();
    const job = jobOf('plain', [{}]);
    backend.push(job);
    await told('job.started');
    worker.quiet();
    await backend.heard('heartbeat', ({ state, active_jobs }) => state === 'quiet' && active_jobs.includes(job.id));
    worker.resume();
    await backend.heard('heartbeat', ({ state }) => state === 'running');
    void worker.stop({ graceMs: 0 });
    await backend.heard('heartbeat', ({ state }) => state === 'terminate');
  });

  it('bring "quiet": no more fetching, active jobs finish, and resume() undoes it', async () => {
    const { backend, worker, told } = await setUp({ heartbeatMs: 100 });
    worker.handle(plain, () => 'done').start();
    const poll = await backend.heard('fetch');
    let beats = 0;
    backend.on('heartbeat', () => beat({ state: ++beats === 1 ? 'quiet' : 'running' }));
    await poll.gone;
    expect(worker.state).toBe('quiet');
    await backend.heard('heartbeat', ({ state }) => state === 'quiet');
    expect(backend.bodies('fetch')).toHaveLength(1);
    worker.resume();
    backend.push(jobOf('plain', [1]));
    await told('job.completed');
  });

  it('bring "terminate": the worker stops by itself', async () => {
    const { backend, worker } = await setUp({ heartbeatMs: 100 });
    backend.on('heartbeat', () => beat({ state: 'terminate' }));
    await worker.handle(plain, () => 'done').run();
    expect(worker.state).toBe('stopped');
  });
});

describe('telling how a job ended', () => {
  it('is repeated until the server hears it', async () => {
    const { backend, worker, told } = await setUp();
    worker.handle(plain, () => 'done').start();
    let tries = 0;
    backend.on('ack', () => (++tries < 3 ? 'cut' : { status: 200, json: {} }));
    backend.push(jobOf('plain', [1]));
    await told('job.completed');
    expect(tries).toBe(3);
  });

  it('ends when the lease is lost: another worker has the job', async () => {
    const { backend, worker, told } = await setUp();
    worker.handle(plain, () => 'done').start();
    backend.on('ack', () => refusal(409, 'conflict'));
    backend.push(jobOf('plain', [1]));
    await told('job.lost');
    expect(backend.bodies('nack')).toEqual([]);
  });

  it('takes a conflict after a lost answer for the success that it is', async () => {
    const { backend, worker, told } = await setUp();
    worker.handle(plain, () => 'done').start();
    let tries = 0;
    backend.on('ack', () => (++tries === 1 ? 'cut' : refusal(409, 'conflict')));
    backend.push(jobOf('plain', [1]));
    await told('job.completed');
  });

  it('ends with the lease, when the server cannot be told', async () => {
    const { backend, worker, told } = await setUp({ leaseMs: 1_000, heartbeatMs: 60_000 });
    worker.handle(plain, () => 'done').start();
    backend.on('heartbeat', () => 'cut');
    backend.on('ack', () => 'cut');
    backend.push(jobOf('plain', [1]));
    await told('job.lost');
  });

  it('of a result that the server will never take fails the job instead of losing it', async () => {
    const { backend, worker, told } = await setUp();
    worker.handle(plain, () => 'far too much').start();
    backend.on('ack', () => refusal(413, 'payload_too_large'));
    backend.push(jobOf('plain', [1]));
    expect((await backend.heard('nack')).body.error).toMatchObject({ code: 'outcome_refused', retryable: false });
    expect((await told('job.failed')).error).toMatchObject({ code: 'payload_too_large' });
  });

  it('of a result that JSON cannot say fails the job', async () => {
    const { backend, worker } = await setUp();
    worker.handle(plain, () => 1n).start();
    backend.push(jobOf('plain', [1]));
    expect((await backend.heard('nack')).body.error).toMatchObject({ code: 'outcome_refused', retryable: false });
  });
});

describe('telling how jobs ended that ended together', () => {
  const ended = (worker: Worker) => worker.handle(plain, () => 'done').start();

  it('takes one request', async () => {
    const { backend, worker, told } = await setUp();
    ended(worker);
    const jobs = [1, 2, 3].map((n) => jobOf('plain', [n]));
    backend.push(...jobs);
    await told('job.completed');
    expect(backend.acked()).toEqual(
      jobs.map(({ id }) => ({ job_id: id, worker_id: worker.id, attempt: 1, result: 'done' })),
    );
    expect(backend.bodies('acks')).toHaveLength(1);
  });

  it('is repeated for those that the server could not do, and for no others', async () => {
    const { backend, worker } = await setUp();
    ended(worker);
    const jobs = [1, 2].map((n) => jobOf('plain', [n]));
    const late = jobs[1]?.id;
    backend.on('acks', ({ body }) =>
      outcomes(body, ({ job_id }) => (job_id === late ? { code: 'backend_unavailable', retryable: true } : undefined)),
    );
    backend.push(...jobs);
    expect((await backend.heard('ack')).body.job_id).toBe(late);
    await worker.stop();
    expect(backend.bodies('acks')).toHaveLength(1);
  });

  it('takes conflicts after a lost answer for the successes that they are, and others for what they are', async () => {
    const events: WorkerEvent[] = [];
    const { backend, worker } = await setUp({ onEvent: (event) => events.push(event) });
    ended(worker);
    const jobs = [1, 2, 3].map((n) => jobOf('plain', [n]));
    const lost = jobs[2]?.id;
    const conflict = { code: 'conflict', message: 'no lease' };
    let tries = 0;
    backend.on('acks', ({ body }) => {
      if (tries++ > 0) return outcomes(body, () => conflict);
      return outcomes(body, ({ job_id }) => (job_id === lost ? conflict : { code: 'busy', retryable: true }));
    });
    backend.on('ack', () => refusal(409, 'conflict'));
    backend.push(...jobs);
    const ends = () => events.filter(({ type }) => type === 'job.completed' || type === 'job.lost');
    await expect.poll(() => ends().length).toBe(3);
    expect(ends().flatMap((event) => ('jobId' in event ? [[event.type, event.jobId]] : []))).toEqual(
      expect.arrayContaining([
        ['job.completed', jobs[0]?.id],
        ['job.completed', jobs[1]?.id],
        ['job.lost', lost],
      ]),
    );
  });

  it('is over before a stop is', async () => {
    const { backend, worker } = await setUp();
    ended(worker);
    let answer!: () => void;
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    backend.on('ack', () => answered.then(() => ({ status: 200, json: {} })));
    const jobs = [1, 2, 3].map((n) => jobOf('plain', [n]));
    backend.push(jobs[0]!);
    await backend.heard('ack');
    backend.push(...jobs.slice(1));
    await expect.poll(() => backend.bodies('fetch').length).toBeGreaterThan(2);
    const stopping = worker.stop();
    answer();
    await stopping;
    expect(new Set(backend.acked().map(({ job_id }) => job_id))).toEqual(new Set(jobs.map(({ id }) => id)));
    expect(backend.bodies('nack')).toEqual([]);
  });
});

describe('fetching', () => {
  it('takes no more jobs than there are free handlers', async () => {
    const { backend, worker } = await setUp({ concurrency: 2 });
    const releases: (() => void)[] = [];
    let running = 0;
    let most = 0;
    worker
      .handle(plain, async () => {
        most = Math.max(most, ++running);
        await new Promise<void>((resolve) => releases.push(resolve));
        running -= 1;
      })
      .start();
    const jobs = [1, 2, 3].map((n) => jobOf('plain', [n]));
    backend.push(...jobs);
    await backend.heard('fetch');
    await expect.poll(() => releases.length).toBe(2);
    expect(backend.bodies('fetch')).toHaveLength(1);
    releases.shift()?.();
    await backend.heard('fetch', ({ count }) => count === 1);
    await expect.poll(() => releases.length).toBe(2);
    for (const release of releases) release();
    await expect.poll(() => backend.acked().length).toBe(3);
    expect(most).toBe(2);
  });

  it('does not wait for the server to hear how the last jobs ended', async () => {
    const { backend, worker } = await setUp({ concurrency: 1 });
    worker.handle(plain, () => 'done').start();
    let answer!: () => void;
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    backend.on('ack', () => answered.then(() => ({ status: 200, json: {} })));
    backend.push(jobOf('plain', [1]), jobOf('plain', [2]));
    await expect.poll(() => backend.bodies('ack').length).toBe(2);
    answer();
  });

  it('goes on when the server was away', async () => {
    const { backend, worker, told } = await setUp();
    worker.handle(plain, () => 'done').start();
    const poll = await backend.heard('fetch');
    let tries = 0;
    backend.on('fetch', () => (++tries < 2 ? 'cut' : { status: 200, json: { jobs: [jobOf('plain', [1])] } }));
    poll.cut();
    expect(await told('error')).toMatchObject({ operation: 'fetch' });
    await told('job.completed');
  });
});

describe('stop', () => {
  it('ends the poll at once and lets active jobs finish', async () => {
    const { backend, worker, told } = await setUp({ concurrency: 2 });
    let release!: () => void;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    worker.handle(plain, () => released.then(() => 'done')).start();
    backend.push(jobOf('plain', [1]));
    await told('job.started');
    const poll = await backend.heard('fetch', ({ count }) => count === 1);
    const stopping = worker.stop();
    await poll.gone;
    expect(worker.state).toBe('terminate');
    release();
    await stopping;
    expect(backend.bodies('ack')).toMatchObject([{ result: 'done' }]);
    expect(backend.bodies('nack')).toEqual([]);
    expect(worker.state).toBe('stopped');
  });

  it('gives back the job of a handler that does not listen', async () => {
    const { backend, worker, told } = await setUp();
    worker.handle(plain, () => new Promise(() => undefined)).start();
    backend.push(jobOf('plain', [1]));
    await told('job.started');
    await worker.stop({ graceMs: 0 });
    expect(backend.bodies('nack')).toMatchObject([{ requeue: true, error: { type: 'ShutdownError' } }]);
  });

  it('can be hurried', async () => {
    const { backend, worker, told } = await setUp();
    worker.handle(plain, untilAborted().handler).start();
    backend.push(jobOf('plain', [1]));
    await told('job.started');
    const stopping = worker.stop({ graceMs: 3_600_000 });
    await worker.stop({ graceMs: 0 });
    await stopping;
    expect(backend.bodies('nack')).toMatchObject([{ requeue: true }]);
  });

  it('ends also when the server is gone', async () => {
    const { backend, worker } = await setUp();
    worker.handle(plain, () => 'done').start();
    await backend.heard('fetch');
    await backend.stop();
    await worker.stop();
    expect(worker.state).toBe('stopped');
  });
});

it('a stopped worker does not start again', async () => {
  const { worker } = await setUp();
  worker.handle(plain, () => 'done');
  await worker.stop();
  expect(() => worker.start()).toThrow(/create another/);
});

describe('createWorker', () => {
  const options = { url: 'https://localhost:1', credential: KEY };

  it.each([
    [{ concurrency: 0 }, /concurrency/],
    [{ queues: [] }, /queues/],
    [{ queues: ['no spaces'] }, /queues/],
    [{ leaseMs: 10 }, /leaseMs/],
    [{ waitMs: 60_000 }, /waitMs/],
    [{ workerId: 'a b' }, /workerId/],
    [{ url: 'http://jobs.example.com' }, /Plain http/],
  ])('refuses %o', (wrong, message) => {
    expect(() => createWorker({ ...options, ...wrong })).toThrow(message);
  });

  it('refuses to start with nothing to do, and two handlers for one type', () => {
    const worker = createWorker(options);
    expect(() => worker.start()).toThrow(OjsConfigurationError);
    worker.handle(plain, () => 1);
    expect(() => worker.handle(plain, () => 2)).toThrow(/plain has a handler already/);
  });

  it('is not printed with its credential', () => {
    const shown = inspect(createWorker(options), { depth: 9, showHidden: true });
    expect(shown).not.toContain('canary');
  });
});

describe('middleware of a worker', () => {
  it('stands around each handler, and what it throws is told', async () => {
    const { backend, worker } = await setUp();
    const seen: string[] = [];
    worker.middleware.add(async ({ type }, next) => {
      seen.push(type);
      await next();
      throw new Error('after');
    });
    worker.handle(greet, () => ({ text: '' })).start();
    backend.push(jobOf('greet', [{ name: 'Ada' }]));
    expect((await backend.heard('nack')).body.error.message).toBe('after');
    expect(seen).toEqual(['greet']);
    expect(() => worker.middleware.add(() => undefined)).toThrow(OjsConfigurationError);
  });
});
