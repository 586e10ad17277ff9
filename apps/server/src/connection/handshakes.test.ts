import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import { type AddressInfo, connect as connectTcp, type Socket } from 'node:net';
import { connect } from 'node:tls';
import { createAuthority } from '@ojs/dev';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FailureWindow } from './failure-window.ts';
import { Handshakes } from './handshakes.ts';
import { TrustedProxies } from './trusted-proxies.ts';

const authority = await createAuthority();
const { cert, key } = await authority.issue({ names: ['localhost'] });

let server: Server;
let failed: string[];
let opened: Socket[];

async function listen(handshakeTimeout = 10_000): Promise<void> {
  failed = [];
  opened = [];
  server = createServer({ cert, key, handshakeTimeout });
  server.on('secureConnection', (socket) => socket.on('error', () => undefined).end('served'));
  const handshakes = new Handshakes({
    onFailed: (reason, address) => failed.push(`${reason} ${address}`),
    proxies: new TrustedProxies(['127.0.0.9']),
    limits: { slowMs: 50, slowPerAddress: 3 },
    failures: new FailureWindow({ most: 40, intervalMs: 60_000, sources: 10 }),
  });
  handshakes.watch(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
}
beforeEach(() => listen());
afterEach(() => {
  for (const socket of opened) socket.destroy();
  server.close();
});

/** A client that connects from an address of the loopback, sends what is given, and does no more. */
async function stall(localAddress: string, bytes?: string): Promise<Socket> {
  const { port } = server.address() as AddressInfo;
  const socket = connectTcp({ port, host: '127.0.0.1', localAddress });
  opened.push(socket);
  await once(socket.on('error', () => undefined).resume(), 'connect');
  if (bytes !== undefined) socket.write(bytes, 'latin1');
  return socket;
}

async function serve(localAddress: string): Promise<string> {
  const { port } = server.address() as AddressInfo;
  const socket = connect({
    ...{ socket: connectTcp({ port, host: '127.0.0.1', localAddress }) },
    ...{ servername: 'localhost', ca: authority.cert },
  });
  return String((await once(socket, 'data'))[0]);
}

const openOf = (sockets: readonly Socket[]) => sockets.filter(({ closed }) => !closed).length;

it('of handshakes that are begun and not finished, one address keeps a few, and others are served', async () => {
  const stalled = await Promise.all(Array.from({ length: 10 }, () => stall('127.0.0.2', '\x16\x03\x01\x02\x00')));
  await expect.poll(() => openOf(stalled)).toBe(3);
  expect(failed).toEqual(Array(7).fill('too_many_handshakes 127.0.0.2'));
  expect(await serve('127.0.0.3')).toBe('served');
  // Its own handshakes that do finish are no slow ones.
  expect(await serve('127.0.0.2')).toBe('served');
  expect(openOf(stalled)).toBe(3);
  for (const socket of stalled) socket.destroy();
  // The places are free again.
  await expect
    .poll(async () => {
      const again = await Promise.all(Array.from({ length: 3 }, () => stall('127.0.0.2')));
      await new Promise((resolve) => setTimeout(resolve, 80));
      const open = openOf(again);
      for (const socket of again) socket.destroy();
      return open;
    })
    .toBe(3);
});

it('a burst of clients that finish their handshakes is served whole', async () => {
  const answers = await Promise.all(Array.from({ length: 12 }, () => serve('127.0.0.2')));
  expect(answers).toEqual(Array(12).fill('served'));
  expect(failed).toEqual([]);
});

it('a handshake that takes too long is told from where it came', async () => {
  server.close();
  await listen(100);
  await once(await stall('127.0.0.2', '\x16\x03\x01\x02\x00'), 'close');
  expect(failed).toEqual(['timeout 127.0.0.2']);
});

it.each([
  ['plain HTTP', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n', 'plain_http'],
  ['the PROXY protocol', 'PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n', 'not_tls'],
  ['the PROXY protocol, version 2', '\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c', 'not_tls'],
  ['SSH', 'SSH-2.0-x\r\n', 'not_tls'],
])('%s is closed and told in a word', async (_, bytes, reason) => {
  await once(await stall('127.0.0.2', bytes), 'close');
  await expect.poll(() => failed).toEqual([`${reason} 127.0.0.2`]);
});

it('a client that goes away in the middle is told, one that only looked whether the port is open is not', async () => {
  const looked = await stall('127.0.0.2');
  looked.end();
  await once(looked, 'close');
  const left = await stall('127.0.0.3', '\x16\x03\x01\x02\x00');
  left.end();
  await expect.poll(() => failed).toEqual(['closed_by_client 127.0.0.3']);
});

it('who sends garbage again and again is not listened to any more, but for a trusted proxy', async () => {
  const garbage = async (address: string) => {
    for (let i = 0; i < 44; i++) await once(await stall(address, 'GET / HTTP/1.1\r\n\r\n'), 'close');
  };
  await garbage('127.0.0.2');
  expect(failed).toHaveLength(40);
  await expect(serve('127.0.0.2')).rejects.toThrow();
  expect(await serve('127.0.0.3')).toBe('served');
  await garbage('127.0.0.9');
  expect(await serve('127.0.0.9')).toBe('served');
});
