import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { defaultCredential } from './default-chain.ts';

const fresh = { rejected: false };
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ojs-chain-'));
  for (const name of Object.keys(process.env).filter((each) => each.startsWith('OJS_'))) vi.stubEnv(name, '');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(directory, { recursive: true });
});

describe('the credential where none was passed', () => {
  it('is the API key of the environment before anything else', async () => {
    vi.stubEnv('OJS_SECRET_API_KEY', 'ojs_prod_a_b');
    vi.stubEnv('OJS_TOKEN_FILE', join(directory, 'token'));
    expect(await defaultCredential()(fresh)).toBe('ojs_prod_a_b');
  });

  it('is the token that the platform gives the workload, anew when its file changes', async () => {
    const path = join(directory, 'token');
    await writeFile(path, 'one');
    vi.stubEnv('OJS_TOKEN_FILE', path);
    const source = defaultCredential();
    expect(await source(fresh)).toBe('one');
    await writeFile(path, 'another');
    expect(await source({ rejected: true })).toBe('another');
  });

  it('is the client certificate where there is nothing else', async () => {
    expect(await defaultCredential({ hasCertificate: true })(fresh)).toBeUndefined();
  });

  it('is none: the error says every place and why it was not there', () => {
    vi.stubEnv('OJS_OAUTH_CLIENT_ID', 'me');
    const ask = () => defaultCredential({ isWorker: false })(fresh);
    expect(ask).toThrow(/OJS_SECRET_API_KEY: neither/);
    expect(ask).toThrow(/OJS_OAUTH_CLIENT_ID: OJS_OAUTH_ISSUER or OJS_OAUTH_TOKEN_URL is missing/);
    expect(ask).toThrow(/OJS_SECRET_WORKER_REGISTRATION: for workers only/);
    expect(ask).toThrow(/workload identity.*client certificate: none is given/);
  });

  it('registers a worker with its shared secret', async () => {
    vi.stubEnv('OJS_SECRET_WORKER_REGISTRATION', 'ojs_reg_a_b');
    const asked: unknown[] = [];
    const token = await defaultCredential({ isWorker: true })({
      ...fresh,
      workerId: 'w1',
      async post(path, request) {
        asked.push({ path, ...request });
        return { status: 200, body: JSON.stringify({ access_token: 't', expires_in: 900 }) };
      },
    });
    expect(token).toBe('t');
    expect(asked).toMatchObject([
      { path: '/ojs/v1/workers/register', authorization: 'Bearer ojs_reg_a_b', body: '{"worker_id":"w1"}' },
    ]);
  });
});
