import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@ojs/client';
import { runServerCommand, serverEntry, startTestServer, type TestServer } from '@ojs/dev';
import { createProducer } from '@ojs/producer-sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createWorker, defineJob, OjsCredentialError, workerRegistration } from '../src/index.ts';

const greet = defineJob('greet', z.object({ who: z.string() }), { queue: 'greetings', result: z.string() });

describe.skipIf(!existsSync(serverEntry))('a worker that registers at the real server', () => {
  let server: TestServer;
  let directory: string;
  let secret: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'ojs-registration-'));
    const identityFile = join(directory, 'identity.json');
    await writeFile(identityFile, '{}');
    server = await startTestServer({ env: { OJS_IDENTITY_FILE: identityFile } });
    await writeFile(identityFile, JSON.stringify({ binding: { origins: [server.url] } }));
    const args = ['keys', 'create', '--json', '--kind', 'registration', '--plane', 'worker', '--role', 'worker'];
    const made = await runServerCommand(server.env, [...args, '--principal', 'pool', '--queues', 'greetings']);
    secret = JSON.parse(made).key;
  });
  afterAll(async () => {
    await server?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  it.each([false, true])('works with the token that it gets for its secret (bound to a key: %s)', async (dpop) => {
    const connection = { url: server.url, ca: server.ca };
    const credential = await server.createKey({ plane: 'producer', role: 'producer' });
    const producer = createProducer({ ...connection, credential });
    const worker = createWorker({
      ...connection,
      queues: ['greetings'],
      credential: workerRegistration(secret, { dpop }),
    });
    worker.handle(greet, ({ who }) => `Hello, ${who}!`);
    worker.start();
    const { result } = await producer.enqueue(greet, { who: 'world' });
    expect(await result()).toBe('Hello, world!');
    await worker.stop();
    await producer.close();
  });

  it('is told when its secret is none', async () => {
    const ask = workerRegistration(`${secret.slice(0, -1)}${secret.endsWith('a') ? 'b' : 'a'}`);
    const client = createClient({ url: server.url, ca: server.ca, credential: ask, workerId: 'w' });
    await expect(
      client.call('fetchJobs', { body: { queues: ['greetings'], worker_id: 'w', count: 1 } }),
    ).rejects.toBeInstanceOf(OjsCredentialError);
    await client.destroy();
  });
});
