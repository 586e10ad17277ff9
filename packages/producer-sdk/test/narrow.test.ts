import { existsSync } from 'node:fs';
import { serverEntry, startTestServer, type TestServer } from '@ojs/dev';
import { Agent, fetch as undiciFetch } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { eventStream } from '../src/events.ts';
import { createProducer, defineJob, OjsError, type Producer } from '../src/index.ts';

const note = defineJob('note', z.object({ n: z.number() }), { queue: 'notes' });
const report = defineJob('report', z.object({ n: z.number() }), { queue: 'notes' });

describe.skipIf(!existsSync(serverEntry))('a narrowed token of the real server', () => {
  let server: TestServer;
  let producer: Producer;
  const with_ = (credential: string): Producer => createProducer({ url: server.url, ca: server.ca, credential });

  let opened = 0;
  /** What a browser does that trusts the authority. */
  const trusting: typeof fetch = async (url, init) => {
    const dispatcher = new Agent({ connect: { ca: server.ca } });
    const answer = await undiciFetch(String(url), { ...(init as object), dispatcher });
    opened++;
    return answer as unknown as Response;
  };

  beforeAll(async () => {
    server = await startTestServer();
    producer = with_(await server.createKey({ plane: 'producer', role: 'producer', principal: 'shop' }));
  });
  afterAll(async () => {
    await producer?.close();
    await server?.stop();
  });

  const refusedWith = async (work: Promise<unknown>): Promise<number | undefined> =>
    work.then(
      () => expect.fail('it was permitted'),
      (error: OjsError) => error.status,
    );

  it('follows one job and knows of no other', async () => {
    const [one, other] = await Promise.all([producer.enqueue(note, { n: 1 }), producer.enqueue(note, { n: 2 })]);
    const { token, expiresAt } = await producer.narrow({ jobId: one.id, expiresInMs: 120_000 });
    expect(expiresAt.getTime() - Date.now()).toBeGreaterThan(60_000);
    const browser = with_(token);
    expect(await browser.get(one.id)).toMatchObject({ id: one.id });
    expect(await refusedWith(browser.get(other.id))).toBe(404);
    expect(await refusedWith(browser.enqueue(note, { n: 3 }))).toBe(403);
    await browser.close();
  });

  it('follows the job to its end, as it happens', async () => {
    const job = await producer.enqueue(note, { n: 1 });
    const { token } = await producer.narrow({ jobId: job.id });
    const seen: string[] = [];
    const cancelled = (async () => {
      for await (const event of eventStream({ url: server.url, credential: token, jobId: job.id, fetch: trusting })) {
        if (event.type === 'job.state_changed') seen.push(event.data.to);
      }
    })();
    await expect.poll(() => opened).toBeGreaterThan(0);
    const operator = with_(await server.createKey({ plane: 'admin', role: 'operator' }));
    await operator.cancel(job.id);
    await operator.close();
    await cancelled;
    expect(seen.at(-1)).toBe('cancelled');
  });

  it('enqueues one type and nothing else', async () => {
    const { token } = await producer.narrow({
      permissions: ['enqueue', 'inspect'],
      types: ['note'],
      queues: ['notes'],
    });
    const step = with_(token);
    await step.enqueue(note, { n: 4 });
    expect(await refusedWith(step.enqueue(report, { n: 5 }))).toBe(403);
    expect(await refusedWith(step.enqueue(note, { n: 6 }, { queue: 'others' }))).toBe(403);
    await step.close();
  });

  it('is never wider than what it came of, however often it is narrowed', async () => {
    const { token } = await producer.narrow({ queues: ['notes'] });
    const narrowed = with_(token);
    const again = with_((await narrowed.narrow({ queues: ['*'] })).token);
    expect(await refusedWith(again.enqueue(note, { n: 7 }, { queue: 'others' }))).toBe(403);
    await expect(narrowed.narrow({ queues: ['others'] })).rejects.toBeInstanceOf(OjsError);
    await Promise.all([narrowed.close(), again.close()]);
  });

  it('is refused in the words of the rule that was broken', async () => {
    await expect(producer.narrow({ types: ['a b\u00e4'] })).rejects.toThrow(/types/);
    await expect(producer.narrow({ queues: [] })).rejects.toThrow(/queues/);
  });
});
