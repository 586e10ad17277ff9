import { existsSync } from 'node:fs';
import { createClient } from '@ojs/client';
import { serverEntry, startTestServer, type TestServer } from '@ojs/dev';
import { createProducer, type Producer } from '@ojs/producer-sdk';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  createWorker,
  defineJob,
  JobAbortedError,
  OjsValidationError,
  type Worker,
  type WorkerEvent,
} from '../src/index.ts';

const Place = z.object({ row: z.number() });
const rows = defineJob('rows', z.object({ rows: z.number() }), {
  queue: 'attempts',
  version: '2.1',
  retry: { maxAttempts: 5, initialIntervalMs: 1, jitter: false },
});

describe.skipIf(!existsSync(serverEntry))('what a handler tells a real server of its attempt', () => {
  let server: TestServer;
  let producer: Producer;
  let workerKey: string;
  let operatorKey: string;
  const workers: Worker[] = [];

  beforeAll(async () => {
    server = await startTestServer();
    const [producerKey, ...keys] = await Promise.all([
      server.createKey({ plane: 'producer', role: 'producer' }),
      server.createKey({ plane: 'worker', role: 'worker' }),
      server.createKey({ plane: 'admin', role: 'operator' }),
    ]);
    [workerKey, operatorKey] = keys as [string, string];
    producer = createProducer({ url: server.url, ca: server.ca, credential: producerKey });
  });
  afterEach(async () => {
    await Promise.all(workers.splice(0).map((worker) => worker.stop({ graceMs: 0 })));
  });
  afterAll(async () => {
    await producer?.close();
    await server?.stop();
  });

  const workerOf = (): { worker: Worker; events: WorkerEvent[] } => {
    const events: WorkerEvent[] = [];
    const onEvent = (event: WorkerEvent): void => void events.push(event);
    const { url, ca } = server;
    const worker = createWorker({ url, ca, credential: workerKey, queues: ['attempts'], onEvent });
    workers.push(worker);
    return { worker, events };
  };

  it('the last progress of many is there when the job has ended', async () => {
    const { worker, events } = workerOf();
    worker.handle(rows, (input, ctx) => {
      for (let row = 0; row < input.rows; row++) ctx.progress(row / input.rows, `row ${row}`, { row });
      return ctx.version;
    });
    worker.start();
    const handle = await producer.enqueue(rows, { rows: 5_000 });
    expect(await handle.result()).toBe('2.1');
    const told = { progress: 1, progress_message: 'row 4999', progress_data: { row: 4_999 } };
    expect(await producer.get(handle.id)).toMatchObject(told);
    expect(events.filter(({ type }) => type === 'error')).toEqual([]);
  });

  it('an attempt goes on where the one before it was', async () => {
    const begun: unknown[] = [];
    const { worker } = workerOf();
    worker.handle(rows, async (input, ctx) => {
      const from = (await ctx.checkpoint.load(Place))?.row ?? 0;
      begun.push(from);
      for (let row = from; row < input.rows; row++) {
        if (row > from && row % 2 === 0) throw new Error('the power failed');
        await ctx.checkpoint.save({ row: row + 1 });
      }
      return ctx.attempt;
    });
    worker.start();
    expect(await (await producer.enqueue(rows, { rows: 5 })).result()).toBe(3);
    expect(begun).toEqual([0, 2, 4]);
  });

  it('a cleared checkpoint is handed to nobody, and within an attempt the last save is loaded', async () => {
    const seen: unknown[] = [];
    const { worker } = workerOf();
    worker.handle(rows, async (_input, { checkpoint, attempt }) => {
      seen.push(await checkpoint.load());
      const state = { row: 1 };
      await checkpoint.save(state);
      state.row = 2;
      seen.push(await checkpoint.load());
      await checkpoint.clear();
      seen.push(await checkpoint.load());
      if (attempt === 1) throw new Error('again');
    });
    worker.start();
    await (await producer.enqueue(rows, { rows: 1 })).result();
    expect(seen).toEqual([undefined, { row: 1 }, undefined, undefined, { row: 1 }, undefined]);
  });

  it('a checkpoint that does not fit its schema, or JSON, is an error of the handler', async () => {
    const thrown: unknown[] = [];
    const { worker } = workerOf();
    worker.handle(rows, async (_input, { checkpoint }) => {
      thrown.push(await checkpoint.save(undefined).catch((error: unknown) => error));
      await checkpoint.save({ row: 'one' });
      thrown.push(await checkpoint.load(Place).catch((error: unknown) => error));
    });
    worker.start();
    await (await producer.enqueue(rows, { rows: 1 })).result();
    expect(thrown).toEqual([expect.any(OjsValidationError), expect.any(OjsValidationError)]);
  });

  it.each(['progress', 'checkpoint'] as const)('a handler hears by its %s that the job was cancelled', async (how) => {
    const operator = createClient({ url: server.url, ca: server.ca, credential: operatorKey });
    const { worker, events } = workerOf();
    const reason = new Promise((resolve) => {
      worker.handle(rows, async (_input, ctx) => {
        ctx.signal.addEventListener('abort', () => resolve(ctx.signal.reason));
        await operator.call('cancelJob', { path: { id: ctx.id } });
        if (how === 'progress') ctx.progress(0.5);
        else await ctx.checkpoint.save(1);
        await new Promise((done) => ctx.signal.addEventListener('abort', done));
      });
    });
    worker.start();
    await producer.enqueue(rows, { rows: 1 });
    expect(await reason).toBeInstanceOf(JobAbortedError);
    expect(await reason).toMatchObject({ reason: 'lease_lost' });
    expect(events.filter(({ type }) => type === 'error')).toEqual([]);
    await operator.close();
  });
});
