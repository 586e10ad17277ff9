// A job goes from a producer through the server to a worker, and its result comes back.
import { createProducer, defineJob } from '@ojs/producer-sdk';
import { createWorker } from '@ojs/worker-sdk';
import { z } from 'zod';
import { developmentServer } from './development.ts';

// What producer and worker agree on: a name, what goes in, what comes out.
const writeGreeting = defineJob('greeting.write', z.object({ name: z.string().min(1) }), {
  queue: 'examples',
  result: z.object({ text: z.string() }),
});

const worker = createWorker({ ...developmentServer('worker'), queues: ['examples'] });
worker.handle(writeGreeting, async ({ name }, { id, attempt }) => {
  console.log(`worker:   processes ${id}, attempt ${attempt}`);
  return { text: `Hello, ${name}!` };
});
worker.start();

const producer = createProducer(developmentServer('producer'));
const job = await producer.enqueue(writeGreeting, { name: 'world' });
console.log(`producer: enqueued  ${job.id}, ${writeGreeting.type} on queue examples`);
console.log(`producer: its result is ${JSON.stringify(await job.result({ timeoutMs: 20_000 }))}`);

await Promise.all([producer.close(), worker.stop()]);
