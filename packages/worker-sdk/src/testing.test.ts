import { defineJob, OjsConfigurationError, OjsValidationError } from '@ojs/client';
import { createTestProducer } from '@ojs/producer-sdk/testing';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { createTestWorker } from './testing.ts';
import { NonRetryableError } from './worker-errors.ts';

const greet = defineJob('greet', z.object({ name: z.string() }), {
  result: z.object({ text: z.string() }),
  retry: { maxAttempts: 3, nonRetryableErrors: ['Auth.*'] },
});
const note = defineJob('note', z.object({ text: z.string() }), { result: z.object({ length: z.number() }) });
const resize = defineJob('resize', { args: z.tuple([z.string(), z.number()]) });
const ada = { name: 'Ada' };

describe('a handler without a server', () => {
  it('gets checked input and its context, and gives a typed result', async () => {
    const worker = createTestWorker().handle(greet, ({ name }, { attempt, meta, queue }) => ({
      text: `${name} ${attempt} ${meta.lang} ${queue}`,
    }));
    const done = await worker.perform(greet, ada, { attempt: 2, meta: { lang: 'en' }, queue: 'hello' });
    expectTypeOf(done.result).toEqualTypeOf<{ text: string } | undefined>();
    expect(done).toEqual({ state: 'completed', result: { text: 'Ada 2 en hello' } });
  });

  it('is not asked about input that would not have been enqueued', async () => {
    const worker = createTestWorker().handle(greet, () => expect.fail('it must not run'));
    await expect(worker.perform(greet, { name: 1 } as never)).rejects.toBeInstanceOf(OjsValidationError);
    await expect(createTestWorker().perform(greet, ada)).rejects.toBeInstanceOf(OjsConfigurationError);
  });

  it('that throws is tried again while there are attempts', async () => {
    const oops = new Error('oops');
    const worker = createTestWorker().handle(greet, () => {
      throw oops;
    });
    const failed = await worker.perform(greet, ada);
    expect(failed).toMatchObject({ state: 'retryable', error: oops, report: { message: 'oops' } });
    expect((await worker.perform(greet, ada, { attempt: 3 })).state).toBe('discarded');
  });

  it.each([
    ['NonRetryableError', new NonRetryableError('never')],
    ['an error that the retry policy names', Object.assign(new Error('no'), { name: 'Auth.Expired' })],
  ])('that throws %s is not', async (_, error) => {
    const worker = createTestWorker().handle(greet, () => Promise.reject(error));
    expect((await worker.perform(greet, ada)).state).toBe('discarded');
  });

  it('whose result does not fit fails for good', async () => {
    const worker = createTestWorker().handle(greet, () => ({}) as { text: string });
    expect(await worker.perform(greet, ada)).toMatchObject({ state: 'discarded', report: { code: 'invalid_result' } });
  });

  it('is told when its time is up', async () => {
    const worker = createTestWorker().handle(
      greet,
      (_, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason));
        }),
    );
    expect(await worker.perform(greet, ada, { timeoutMs: 5 })).toMatchObject({ report: { code: 'timeout' } });
  });
});

describe('middleware around a handler', () => {
  it('runs outside in, sees the result, and shares notes with the handler', async () => {
    const order: string[] = [];
    const worker = createTestWorker().handle(greet, (_, { metadata }) => {
      order.push(`handler ${metadata.user}`);
      return { text: 'x' };
    });
    worker.middleware
      .add(async (_, next) => {
        order.push('outer');
        const result = await next();
        order.push(`outer saw ${JSON.stringify(result)}`);
        return result;
      })
      .add((context, next) => {
        order.push('inner');
        context.metadata.user = 'u1';
        return next();
      });
    expect((await worker.perform(greet, ada)).state).toBe('completed');
    expect(order).toEqual(['outer', 'inner', 'handler u1', 'outer saw {"text":"x"}']);
  });

  it('can answer in its place, with a result that fits', async () => {
    const worker = createTestWorker().handle(greet, () => expect.fail('it must not run'));
    worker.middleware.add(() => ({ text: 'cached' }));
    expect(await worker.perform(greet, ada)).toMatchObject({ state: 'completed', result: { text: 'cached' } });
    const other = createTestWorker().handle(greet, () => ({ text: 'x' }));
    other.middleware.add(() => 'no such result');
    expect(await other.perform(greet, ada)).toMatchObject({ state: 'discarded', report: { code: 'invalid_result' } });
  });

  it('sees arguments that do not fit as the error they are, and they stay final', async () => {
    const strict = defineJob(
      'strict',
      z.string().refine((text) => text !== 'later', 'no'),
    );
    let fits = true;
    const loose = defineJob('strict', z.string());
    const seen: unknown[] = [];
    const worker = createTestWorker().handle(strict, () => {
      fits = false;
    });
    worker.middleware.add(async (_, next) => {
      try {
        return await next();
      } catch (error) {
        seen.push(error);
        throw error;
      }
    });
    expect(await worker.perform(loose, 'later')).toMatchObject({
      state: 'discarded',
      report: { code: 'invalid_payload' },
    });
    expect(fits).toBe(true);
    expect(seen[0]).toBeInstanceOf(OjsValidationError);
  });

  it('that throws fails the attempt', async () => {
    const worker = createTestWorker().handle(greet, () => ({ text: 'x' }));
    worker.middleware.add(() => {
      throw new Error('middleware');
    });
    expect(await worker.perform(greet, ada)).toMatchObject({ state: 'retryable', report: { message: 'middleware' } });
  });
});

describe('progress and checkpoints', () => {
  it('of an attempt are told, and one attempt goes on where another was', async () => {
    const worker = createTestWorker().handle(greet, async ({ name }, ctx) => {
      const step = ((await ctx.checkpoint.load<number>()) ?? 0) + 1;
      await ctx.checkpoint.save(step);
      for (const share of [0.1, step / 4]) ctx.progress(share, `${name} ${ctx.version}`);
      if (step === 3) await ctx.checkpoint.clear();
      return { text: `${step}` };
    });
    const first = await worker.perform(greet, ada, { version: 2 });
    expect(first).toMatchObject({ checkpoint: 1, progress: { progress: 0.25, message: 'Ada 2' } });
    const second = await worker.perform(greet, ada, { checkpoint: first.checkpoint });
    expect(second).toMatchObject({ result: { text: '2' }, checkpoint: 2 });
    expect(await worker.perform(greet, ada, { checkpoint: 2 })).not.toHaveProperty('checkpoint');
  });
});

describe('with a producer for tests', () => {
  it('drains through the handlers of a worker, with what they enqueue, and gives their results', async () => {
    const producer = createTestProducer();
    const worker = createTestWorker()
      .handle(note, async ({ text }) => {
        if (text === 'first') await producer.enqueue(note, { text: 'second' });
        return { length: text.length };
      })
      .handle(resize, () => {
        throw new Error('no disk');
      });
    const handle = await producer.enqueue(note, { text: 'first' });
    await producer.enqueue(resize, ['a', 1], { delayMs: 60_000 });
    expect(await producer.drain(worker.performRecord)).toBe(2);
    expect(await handle.result()).toEqual({ length: 5 });
    expect(await producer.drain(worker.performRecord, { withScheduled: true })).toBe(1);
    producer.assertEnqueued(resize, { state: 'retryable' });
    for (let i = 0; i < 2; i++) await producer.drain(worker.performRecord);
    producer.assertEnqueued(resize, { state: 'discarded' });
  });
});
