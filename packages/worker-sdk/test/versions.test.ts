import { existsSync } from 'node:fs';
import { serverEntry, startTestServer, type TestServer } from '@ojs/dev';
import { createProducer, type Producer } from '@ojs/producer-sdk';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createWorker, defineJob, OjsConfigurationError, type Worker, type WorkerOptions } from '../src/index.ts';
import { startBackend } from './backend.ts';

const job = defineJob('invoice', z.string(), { queue: 'versions' });
const other = defineJob('report', z.string(), { queue: 'versions' });
const workers: Worker[] = [];
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.stop({ graceMs: 0 })));
});

const workerOf = (options: WorkerOptions): Worker => {
  const worker = createWorker({ queues: ['versions'], onEvent: () => undefined, ...options });
  workers.push(worker);
  return worker;
};

describe('a worker', () => {
  it('declares its handlers in fetches and heartbeats when one of them says which versions it takes', async () => {
    const backend = await startBackend();
    const { url, ca } = backend;
    const worker = workerOf({ url, ca, credential: 'key', heartbeatMs: 100 });
    worker.handle(job, () => undefined, { versions: '>=1.0 <3.0' }).handle(other, () => undefined);
    worker.start();
    const handlers = [{ type: 'invoice', versions: '>=1.0 <3.0' }, { type: 'report' }];
    expect((await backend.heard('fetch')).body.handlers).toEqual(handlers);
    expect((await backend.heard('heartbeat')).body.handlers).toEqual(handlers);
    await worker.stop({ graceMs: 0 });
    await backend.stop();
  });

  it.each(['', '^1.0', '1.0.0', '>1.0', '1.0 2.0', `>=1.0${' <2.0'.repeat(30)}`])('refuses %j', (versions) => {
    const worker = workerOf({ url: 'https://localhost:1', credential: 'key' });
    expect(() => worker.handle(job, () => undefined, { versions })).toThrow(OjsConfigurationError);
  });

  it('refuses more handlers than it can declare', () => {
    const worker = workerOf({ url: 'https://localhost:1', credential: 'key' });
    for (let i = 0; i < 100; i++) worker.handle(defineJob(`type-${i}`, z.string()), () => undefined);
    worker.handle(job, () => undefined, { versions: '*' });
    expect(() => worker.start()).toThrow(OjsConfigurationError);
  });
});

describe.skipIf(!existsSync(serverEntry))('with the real server', () => {
  let server: TestServer;
  let producer: Producer;
  let credential: string;

  beforeAll(async () => {
    server = await startTestServer();
    const [producerKey, workerKey] = await Promise.all([
      server.createKey({ plane: 'producer', role: 'producer' }),
      server.createKey({ plane: 'worker', role: 'worker' }),
    ]);
    credential = workerKey;
    producer = createProducer({ url: server.url, ca: server.ca, credential: producerKey });
  });
  afterAll(async () => {
    await producer?.close();
    await server?.stop();
  });

  it('two generations of workers share a queue, and each job comes to the one that takes it', async () => {
    const { url, ca } = server;
    const seen: Record<string, (string | number | undefined)[]> = { old: [], young: [] };
    for (const [name, versions] of [
      ['old', '>=1.0 <2.0'],
      ['young', '2.0'],
    ] as const) {
      const worker = workerOf({ url, ca, credential });
      worker.handle(job, (_input, { version }) => void seen[name]?.push(version), { versions }).start();
    }
    const versions = Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? '1.7' : '2.0'));
    const handles = await Promise.all(versions.map((version) => producer.enqueue(job, 'x', { version })));
    await Promise.all(handles.map((handle) => handle.result()));
    expect(seen).toEqual({ old: Array(20).fill('1.7'), young: Array(20).fill('2.0') });
  });

  it('a job of a version that nobody takes is held until somebody does', async () => {
    const { url, ca } = server;
    const old = workerOf({ url, ca, credential });
    old.handle(job, () => undefined, { versions: '1.0' }).start();
    const held = await producer.enqueue(job, 'x', { version: '3.0' });
    const plain = await producer.enqueue(job, 'x');
    await plain.result();
    expect(await producer.get(held.id)).toMatchObject({ state: 'available', attempt: 0 });
    workerOf({ url, ca, credential })
      .handle(job, () => undefined, { versions: '>=3.0' })
      .start();
    await held.result();
    expect(await producer.get(held.id)).toMatchObject({ state: 'completed', attempt: 1 });
  });
});
