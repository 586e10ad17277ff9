import { existsSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { serverEntry, startTestServer, type TestServer } from '@ojs/dev';
import { createProducer, JobCancelledError, JobFailedError, type Producer } from '@ojs/producer-sdk';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  createWorker,
  defineJob,
  JobAbortedError,
  NonRetryableError,
  type Worker,
  type WorkerEvent,
  type WorkerOptions,
} from '../src/index.ts';

const greet = defineJob('greet', z.object({ name: z.string() }), {
  queue: 'sdk',
  result: z.object({ text: z.string() }),
});
const wait = defineJob('wait', z.string(), { queue: 'sdk' });
const fail = defineJob('fail', z.string(), {
  queue: 'sdk',
  retry: { maxAttempts: 2, initialIntervalMs: 1, jitter: false },
});

describe.skipIf(!existsSync(serverEntry))('with the real server', () => {
  let server: TestServer;
  let producer: Producer;
  let workerKey: string;
  const workers: Worker[] = [];

  beforeAll(async () => {
    server = await startTestServer();
    const [producerKey, key] = await Promise.all([
      server.createKey({ plane: 'producer', role: 'producer' }),
      server.createKey({ plane: 'worker', role: 'worker' }),
    ]);
    workerKey = key;
    producer = createProducer({ url: server.url, ca: server.ca, credential: producerKey });
  });
  afterEach(async () => {
    await Promise.all(workers.splice(0).map((worker) => worker.stop({ graceMs: 0 })));
  });
  afterAll(async () => {
    await producer?.close();
    await server?.stop();
  });

  const workerOf = (options: WorkerOptions = {}): { worker: Worker; events: WorkerEvent[] } => {
    const events: WorkerEvent[] = [];
    const worker = createWorker({
      url: server.url,
      ca: server.ca,
      credential: workerKey,
      queues: ['sdk'],
      onEvent: (event) => events.push(event),
      ...options,
    });
    workers.push(worker);
    return { worker, events };
  };
  const failing = (promise: Promise<unknown>): Promise<unknown> =>
    promise.then(
      () => expect.fail('it should have failed'),
      (error: unknown) => error,
    );

  it('a job goes from the producer to the handler, and its result comes back', async () => {
    workerOf()
      .worker.handle(greet, ({ name }) => ({ text: `Hello ${name}` }))
      .start();
    const handle = await producer.enqueue(greet, { name: 'Ada' });
    expect(await handle.result()).toEqual({ text: 'Hello Ada' });
    expect(await producer.get(handle.id)).toMatchObject({ state: 'completed', attempt: 1 });
  });

  it('a batch is done, each job once', async () => {
    const seen: string[] = [];
    const { worker, events } = workerOf({ concurrency: 50 });
    worker
      .handle(greet, ({ name }) => {
        seen.push(name);
        return { text: name };
      })
      .start();
    const names = Array.from({ length: 300 }, (_, n) => `n${n}`);
    const handles = await producer.enqueueMany(names.map((name) => ({ job: greet, input: { name } })));
    const results = await Promise.all(handles.map((handle) => handle.result()));
    expect(results.map(({ text }) => text)).toEqual(names);
    expect(seen.sort()).toEqual(names.sort());
    expect(events.filter(({ type }) => type === 'error')).toEqual([]);
  });

  it('of jobs that end together, one whose result is too large fails alone', async () => {
    workerOf()
      .worker.handle(fail, (text) => (text === 'large' ? 'x'.repeat(1_100_000) : text))
      .start();
    const inputs = ['one', 'large', 'two'];
    const handles = await producer.enqueueMany(inputs.map((input) => ({ job: fail, input })));
    const results = await Promise.all(handles.map((handle) => handle.result().catch((error: unknown) => error)));
    expect(results).toMatchObject(['one', { errors: [{ code: 'outcome_refused' }] }, 'two']);
  });

  it('a handler that throws is tried again, and fails when its attempts are used up', async () => {
    const attempts: number[] = [];
    workerOf()
      .worker.handle(fail, (text, { attempt }) => {
        attempts.push(attempt);
        throw new TypeError(text);
      })
      .start();
    const error = await failing((await producer.enqueue(fail, 'boom')).result());
    expect(error).toBeInstanceOf(JobFailedError);
    expect((error as JobFailedError).errors.map(({ type, message }) => [type, message])).toEqual(
      Array(2).fill(['TypeError', 'boom']),
    );
    expect(attempts).toEqual([1, 2]);
  });

  it('a NonRetryableError fails a job at once', async () => {
    workerOf()
      .worker.handle(fail, () => {
        throw new NonRetryableError('never');
      })
      .start();
    const error = (await failing((await producer.enqueue(fail, 'x')).result())) as JobFailedError;
    expect(error.job.attempt).toBe(1);
  });

  it('cancelling a running job aborts its handler', async () => {
    const operator = createProducer({
      url: server.url,
      ca: server.ca,
      credential: await server.createKey({ plane: 'admin', role: 'operator' }),
    });
    const { worker } = workerOf({ heartbeatMs: 100 });
    let begun!: () => void;
    const running = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const reason = new Promise((resolve) => {
      worker.handle(wait, (_, { signal }) => {
        begun();
        return new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => {
            resolve(signal.reason);
            reject(signal.reason);
          }),
        );
      });
    });
    worker.start();
    const handle = await producer.enqueue(wait, 'long');
    await running;
    await operator.cancel(handle.id);
    expect(await reason).toBeInstanceOf(JobAbortedError);
    expect(await failing(handle.result())).toBeInstanceOf(JobCancelledError);
    await operator.close();
  });

  it('a worker that stops gives its job to another at once, without counting the attempt', async () => {
    const { worker: first } = workerOf();
    const { worker: second } = workerOf();
    let begun!: () => void;
    const running = new Promise<void>((resolve) => {
      begun = resolve;
    });
    first.handle(wait, (_, { signal }) => {
      begun();
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    });
    second.handle(wait, () => 'by the second');
    first.start();
    const handle = await producer.enqueue(wait, 'long');
    await running;
    second.start();
    await first.stop({ graceMs: 0 });
    expect(await handle.result()).toBe('by the second');
  });

  it('heartbeats keep a lease that would have ended', async () => {
    const { worker, events } = workerOf({ leaseMs: 1_000, heartbeatMs: 100 });
    worker.handle(wait, async (_, context) => {
      const ends = Date.parse(context.job.lease_expires_at ?? '') + 500;
      while (Date.now() < ends && !context.signal.aborted) await context.heartbeat();
      return context.attempt;
    });
    worker.start();
    expect(await (await producer.enqueue(wait, 'long')).result()).toBe(1);
    expect(events.filter(({ type }) => type === 'job.lost')).toEqual([]);
  });

  it('a key of the other plane is refused with a code', async () => {
    const wrong = createProducer({ url: server.url, ca: server.ca, credential: workerKey });
    expect(await failing(wrong.enqueue(greet, { name: 'Ada' }))).toMatchObject({
      code: 'permission_denied',
      status: 403,
    });
    await wrong.close();
  });

  it('a unique job is enqueued once; its duplicate is refused, or is the job that exists', async () => {
    const once = defineJob('once', z.string(), { queue: 'unique', unique: { by: ['args'] } });
    const [first, other] = [await producer.enqueue(once, 'a'), await producer.enqueue(once, 'b')];
    expect(other.id).not.toBe(first.id);
    expect(await failing(producer.enqueue(once, 'a'))).toMatchObject({ code: 'duplicate', status: 409 });
    const again = await producer.enqueue(once, 'a', { unique: { by: ['args'], onConflict: 'ignore' } });
    expect([again.id, again.deduplicated, first.deduplicated]).toEqual([first.id, true, false]);
    const batch = await producer.enqueueMany(
      ['a', 'c'].map((input) => ({
        job: once,
        input,
        options: { unique: { by: ['args'], onConflict: 'ignore' as const } },
      })),
    );
    expect(batch.map(({ deduplicated }) => deduplicated)).toEqual([true, false]);
  });

  it('a rate limit keeps handlers apart that share its key', async () => {
    const alone = defineJob('alone', z.number(), { queue: 'limited', rateLimit: { key: 'alone', concurrency: 1 } });
    let [running, most] = [0, 0];
    workerOf({ queues: ['limited'] })
      .worker.handle(alone, async () => {
        running += 1;
        most = Math.max(most, running);
        await setTimeout(5);
        running -= 1;
      })
      .start();
    const handles = await producer.enqueueMany([1, 2, 3, 4].map((input) => ({ job: alone, input })));
    await Promise.all(handles.map(({ result }) => result()));
    expect(most).toBe(1);
  });
});
