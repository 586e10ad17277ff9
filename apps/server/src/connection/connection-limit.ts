import type { Socket } from 'node:net';
import { networkOf } from '../network/network-of.ts';
import { addressOf } from './client-address.ts';
import type { TrustedProxies } from './trusted-proxies.ts';

/** Connections beyond the limit that are still answered, per client; more are closed unanswered. */
const ANSWERED_BEYOND = 32;
/** How long a connection beyond the limit may take to ask and to hear the 429, in milliseconds. */
const BEYOND_MS = 5_000;

/**
 * Counts connections per client (security page, Connection limit: 100): per IPv4 address or IPv6 /64 network, of which one client has all. What is beyond the limit is accepted,
 * marked, answered 429 and closed: a client that is only refused would learn nothing. Counted from the first packet on, so that
 * handshakes count too. A trusted proxy speaks for any number of clients: only the limit of all connections holds for it.
 */
export class ConnectionLimit {
  readonly #most: number;
  readonly #proxies: TrustedProxies;
  readonly #open = new Map<string, number>();
  readonly #beyond = new Set<string>();
  #count = 0;

  constructor(most: number, proxies: TrustedProxies) {
    this.#most = most;
    this.#proxies = proxies;
  }

  /** How many are open. */
  get count(): number {
    return this.#count;
  }

  /** To be told of each TCP connection. */
  opened(socket: Socket): void {
    this.#count++;
    socket.once('close', () => this.#count--);
    const address = addressOf(socket);
    if (!this.#proxies.includes(address)) this.#limit(socket, networkOf(address));
  }

  #limit(socket: Socket, client: string): void {
    const open = (this.#open.get(client) ?? 0) + 1;
    this.#open.set(client, open);
    const peer = peerOf(socket);
    socket.once('close', () => {
      this.#beyond.delete(peer);
      const left = (this.#open.get(client) ?? 1) - 1;
      if (left > 0) this.#open.set(client, left);
      else this.#open.delete(client);
    });
    if (open > this.#most + ANSWERED_BEYOND) {
      socket.destroy();
    } else if (open > this.#most) {
      this.#beyond.add(peer);
      const timer = setTimeout(() => socket.destroy(), BEYOND_MS);
      timer.unref();
      socket.once('close', () => clearTimeout(timer));
    }
  }

  /** Whether this connection, plain or TLS, is to be refused. */
  isBeyond(socket: Socket): boolean {
    return this.#beyond.size > 0 && this.#beyond.has(peerOf(socket));
  }
}

/** A TLS socket and the TCP socket below it share address and port. */
const peerOf = (socket: Socket): string => `${socket.remoteAddress} ${socket.remotePort} ${socket.localPort}`;
