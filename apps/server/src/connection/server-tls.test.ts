import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer, type Server, type TLSSocket } from 'node:tls';
import { type Authority, createAuthority, type Issued } from '@ojs/dev';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ServerTls } from './server-tls.ts';

const DAY_MS = 86_400_000;
let authority: Authority;
beforeAll(async () => {
  authority = await createAuthority();
});

let directory: string;
let files: { certFile: string; keyFile: string };
let first: Issued;
let told: string[];
let now: number;
let tls: ServerTls;
let server: Server;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ojs-tls-'));
  files = { certFile: join(directory, 'tls.crt'), keyFile: join(directory, 'tls.key') };
  first = await authority.issue({ names: ['localhost'] });
  await write(first);
  told = [];
  now = Date.now();
});
afterEach(async () => {
  tls?.close();
  server?.close();
  await rm(directory, { recursive: true });
});

const write = async ({ cert, key }: { cert: string; key: string }) => {
  await writeFile(files.certFile, cert);
  await writeFile(files.keyFile, key, { mode: 0o600 });
};

const listener = {
  reloaded: ({ serial }: { serial: string }) => void told.push(`reloaded ${serial}`),
  rejected: (reason: string) => void told.push(`rejected ${reason}`),
  exposed: () => void told.push('exposed'),
  looked: () => undefined,
};

async function start(): Promise<void> {
  tls = await ServerTls.open(files, listener, () => now);
  server = createServer(tls.context, (socket) => void socket.on('error', () => undefined).pipe(socket));
  tls.attach(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
}

async function open(session?: Buffer): Promise<TLSSocket> {
  const { port } = server.address() as AddressInfo;
  const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', ca: authority.cert, session });
  await once(socket, 'secureConnect');
  return socket;
}

async function served(): Promise<string> {
  const socket = await open();
  const { serialNumber } = socket.getPeerCertificate();
  socket.destroy();
  return serialNumber;
}

/** Looks once to see the state, and once when it has stayed for a moment. */
async function look(): Promise<void> {
  await tls.look();
  now += 500;
  await tls.look();
}

const serialOf = ({ serialNumber }: Issued) => serialNumber.toUpperCase();

describe('a new certificate', () => {
  it('is used for new connections, and closes none', async () => {
    await start();
    const before = await open();
    const next = await authority.issue({ names: ['localhost'] });
    await write(next);
    await look();
    expect(await served()).toBe(serialOf(next));
    expect(told).toEqual([`reloaded ${serialOf(next)}`]);
    before.write('still here');
    expect(String((await once(before, 'data'))[0])).toBe('still here');
    expect(before.getPeerCertificate().serialNumber).toBe(serialOf(first));
    before.destroy();
  });

  it('is noticed without being asked for', async () => {
    await start();
    const next = await authority.issue({ names: ['localhost'] });
    await write(next);
    await expect.poll(served).toBe(serialOf(next));
  });

  it('is found behind a link that is exchanged at once, as Kubernetes does with mounted secrets', async () => {
    const mount = async (name: string, issued: Issued) => {
      await mkdir(join(directory, name));
      await writeFile(join(directory, name, 'tls.crt'), issued.cert);
      await writeFile(join(directory, name, 'tls.key'), issued.key, { mode: 0o600 });
      await symlink(name, join(directory, '..data_tmp'));
      await rename(join(directory, '..data_tmp'), join(directory, '..data'));
    };
    for (const name of ['tls.crt', 'tls.key']) {
      await rm(join(directory, name));
      await symlink(`..data/${name}`, join(directory, name));
    }
    await mount('..1', first);
    await start();
    const next = await authority.issue({ names: ['localhost'] });
    await mount('..2', next);
    await expect.poll(served).toBe(serialOf(next));
    expect(told).toEqual([`reloaded ${serialOf(next)}`]);
  });

  it('whose key follows a moment later is used then, and nothing is told of the moment between', async () => {
    await start();
    const next = await authority.issue({ names: ['localhost'] });
    await writeFile(files.certFile, next.cert);
    await tls.look();
    await tls.look();
    expect(await served()).toBe(serialOf(first));
    await writeFile(files.keyFile, next.key);
    await tls.look();
    expect(await served()).toBe(serialOf(next));
    expect(told).toEqual([`reloaded ${serialOf(next)}`]);
  });

  it('is tried under the rules of all listeners: sessions cannot be resumed under keys that somebody set', async () => {
    await start();
    expect(tls.context).not.toHaveProperty('ticketKeys');
    expect(tls.context).toMatchObject({ minVersion: 'TLSv1.2' });
  });
});

describe('a set of files that cannot be used leaves the old one in use, and is told once', () => {
  it.each<[string, string, (next: Issued) => Promise<void>]>([
    ['a key of another certificate', 'pair_mismatch', ({ cert }) => writeFile(files.certFile, cert)],
    ['half a file', 'certificate_unreadable', ({ cert }) => writeFile(files.certFile, cert.slice(0, 200))],
    ['no file', 'ENOENT', () => rm(files.keyFile)],
    ['a directory', 'not_a_file', () => rm(files.keyFile).then(() => mkdir(files.keyFile))],
    ['a file without end', 'too_large', () => writeFile(files.certFile, 'x'.repeat(300_000))],
    ['a link to itself', 'ELOOP', () => rm(files.keyFile).then(() => symlink('tls.key', files.keyFile))],
  ])('%s', async (_, reason, spoil) => {
    await start();
    await spoil(await authority.issue({ names: ['localhost'] }));
    await look();
    await look();
    expect(told).toEqual([`rejected ${reason}`]);
    expect(await served()).toBe(serialOf(first));
    await rm(files.keyFile, { recursive: true, force: true });
    const good = await authority.issue({ names: ['localhost'] });
    await write(good);
    await look();
    expect(await served()).toBe(serialOf(good));
    expect(told).toEqual([`rejected ${reason}`, `reloaded ${serialOf(good)}`]);
  });

  it('a certificate that has ended', async () => {
    await start();
    await write(await authority.issue({ names: ['localhost'], days: -1 }));
    await look();
    expect(told).toEqual(['rejected certificate_expired']);
    expect(await served()).toBe(serialOf(first));
  });

  it('a certificate that begins later, which is used from then on', async () => {
    await start();
    const next = await authority.issue({ names: ['localhost'], notBefore: new Date(now + DAY_MS) });
    await write(next);
    await look();
    expect(told).toEqual(['rejected certificate_not_yet_valid']);
    now += DAY_MS;
    await tls.look();
    expect(told.at(-1)).toBe(`reloaded ${serialOf(next)}`);
  });
});

it('a key that everybody can read is told, at the start and after a change', async () => {
  await chmod(files.keyFile, 0o644);
  await start();
  const next = await authority.issue({ names: ['localhost'] });
  await write(next);
  await look();
  expect(told).toEqual(['exposed', `reloaded ${serialOf(next)}`, 'exposed']);
});

it('no server starts with a pair that no client would accept', async () => {
  await write(await authority.issue({ names: ['localhost'], days: -1 }));
  await expect(start()).rejects.toThrow(/certificate_expired.*OJS_TLS_CERT_FILE/);
});
