import { existsSync } from 'node:fs';
import { launchServer, type RunningServer, serverEntry, startTestServer, type TestServer } from '@ojs/dev';
import { createProducer, defineJob, type Producer } from '@ojs/producer-sdk';
import { eventStream } from '@ojs/producer-sdk/events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

const note = defineJob('note', z.number(), { queue: 'events' });

describe.skipIf(!existsSync(serverEntry))('events of the real server', () => {
  let server: TestServer;
  let again: RunningServer | undefined;
  let producer: Producer;
  let key: string;

  beforeAll(async () => {
    server = await startTestServer();
    key = await server.createKey({ plane: 'producer', role: 'producer' });
    producer = createProducer({ url: server.url, ca: server.ca, credential: key });
  });
  afterAll(async () => {
    await producer?.close();
    await again?.stop();
    await server?.stop();
  });

  const newest = async (): Promise<string> => {
    // One event of ours first, so that the iteration has a place to begin at.
    const { id } = await producer.enqueue(note, -1);
    for await (const event of producer.events({ queues: ['events'], after: 'evt_0-0-0' })) {
      if ('subject' in event && event.subject === id) return event.id;
    }
    throw new Error('the events ended');
  };

  it('each is told once and in order, though the server is killed meanwhile', async () => {
    const after = await newest();
    const sent: string[] = [];
    const heard: string[] = [];
    const enqueue = async (from: number): Promise<void> => {
      for (let n = from; n < from + 20; n++) sent.push((await producer.enqueue(note, n)).id);
    };
    await enqueue(0);
    for await (const event of producer.events({ queues: ['events'], types: ['job.enqueued'], after })) {
      if ('subject' in event) heard.push(String(event.subject));
      if (heard.length === 10) {
        await server.kill();
        again = await launchServer({ env: server.env });
        await enqueue(20);
      }
      if (heard.length === 40) break;
    }
    expect(heard).toEqual(sent);
  });

  it('come by fetch streaming too', async () => {
    const plain = again?.plainUrl ?? server.plainUrl;
    const { id } = await producer.enqueue(note, 99);
    const stream = eventStream({ url: String(plain), credential: () => key, jobId: id, after: 'evt_0-0-0' });
    const types: string[] = [];
    for await (const event of stream) {
      types.push(event.type);
      if (event.type === 'job.enqueued') break;
    }
    expect(types).toContain('job.enqueued');
    const refused = eventStream({ url: String(plain), credential: 'ojs_prod_no_such' });
    await expect(refused[Symbol.asyncIterator]().next()).rejects.toMatchObject({ status: 401 });
    expect(() => eventStream({ url: 'http://example.com', credential: key })).toThrow('Plain http');
  });
});
