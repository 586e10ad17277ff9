// The other side over HTTP: Fastify as it comes, plain http, no checks, one BullMQ call a request.
import { Queue } from 'bullmq';
import { fastify } from 'fastify';
import { messages } from '../message.ts';

interface Sent {
  type: string;
  args: unknown[];
}

messages<{ path: string }>(async ({ path }) => {
  const queue = new Queue('email', { connection: { path } });
  await queue.waitUntilReady();
  const server = fastify({ bodyLimit: 16 * 1024 * 1024 });
  server.post<{ Body: Sent }>('/jobs', async ({ body }, reply) => {
    const { id } = await queue.add(body.type, body.args);
    return reply.code(201).send({ job: { id } });
  });
  server.post<{ Body: { jobs: Sent[] } }>('/jobs/batch', async ({ body }, reply) => {
    const jobs = await queue.addBulk(body.jobs.map(({ type, args }) => ({ name: type, data: args })));
    return reply.code(201).send({ jobs: jobs.map(({ id }) => ({ id })) });
  });
  return { url: await server.listen({ host: '127.0.0.1', port: 0 }) };
});
