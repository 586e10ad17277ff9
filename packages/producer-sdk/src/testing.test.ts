import { AssertionError } from 'node:assert';
import { defineJob, type Job, OjsError, OjsValidationError, uuidv7 } from '@ojs/client';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createTestProducer } from './testing.ts';

const note = defineJob('note', z.object({ text: z.string() }), {
  queue: 'notes',
  result: z.object({ length: z.number() }),
});
const resize = defineJob('resize', { args: z.tuple([z.string(), z.number()]) });

describe('a producer for tests', () => {
  it('remembers what was enqueued, checked as the real one does', async () => {
    const producer = createTestProducer();
    await producer.enqueue(note, { text: 'a' }, { meta: { user: 'u1', trace: 't' } });
    await producer.enqueueMany([{ job: resize, input: ['a.png', 100] }]);
    producer.assertEnqueued(note, { input: { text: 'a' }, queue: 'notes', meta: { user: 'u1' }, count: 1 });
    producer.assertEnqueued(resize, { input: ['a.png', 100] });
    producer.refuteEnqueued(note, { input: { text: 'b' } });
    await expect(producer.enqueue(note, { text: 1 } as never)).rejects.toBeInstanceOf(OjsValidationError);
    expect(producer.enqueued().map(({ type }) => type)).toEqual(['note', 'resize']);
  });

  it('says what was enqueued when an expectation fails', async () => {
    const producer = createTestProducer();
    expect(() => producer.assertEnqueued(note)).toThrow('nothing');
    await producer.enqueue(note, { text: 'a' });
    expect(() => producer.assertEnqueued(note, { count: 2 })).toThrow('note on notes, available: [{"text":"a"}]');
    expect(() => producer.refuteEnqueued(note)).toThrow(AssertionError);
  });

  it('shares nothing with another, and forgets when told', async () => {
    const [one, other] = [createTestProducer(), createTestProducer()];
    await one.enqueue(note, { text: 'a' });
    other.refuteEnqueued(note);
    one.clear();
    one.refuteEnqueued(note);
  });

  it('reads, cancels and refuses as a server would', async () => {
    const producer = createTestProducer();
    const id = uuidv7();
    await producer.enqueue(note, { text: 'a' }, { id });
    await expect(producer.enqueue(note, { text: 'a' }, { id })).rejects.toMatchObject({
      code: 'duplicate',
      status: 409,
    });
    expect((await producer.cancel(id)).state).toBe('cancelled');
    await expect(producer.cancel(id)).rejects.toBeInstanceOf(OjsError);
    await expect(producer.get(uuidv7())).rejects.toMatchObject({ code: 'not_found' });
  });

  it('runs its middleware', async () => {
    const producer = createTestProducer();
    producer.middleware.add((request, next) => next({ ...request, meta: { seen: true } }));
    await producer.enqueue(note, { text: 'a' });
    producer.assertEnqueued(note, { meta: { seen: true } });
  });

  it('drains what is due, first come first served, as it is told that each ended', async () => {
    const producer = createTestProducer();
    const handle = await producer.enqueue(note, { text: 'first' });
    await producer.enqueue(resize, ['a', 1], { delayMs: 60_000 });
    const run: string[] = [];
    const perform = async ({ type, attempt }: Job) => {
      run.push(`${type} ${attempt}`);
      return type === 'note' ? { state: 'completed' as const, result: { length: 5 } } : { state: 'retryable' as const };
    };
    expect([await producer.drain(perform), await handle.result()]).toEqual([1, { length: 5 }]);
    await producer.drain(perform, { withScheduled: true, maxJobs: 5 });
    await producer.drain(perform, { queue: 'notes' });
    producer.assertEnqueued(resize, { state: 'retryable' });
    expect(run).toEqual(['note 1', 'resize 1']);
  });
});
