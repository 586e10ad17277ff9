import { Socket } from 'node:net';
import { expect, it } from 'vitest';
import { ConnectionLimit } from './connection-limit.ts';
import { TrustedProxies } from './trusted-proxies.ts';

let port = 0;
const from = (remoteAddress: string): Socket =>
  Object.defineProperties(new Socket(), {
    remoteAddress: { value: remoteAddress },
    remotePort: { value: ++port },
    localPort: { value: 8443 },
  });

function limited(...addresses: string[]): boolean[] {
  const limit = new ConnectionLimit(2, new TrustedProxies(['192.0.2.99']));
  const sockets = addresses.map(from);
  for (const socket of sockets) limit.opened(socket);
  const beyond = sockets.map((socket) => limit.isBeyond(socket));
  for (const socket of sockets) socket.destroy();
  return beyond;
}

it('all addresses of an IPv6 /64 network count as one client: whoever has one has all of them', () => {
  expect(limited('2001:db8::1', '2001:db8::2', '2001:db8::aaaa:3')).toEqual([false, false, true]);
  expect(limited('2001:db8::1', '2001:db8::2', '2001:db8:0:1::3')).toEqual([false, false, false]);
});

it('IPv4 addresses count alone, also in IPv6 clothes', () => {
  expect(limited('192.0.2.1', '::ffff:192.0.2.1', '192.0.2.1', '192.0.2.2')).toEqual([false, false, true, false]);
});

it('a trusted proxy has no limit of its own', () => {
  expect(limited(...Array<string>(5).fill('::ffff:192.0.2.99'))).toEqual(Array(5).fill(false));
});
