import type { Socket } from 'node:net';

/** The address of the other end as records show it: an IPv4 client of an IPv6 listener is an IPv4 client. */
export function addressOf(socket: Pick<Socket, 'remoteAddress'>): string {
  const address = socket.remoteAddress ?? 'unknown';
  return address.startsWith('::ffff:') ? address.slice(7) : address;
}
