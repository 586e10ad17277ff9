// Nobody here but the administrator holds a key: the producer gets tokens by OAuth 2.0 client credentials from the server's own
// token endpoint, a page would get one that shows a single job, and the worker registers with a shared secret.
import { clientCredentials, createOperator, createProducer, defineJob } from '@ojs/producer-sdk';
import { createWorker, workerRegistration } from '@ojs/worker-sdk';
import { z } from 'zod';
import { developmentServer } from './development.ts';

const { url, ca, credential } = developmentServer('admin');
const buildReport = defineJob('report.build', z.object({ month: z.string() }), {
  queue: 'reports',
  result: z.object({ rows: z.number() }),
});

// An administrator does this once. The secrets would go into files that only these programs can read.
const operator = createOperator({ url, ca, credential });
const common = { principal: 'reports', queues: ['reports'] };
const client = await operator.credentials.create({ ...common, kind: 'client', plane: 'producer', roles: ['producer'] });
const shared = await operator.credentials.create({
  ...common,
  kind: 'registration',
  plane: 'worker',
  roles: ['worker'],
});

const worker = createWorker({ url, ca, credential: workerRegistration(shared.key), queues: ['reports'] });
worker.handle(buildReport, async () => ({ rows: 42 }));
worker.start();

const producer = createProducer({
  url,
  ca,
  // Where there is an authorization server, its `issuer` stands here instead.
  credential: clientCredentials({
    tokenUrl: `${url}/ojs/v1/auth/token`,
    ca,
    clientId: client.id,
    clientSecret: client.key,
  }),
});
const job = await producer.enqueue(buildReport, { month: '2026-11' });

// For a page in a browser: this job, nothing else, for a minute.
const { token } = await producer.narrow({ jobId: job.id, expiresInMs: 60_000 });
const page = createProducer({ url, ca, credential: token });
console.log(`the page sees ${JSON.stringify(await page.result(buildReport, job.id, { timeoutMs: 20_000 }))}`);
await page
  .enqueue(buildReport, { month: '2026-12' })
  .catch(({ code }) => console.log(`the page enqueues nothing: ${code}`));

await Promise.all([page.close(), producer.close(), worker.stop()]);
// With the secrets go the tokens that were given for them.
for (const { id } of [client, shared]) await operator.credentials.revoke(id, 'superseded');
await operator.close();
