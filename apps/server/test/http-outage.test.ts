import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { proofMaker } from './dpop-client.ts';
import { expectRefusal, type Harness, startHarness } from './http-harness.ts';

const ORIGIN = 'https://jobs.example.com';
let directory: string;
let ojs: Harness;
let admin: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ojs-outage-'));
  const identityFile = join(directory, 'identity.json');
  await writeFile(identityFile, JSON.stringify({ binding: { origins: [ORIGIN] } }));
  ojs = await startHarness({ OJS_IDENTITY_FILE: identityFile }, { asChild: true });
  admin = await ojs.key('admin', 'admin');
});
afterAll(async () => {
  await ojs?.stop();
  await rm(directory, { recursive: true, force: true });
});

const enqueue = (queue: string, key = admin) =>
  ojs.send('POST', '/ojs/v1/jobs', { key, body: { type: 'a', args: [], queue } });

describe('while Redis is away', () => {
  it('everything is 503 with Retry-After, and afterwards all goes on and nothing that was answered 201 is lost', async () => {
    const { job } = (await enqueue('outage')).body;
    const waiting = ojs.send('POST', '/ojs/v1/workers/fetch', {
      key: admin,
      body: { queues: ['empty'], wait_ms: 20_000 },
    });
    await ojs.send('GET', '/ojs/v1/health');
    await ojs.redis.kill();
    const requests = [
      enqueue('outage'),
      ojs.send('GET', `/ojs/v1/jobs/${job.id}`, { key: admin }),
      ojs.send('GET', '/ojs/v1/queues', { key: admin }),
      ojs.send('POST', '/ojs/v1/workers/fetch', { key: admin, body: { queues: ['outage'] } }),
      ojs.send('POST', '/ojs/v1/jobs/batch', {
        key: admin,
        body: { jobs: [{ type: 'a', args: [], queue: 'outage' }] },
      }),
      ojs.send('GET', '/ojs/v1/events', { key: admin }),
      ojs.send('GET', '/ojs/v1/dead-letter', { key: admin }),
      ojs.send('POST', '/ojs/v1/queues/outage/pause', { key: admin }),
      ojs.send('GET', '/ojs/v1/auth/jwks'),
    ];
    for (const answer of await Promise.all(requests)) {
      expectRefusal(answer, 503, 'backend_unavailable');
      expect(answer.headers['retry-after']).toBe('1');
      expect(answer.body.error.retryable).toBe(true);
    }
    const dpop = proofMaker().prove({ method: 'POST', url: `${ORIGIN}/ojs/v1/auth/token` });
    for (const proof of [{}, { dpop }] as Record<string, string>[]) {
      const exchanged = await ojs.send('POST', '/ojs/v1/auth/token', {
        key: admin,
        headers: { ...proof, 'content-type': 'application/x-www-form-urlencoded' },
        body: 'grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange',
      });
      expect(exchanged.status).toBe(503);
      expect(JSON.parse(exchanged.text).error).toBe('temporarily_unavailable');
    }
    await expect.poll(async () => (await ojs.send('GET', '/ojs/v1/health')).status).toBe(503);
    expect((await ojs.send('GET', '/ojs/v1/health')).body).toEqual({
      status: 'degraded',
      backend: { status: 'unhealthy' },
    });
    await ojs.redis.restart();
    await expect.poll(async () => (await enqueue('outage')).status, { timeout: 10_000 }).toBe(201);
    expect((await ojs.send('GET', `/ojs/v1/jobs/${job.id}`, { key: admin })).body.job.state).toBe('available');
    await expect.poll(async () => (await ojs.send('GET', '/ojs/v1/health')).status).toBe(200);
    expect([200, 503]).toContain((await waiting).status);
  });
});
