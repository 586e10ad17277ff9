import { threadId } from 'node:worker_threads';
import { defineJob, OjsConfigurationError } from '@ojs/client';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { inThread } from '../src/in-thread.ts';
import { createTestWorker } from '../src/testing.ts';
import type sumInThread from './threads/sum.ts';

const sum = defineJob('sum', z.object({ upTo: z.number(), instead: z.string().optional() }), {
  result: z.object({ total: z.number(), thread: z.number() }),
});
const module = new URL('./threads/sum.ts', import.meta.url);
const worker = createTestWorker().handle(sum, inThread<typeof sumInThread>(module, { threads: 2 }));

describe('a handler in a thread', () => {
  it('computes elsewhere', async () => {
    const { state, result } = await worker.perform(sum, { upTo: 100 });
    expect([state, result?.total]).toEqual(['completed', 5_050]);
    expect(result?.thread).not.toBe(threadId);
  });

  it('fails as it would here: class, message and attempt', async () => {
    expect(await worker.perform(sum, { upTo: 1, instead: 'fail' }, { attempt: 2 })).toMatchObject({
      state: 'retryable',
      report: {
        type: 'Unlucky',
        message: 'at attempt 2',
        backtrace: expect.arrayContaining([expect.stringContaining('sum.ts')]),
      },
    });
    expect(await worker.perform(sum, { upTo: 1, instead: 'give up' })).toMatchObject({
      state: 'discarded',
      report: { type: 'NonRetryableError', retryable: false },
    });
  });

  it('is ended when its time is up, though it listens to nothing', async () => {
    expect(await worker.perform(sum, { upTo: 1, instead: 'hang' }, { timeoutMs: 300 })).toMatchObject({
      report: { code: 'timeout' },
    });
    expect((await worker.perform(sum, { upTo: 3 })).result?.total).toBe(6);
  });

  it('must be a file that exports it', async () => {
    expect(() => inThread(new URL('https://example.com/handler.js'))).toThrow(OjsConfigurationError);
    expect(() => inThread(module, { threads: 0 })).toThrow('`threads`');
    const missing = createTestWorker().handle(
      sum,
      inThread<typeof sumInThread>(new URL('./in-thread.test.ts', import.meta.url)),
    );
    expect((await missing.perform(sum, { upTo: 1 })).state).not.toBe('completed');
  });
});
