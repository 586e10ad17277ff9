import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Stub, startStub } from '../../client/test/stub-server.ts';
import { createProducer, defineJob, type Producer, uuidv7 } from '../src/index.ts';

const job = defineJob('email.send', z.object({}));
const id = uuidv7();

let server: Stub;
let producer: Producer;
afterEach(async () => {
  await producer.close();
  await server.stop();
});

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

describe.each([
  ['{}', {}],
  ['of wrong types', { job: 7, jobs: 'x', events: 3 }],
  ['of nothing', { job: null, jobs: [null], events: null }],
  ['a list', []],
])('an answer that is no OJS server’s: %s', (_, json) => {
  it.each<[string, () => Promise<unknown>]>([
    ['enqueue', () => producer.enqueue(job, {})],
    ['enqueue, of several', () => Promise.all([producer.enqueue(job, {}), producer.enqueue(job, {})])],
    ['enqueueMany', () => producer.enqueueMany([{ job, input: {} }])],
    ['get', () => producer.get(id)],
    ['cancel', () => producer.cancel(id)],
    ['result', () => producer.result(job, id)],
    ['history', () => all(producer.history(id))],
  ])('%s says so', async (_name, call) => {
    server = await startStub(() => ({ status: 200, json }));
    producer = createProducer({ url: server.url, ca: server.ca, credential: 'ojs_prod_id_x' });
    await expect(call()).rejects.toMatchObject({ name: 'OjsConnectionError', code: 'invalid_answer' });
  });
});
