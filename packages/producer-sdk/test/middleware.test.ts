import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Arrived, type Stub, startStub } from '../../client/test/stub-server.ts';
import { createProducer, defineJob, JobDroppedError, OjsConfigurationError, type Producer } from '../src/index.ts';

const note = defineJob('note', z.object({ text: z.string() }));
const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

async function setUp(): Promise<{ server: Stub; producer: Producer; sent: () => Arrived['body'][] }> {
  const stored = (body: Arrived['body']) => ({ ...body, queue: 'default', state: 'available', meta: body.meta ?? {} });
  const server = await startStub(({ body }) => ({
    status: 201,
    json: body.jobs ? { jobs: body.jobs.map(stored) } : { job: stored(body) },
  }));
  const producer = createProducer({ url: server.url, ca: server.ca, credential: 'ojs_prod_id_canary' });
  stops.push(server.stop, () => producer.close());
  return { server, producer, sent: () => server.requests.flatMap(({ body }) => body.jobs ?? [body]) };
}

const texts = (bodies: Arrived['body'][]): string[] => bodies.map(({ args }) => args[0].text);

describe('middleware of a producer', () => {
  it('changes what is sent, in order, and sees the answer', async () => {
    const { producer, sent } = await setUp();
    const seen: unknown[] = [];
    producer.middleware
      .add(async (request, next) => {
        const job = await next({ ...request, meta: { trace: 't1' } });
        seen.push(job?.state);
        return job;
      })
      .add((request, next) => next({ ...request, meta: { ...request.meta, locale: 'en' } }));
    const { job, dropped } = await producer.enqueue(note, { text: 'a' });
    expect([job.meta, dropped, seen]).toEqual([{ trace: 't1', locale: 'en' }, false, ['available']]);
    expect(sent()[0]?.meta).toEqual({ trace: 't1', locale: 'en' });
    expect(() => producer.middleware.prepend(async () => null)).toThrow(OjsConfigurationError);
  });

  it('drops a job without an error, and its handle says so', async () => {
    const { producer, sent } = await setUp();
    producer.middleware.add(async () => null);
    const handle = await producer.enqueue(note, { text: 'a' });
    expect([handle.dropped, sent()]).toEqual([true, []]);
    expect(() => handle.job).toThrow(JobDroppedError);
    await expect(handle.result()).rejects.toBeInstanceOf(JobDroppedError);
  });

  it('may not change the id', async () => {
    const { producer, sent } = await setUp();
    producer.middleware.add((request, next) => next({ ...request, id: '01900000-0000-7000-8000-000000000000' }));
    await expect(producer.enqueue(note, { text: 'a' })).rejects.toMatchObject({ issues: [{ path: 'id' }] });
    expect(sent()).toEqual([]);
  });

  it('looks at each job of a batch; what is dropped is left out, and each handle is its own', async () => {
    const { producer, server, sent } = await setUp();
    producer.middleware.add(async (request, next) =>
      (request.args[0] as { text: string }).text === 'drop' ? undefined : next({ ...request, meta: { seen: true } }),
    );
    const entries = ['a', 'drop', 'b'].map((text) => ({ job: note, input: { text } }));
    const handles = await producer.enqueueMany(entries);
    expect(handles.map(({ dropped }) => dropped)).toEqual([false, true, false]);
    expect([texts(sent()), server.requests.length]).toEqual([['a', 'b'], 1]);
    expect(handles[2]?.job).toMatchObject({ id: handles[2]?.id, args: [{ text: 'b' }], meta: { seen: true } });
  });

  it('that throws for one job of a batch keeps all from being sent', async () => {
    const { producer, sent } = await setUp();
    producer.middleware.add((request, next) => {
      if ((request.args[0] as { text: string }).text === 'bad') throw new Error('not this one');
      return next(request);
    });
    const entries = ['a', 'bad', 'b'].map((text) => ({ job: note, input: { text } }));
    await expect(producer.enqueueMany(entries)).rejects.toThrow('not this one');
    expect(sent()).toEqual([]);
  });
});
