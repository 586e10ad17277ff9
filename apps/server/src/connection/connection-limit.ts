import type { Socket } from 'node:net';
import { addressOf } from './client-address.ts';

/** Connections beyond the limit that are still answered, per address; more are closed unanswered. */
const ANSWERED_BEYOND = 32;
/** How long a connection beyond the limit may take to ask and to hear the 429, in milliseconds. */
const BEYOND_MS = 5_000;

/**
 * Counts connections per client address (security page, Connection limit: 100). What is beyond the limit is accepted,
 * marked, answered 429 and closed: a client that is only refused would learn nothing. Counted from the first packet on, so that
 * handshakes count too.
 */
export class ConnectionLimit {
  readonly #most: number;
  readonly #open = new Map<string, number>();
  readonly #beyond = new Set<string>();
  #count = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** How many are open. */
  get count(): number {
    return this.#count;
  }

  /** To be told of each TCP connection. */
  opened(socket: Socket): void {
    this.#count++;
    const address = addressOf(socket);
    const open = (this.#open.get(address) ?? 0) + 1;
    this.#open.set(address, open);
    const peer = peerOf(socket);
    socket.once('close', () => {
      this.#count--;
      this.#beyond.delete(peer);
      const left = (this.#open.get(address) ?? 1) - 1;
      if (left > 0) this.#open.set(address, left);
      else this.#open.delete(address);
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
