import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startTestServer, type TestServer } from '@ojs/dev';
import { chain, createProducer, type Producer, step } from '@ojs/producer-sdk';
import {
  type Context,
  type ContextManager,
  context,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createWorker, defineJob, type Worker, type WorkerOptions } from '../src/index.ts';

/** A span as a collector is sent it (OTLP, JSON). */
interface Sent {
  readonly name: string;
  readonly traceId: string;
  readonly parentSpanId: string;
  readonly kind: number;
}

interface Batch {
  readonly resourceSpans: { readonly scopeSpans: { readonly spans: Sent[] }[] }[];
}

const SERVER = 2;
const double = defineJob('double', z.object({ n: z.number() }));
const failing = defineJob('failing', z.object({}));

class Contexts implements ContextManager {
  readonly #store = new AsyncLocalStorage<Context>();
  active = (): Context => this.#store.getStore() ?? ROOT_CONTEXT;
  with: ContextManager['with'] = (within, fn, that, ...args) =>
    this.#store.run(within, () => fn.call(that as never, ...args));
  bind = <T>(_: Context, target: T): T => target;
  enable = (): this => this;
  disable = (): this => this;
}

const received: Sent[] = [];
const exported = new InMemorySpanExporter();
let collector: Server;
let ojs: TestServer;
let producer: Producer;
let workerKey: string;

beforeAll(async () => {
  collector = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { resourceSpans } = JSON.parse(Buffer.concat(chunks).toString()) as Batch;
      for (const { scopeSpans } of resourceSpans) for (const { spans } of scopeSpans) received.push(...spans);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  }).listen(0, '127.0.0.1');
  await once(collector, 'listening');
  const { port } = collector.address() as AddressInfo;
  ojs = await startTestServer({ env: { OJS_TRACING_ENDPOINT: `http://127.0.0.1:${port}/v1/traces` } });
  producer = createProducer({
    url: ojs.url,
    ca: ojs.ca,
    credential: await ojs.createKey({ plane: 'producer', role: 'producer', principal: 'shop' }),
  });
  workerKey = await ojs.createKey({ plane: 'worker', role: 'worker', principal: 'crew' });
  context.setGlobalContextManager(new Contexts());
  trace.setGlobalTracerProvider(
    new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter: exported })] }),
  );
});

afterAll(async () => {
  trace.disable();
  context.disable();
  await producer.close();
  await ojs.stop();
  collector.close();
});

beforeEach(() => {
  exported.reset();
  received.length = 0;
});

const working = (options: WorkerOptions = {}): Worker =>
  createWorker({ url: ojs.url, ca: ojs.ca, credential: workerKey, onEvent: () => undefined, ...options });

const spanOf = (name: string): ReadableSpan => {
  const span = exported.getFinishedSpans().find((each) => each.name === name);
  if (!span) throw new Error(`no span ${name}: ${exported.getFinishedSpans().map((each) => each.name)}`);
  return span;
};

describe('a trace', () => {
  it('leads from the producer through the server into the handler', async () => {
    let inHandler: string | undefined;
    const worker = working().handle(double, async ({ n }) => {
      await Promise.resolve();
      inHandler = trace.getActiveSpan()?.spanContext().traceId;
      return n * 2;
    });
    worker.start();
    const root = trace.getTracer('app').startSpan('POST /signup');
    const handle = await context.with(trace.setSpan(ROOT_CONTEXT, root), () => producer.enqueue(double, { n: 21 }));
    expect(await handle.result()).toBe(42);
    await worker.stop();

    const enqueue = spanOf('default enqueue');
    const process = spanOf('default process');
    const { traceId, spanId } = enqueue.spanContext();
    expect(traceId).toBe(root.spanContext().traceId);
    expect([enqueue.kind, process.kind]).toEqual([SpanKind.PRODUCER, SpanKind.CONSUMER]);
    expect(handle.job.meta.traceparent).toBe(`00-${traceId}-${spanId}-01`);
    expect(process.spanContext().traceId).toBe(traceId);
    expect(process.links[0]?.context).toMatchObject({ traceId, spanId });
    expect(inHandler).toBe(traceId);
    for (const { attributes } of [enqueue, process]) {
      expect(attributes).toMatchObject({
        'messaging.system': 'ojs',
        'messaging.destination.name': 'default',
        'ojs.job.id': handle.id,
        'ojs.job.type': 'double',
        'ojs.job.queue': 'default',
      });
    }
    expect(process.attributes).toMatchObject({ 'ojs.job.attempt': 1, 'ojs.worker.id': worker.id });
    expect([enqueue.status.code, process.status.code]).toEqual([SpanStatusCode.OK, SpanStatusCode.OK]);

    await expect
      .poll(() => received.map(({ name }) => name).sort(), { timeout: 10_000 })
      .toEqual(['ojs.ack', 'ojs.enqueue', 'ojs.fetch']);
    for (const sent of received) expect(sent).toMatchObject({ traceId, parentSpanId: spanId, kind: SERVER });
  });

  it('of arguments or a result that do not fit names the places, and never the values', async () => {
    const repeating = <T extends z.ZodType>(schema: T) =>
      schema.refine((value) => JSON.stringify(value).includes('fits'), {
        error: ({ input }) => `not ${JSON.stringify(input)}`,
      });
    const strict = defineJob('strict', repeating(z.object({ key: z.string() })), { result: repeating(z.string()) });
    await expect(producer.enqueue(strict, { key: 'canary' })).rejects.toThrow('canary');
    const worker = working().handle(strict, () => 'canary');
    worker.start();
    const { id } = await producer.enqueue(strict, { key: 'fits' }, { retry: { maxAttempts: 1 } });
    await expect.poll(async () => (await producer.get(id)).state).toBe('discarded');
    await worker.stop();
    const spans = exported.getFinishedSpans().map(({ attributes, events, status }) => ({ attributes, events, status }));
    expect(JSON.stringify(spans)).toContain('Does not fit the schema: result');
    expect(JSON.stringify(spans)).not.toContain('canary');
  });

  it('of a failed attempt says what failed', async () => {
    const worker = working().handle(failing, () => {
      throw new RangeError('too far');
    });
    worker.start();
    const { id } = await producer.enqueue(failing, {}, { retry: { maxAttempts: 1 } });
    await expect.poll(async () => (await producer.get(id)).state).toBe('discarded');
    await worker.stop();
    const process = spanOf('default process');
    expect(process.status.code).toBe(SpanStatusCode.ERROR);
    expect(process.attributes).toMatchObject({ 'error.type': 'RangeError', 'ojs.job.error.attempt': 1 });
    expect(process.events[0]?.name).toBe('exception');
  });

  it('says of a step of a workflow which one it is', async () => {
    const worker = working({ queues: ['steps'] }).handle(double, ({ n }) => n);
    worker.start();
    const steps = [1, 2].map((n) => step(double, { n }, { queue: 'steps' }));
    const started = await producer.workflows.start(chain(...steps));
    await started.results({ timeoutMs: 10_000 });
    await worker.stop();
    const { id } = started.workflow;
    const found = exported.getFinishedSpans().filter(({ name }) => name === 'steps process');
    expect(found.map(({ attributes }) => attributes)).toMatchObject(
      [0, 1].map((n) => ({ 'ojs.workflow.id': id, 'ojs.workflow.type': 'chain', 'ojs.workflow.step': n })),
    );
  });

  it('is begun anew by a worker that only links', async () => {
    const worker = working({ traces: 'link' }).handle(double, ({ n }) => n);
    worker.start();
    await (await producer.enqueue(double, { n: 1 })).result();
    await worker.stop();
    const [enqueue, process] = [spanOf('default enqueue'), spanOf('default process')];
    expect(process.spanContext().traceId).not.toBe(enqueue.spanContext().traceId);
    expect(process.links[0]?.context.spanId).toBe(enqueue.spanContext().spanId);
  });

  it('of a batch is one for all of its jobs', async () => {
    const handles = await producer.enqueueMany([
      { job: double, input: { n: 1 }, options: { queue: 'batch' } },
      { job: double, input: { n: 2 }, options: { queue: 'batch' } },
    ]);
    const batch = spanOf('batch enqueue_batch').spanContext();
    for (const { job } of handles) expect(job.meta.traceparent).toBe(`00-${batch.traceId}-${batch.spanId}-01`);
  });

  it.each([
    ['no traceparent', 'x'.repeat(1_000)],
    ['ids of zeros', `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01`],
    ['another version', `ff-${'1'.repeat(32)}-${'1'.repeat(16)}-01`],
    ['no text', 7],
  ])('that meta names wrongly (%s) is left out, and the job runs all the same', async (_, traceparent) => {
    const worker = working().handle(double, ({ n }) => n);
    worker.start();
    const handle = await producer.enqueue(double, { n: 1 }, { meta: { traceparent } });
    expect(await handle.result()).toBe(1);
    await worker.stop();
    expect(handle.job.meta.traceparent).toBe(traceparent);
    expect(spanOf('default process').links).toEqual([]);
    expect(spanOf('default process').parentSpanContext).toBeUndefined();
  });
});
