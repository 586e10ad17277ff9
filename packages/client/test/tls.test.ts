import { createHash, X509Certificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createClient } from '../src/index.ts';
import { type Stub, startStub, stubAuthority } from './stub-server.ts';

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

const pinOf = (pem: string): string => {
  const key = new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'der' });
  return `sha256/${createHash('sha256').update(key).digest('base64')}`;
};
const healthy = () => ({ status: 200, json: { status: 'ok', backend: { status: 'ok' } } });
async function stub(options: Parameters<typeof startStub>[1] = {}): Promise<Stub> {
  const server = await startStub(healthy, options);
  stops.push(server.stop);
  return server;
}
function health(server: Stub, more: object) {
  const client = createClient({ url: server.url, ca: server.ca, credential: 'k', ...more });
  stops.push(() => client.destroy());
  return client.call('getHealth', {}, { retry: { retries: 0, baseMs: 1, capMs: 1, maxRetryAfterMs: 0 } });
}

describe('pinned keys', () => {
  it('of the authority let the server in, whatever other pins there are', async () => {
    const server = await stub();
    const other = pinOf((await (await stubAuthority()).issue({ names: ['other'] })).cert);
    await expect(health(server, { pins: [other, pinOf(server.ca)] })).resolves.toMatchObject({ status: 'ok' });
  });

  it('that are in no certificate of the chain refuse a server whose certificate is good otherwise', async () => {
    const server = await stub();
    const other = pinOf((await (await stubAuthority()).issue({ names: ['other'] })).cert);
    await expect(health(server, { pins: [other] })).rejects.toMatchObject({ code: 'certificate_refused' });
  });

  it('replace no other check: a pinned certificate of another host is refused', async () => {
    const server = await stub({ certificate: { names: ['other.example'] } });
    await expect(health(server, { pins: [pinOf(server.ca)] })).rejects.toMatchObject({ code: 'certificate_refused' });
  });

  it.each([[[]], [['sha256/short']], [['md5/AAAA']]])('%j are refused before anything is sent', (pins) => {
    expect(() => createClient({ url: 'https://localhost', credential: 'k', pins })).toThrow(/pins/);
  });
});

describe('a client certificate', () => {
  it('is sent, and a renewed one with the next connection', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'ojs-client-certificate-'));
    stops.push(() => rm(directory, { recursive: true }));
    const [cert, key] = [join(directory, 'c.pem'), join(directory, 'k.pem')];
    const write = async (name: string): Promise<void> => {
      const issued = await (await stubAuthority()).issue({ names: [name], usage: 'client' });
      await writeFile(cert, issued.cert);
      await writeFile(key, issued.key);
    };
    const server = await stub({ asksForCertificate: true });
    await write('first');
    const client = createClient({ url: server.url, ca: server.ca, certificate: { cert, key }, connections: 1 });
    stops.push(() => client.destroy());
    await client.call('getHealth', {});
    await write('second');
    server.requests.at(-1)?.cut();
    await expect
      .poll(() => client.call('getHealth', {}).then(() => server.requests.at(-1)?.certificate))
      .toBe('CN=second');
    expect(server.requests[0]?.certificate).toBe('CN=first');
  });

  it('whose key is another one’s is refused before anything is sent, without showing the key', async () => {
    const ca = await stubAuthority();
    const [one, other] = [await ca.issue({ names: ['a'] }), await ca.issue({ names: ['b'] })];
    const make = () =>
      createClient({ url: 'https://localhost', credential: 'k', certificate: { cert: one.cert, key: other.key } });
    expect(make).toThrow(/certificate/);
    expect(make).not.toThrow(/BEGIN/);
  });
});
