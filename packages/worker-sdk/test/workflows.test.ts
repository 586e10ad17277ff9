import { existsSync } from 'node:fs';
import { serverEntry, startTestServer, type TestServer } from '@ojs/dev';
import {
  batch,
  chain,
  createProducer,
  defineJob,
  group,
  OjsValidationError,
  type Producer,
  step,
  uuidv7,
  WorkflowEndedError,
} from '@ojs/producer-sdk';
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { createWorker, type Worker } from '../src/index.ts';

const count = defineJob('count', z.string(), { queue: 'flow', result: z.number() });
const shout = defineJob('shout', z.string(), { queue: 'flow', result: z.string() });
const join = defineJob('join', z.object({}), { queue: 'flow', result: z.object({ text: z.string() }) });
const fail = defineJob('fail', z.object({}), { queue: 'flow', retry: { maxAttempts: 1 } });
const told = defineJob('told', z.string(), { queue: 'flow' });

describe.skipIf(!existsSync(serverEntry))('workflows on the real server', () => {
  let server: TestServer;
  let producer: Producer;
  let worker: Worker;
  const heard: string[] = [];

  beforeAll(async () => {
    server = await startTestServer();
    const [producerKey, key] = await Promise.all([
      server.createKey({ plane: 'producer', role: 'producer' }),
      server.createKey({ plane: 'worker', role: 'worker' }),
    ]);
    producer = createProducer({ url: server.url, ca: server.ca, credential: producerKey });
    worker = createWorker({
      url: server.url,
      ca: server.ca,
      credential: key,
      queues: ['flow'],
      onEvent: () => undefined,
    })
      .handle(count, (text) => text.length)
      .handle(shout, (text) => text.toUpperCase())
      .handle(join, async (_, { parents, job }) => {
        if (job.workflow_id === undefined) throw new Error('no workflow');
        const [one] = await parents(count);
        expectTypeOf(one).toEqualTypeOf<number>();
        return { text: `${one} of ${JSON.stringify(job.parent_results)}` };
      })
      .handle(fail, () => {
        throw new Error('no way');
      })
      .handle(told, (text) => {
        heard.push(text);
      })
      .start();
  });
  afterAll(async () => {
    await worker?.stop({ graceMs: 0 });
    await producer?.close();
    await server?.stop();
  });

  it('hand results on, and give them back typed and nested as the steps are', async () => {
    const flow = chain(
      step(count, 'abc'),
      step(join, {}),
      group(step(shout, 'x'), chain(step(count, 'y'), step(shout, 'z'))),
    );
    const started = await producer.workflows.start(flow, { name: 'typed' });
    expect(started.workflow).toMatchObject({ state: 'running', name: 'typed', steps_total: 3 });
    const results = await started.results({ timeoutMs: 10_000 });
    expectTypeOf(results).toEqualTypeOf<[number, { text: string }, [string, [number, string]]]>();
    expect(results).toEqual([3, { text: '3 of [3]' }, ['X', [1, 'Z']]]);
  });

  it('of a thousand steps end', async () => {
    const started = await producer.workflows.start(
      group(...Array.from({ length: 1_000 }, (_, n) => step(count, `${n}`))),
    );
    const results = await started.results({ timeoutMs: 30_000 });
    expect(results).toHaveLength(1_000);
    expect(results[999]).toBe(3);
  }, 40_000);

  it('call back when a batch has ended', async () => {
    const flow = batch([step(count, 'a'), step(fail, {})], {
      onComplete: step(told, 'ended'),
      onSuccess: step(told, 'all well'),
      onFailure: step(told, 'failed'),
    });
    const started = await producer.workflows.start(flow);
    const results = await started.results({ timeoutMs: 10_000 });
    expectTypeOf(results).toEqualTypeOf<[number | undefined, unknown]>();
    expect(results).toEqual([1, undefined]);
    await expect.poll(() => heard.toSorted(), { timeout: 5_000 }).toEqual(['ended', 'failed']);
  });

  it('that fail say at which step, and why', async () => {
    const started = await producer.workflows.start(chain(step(count, 'a'), step(fail, {}), step(count, 'b')));
    const error = await started.results({ timeoutMs: 10_000 }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(WorkflowEndedError);
    expect(error).toMatchObject({ code: 'failed', message: expect.stringContaining('no way') });
    const { metadata, steps } = (error as WorkflowEndedError).workflow;
    expect(metadata).toMatchObject({ completed_count: 1, failed_count: 1, failed_step_index: 1 });
    expect(steps?.map(({ state }) => state)).toEqual(['completed', 'failed', 'cancelled']);
    expect(JSON.stringify(error)).not.toContain('"steps"');
  });

  it('are checked before anything is sent', async () => {
    await expect(producer.workflows.start(chain(step(count, 1 as never)))).rejects.toBeInstanceOf(OjsValidationError);
    expect(() => chain()).toThrow(OjsValidationError);
    expect(() => batch([step(count, 'a')], {})).toThrow('callbacks');
  });

  it('can be found, read and cancelled; the same id makes no second one', async () => {
    const id = uuidv7();
    const flow = chain(step(told, 'later', { delayMs: 60_000 }), step(count, 'b'));
    await producer.workflows.start(flow, { id, name: 'found' });
    await expect(producer.workflows.start(flow, { id })).rejects.toMatchObject({ status: 409 });
    expect(await producer.workflows.get(id)).toMatchObject({ id, state: 'running' });
    // Cancelling is the operator's: a producer's key may not (security page).
    await expect(producer.workflows.cancel(id)).rejects.toMatchObject({ code: 'permission_denied' });
    const names: (string | undefined)[] = [];
    for await (const { name } of producer.workflows.list({ state: 'running' })) names.push(name);
    expect(names).toContain('found');
    const operator = createProducer({
      url: server.url,
      ca: server.ca,
      credential: await server.createKey({ plane: 'admin', role: 'operator' }),
    });
    expect((await operator.workflows.cancel(id)).state).toBe('cancelled');
    await operator.close();
  });
});
