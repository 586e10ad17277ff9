import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createAuthority } from '../authority.ts';
import { writeCertificate } from '../certificate-files.ts';
import { freePort } from '../free-port.ts';
import { localCertificates } from './certificates.ts';
import { nextSteps } from './next-steps.ts';
import { checkPorts, portsFrom } from './ports.ts';
import { serverKeySettings } from './server-key.ts';
import { type DevState, readState, writeState } from './state.ts';

async function temporary(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'ojs-start-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  return directory;
}

const state: DevState = {
  url: 'https://localhost:8443',
  plainUrl: 'http://localhost:8080',
  ca: '/clone/.ojs/ca.crt',
  keys: { producer: 'ojs_prod_a', worker: 'ojs_work_b', operator: 'ojs_oper_c', admin: 'ojs_admin_d' },
};

test('the state is written for its owner only and read back', async () => {
  const path = join(await temporary(), 'dev.json');
  await writeState(path, state);
  expect(await readState(path)).toEqual(state);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test('a state that is missing, cut off or without a key is none', async () => {
  const path = join(await temporary(), 'dev.json');
  expect(await readState(path)).toBeUndefined();
  await writeFile(path, '{"url":');
  expect(await readState(path)).toBeUndefined();
  await writeFile(path, JSON.stringify({ ...state, keys: { producer: 'x' } }));
  expect(await readState(path)).toBeUndefined();
});

test('certificates are kept from start to start', async () => {
  const directory = await temporary();
  const first = await localCertificates(directory);
  const cert = await readFile(first.certFile, 'utf8');
  const second = await localCertificates(directory);
  expect([first.renewed, second.renewed]).toEqual([true, false]);
  expect(await readFile(second.certFile, 'utf8')).toBe(cert);
});

test('a server certificate that ends soon is renewed, and its authority kept', async () => {
  const directory = await temporary();
  const authority = await createAuthority();
  await writeCertificate(directory, 'ca', authority);
  await writeCertificate(directory, 'server', await authority.issue({ names: ['localhost'], days: 3 }));
  const { renewed, ca } = await localCertificates(directory);
  expect(renewed).toBe(true);
  expect(await readFile(ca, 'utf8')).toBe(authority.cert);
});

test('an authority that ends soon is renewed with all it issued', async () => {
  const directory = await temporary();
  const authority = await createAuthority({ days: 20 });
  await writeCertificate(directory, 'ca', authority);
  const { ca } = await localCertificates(directory);
  expect(await readFile(ca, 'utf8')).not.toBe(authority.cert);
});

test('the server key is kept from start to start, for its owner only, unless the person has one', async () => {
  const directory = await temporary();
  const [first, second] = [await serverKeySettings({}, directory), await serverKeySettings({}, directory)];
  expect(first).toEqual(second);
  const path = first.OJS_SECRET_SERVER_KEY_FILE ?? '';
  expect([(await stat(path)).mode & 0o777, (await readFile(path, 'utf8')).length]).toEqual([0o600, 44]);
  expect(await serverKeySettings({ OJS_SECRET_SERVER_KEY_FILE: '/mine' }, directory)).toEqual({});
});

test('a port that is taken is named with the setting that chooses another', async () => {
  const holder = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void holder.close());
  await new Promise((resolve) => holder.once('listening', resolve));
  const { port } = holder.address() as AddressInfo;
  const free = await freePort();
  await expect(checkPorts({ port, plainPort: free }, '127.0.0.1')).rejects.toThrow(new RegExp(`${port}.*OJS_PORT=`));
  await expect(checkPorts({ port: free, plainPort: port }, '127.0.0.1')).rejects.toThrow(
    new RegExp(`${port}.*OJS_PLAIN_PORT=`),
  );
});

test('the ports are 8443 and 8080 unless settings say otherwise', () => {
  expect(portsFrom({})).toEqual({ port: 8443, plainPort: 8080 });
  expect(portsFrom({ OJS_PORT: '9443', OJS_PLAIN_PORT: '9080' })).toEqual({ port: 9443, plainPort: 9080 });
});

test('the first line to try is the one of the security page, with the real key', () => {
  const [first] = nextSteps(state, '/clone')
    .split('\n\n#')
    .map((part) => part.split('\n').filter((line) => !line.startsWith('#') && line !== ''));
  expect(first?.join('\n')).toBe(
    `curl -X POST http://localhost:8080/ojs/v1/jobs \\
  -H "Authorization: Bearer ojs_prod_a" \\
  -H "Content-Type: application/openjobspec+json" \\
  -d '{"type":"email.send","args":["user@example.com"]}'`,
  );
});
