import type { Socket } from 'node:net';
import type { Server } from 'node:tls';
import { networkOf } from '../network/network-of.ts';
import { addressOf } from './client-address.ts';
import { FailureWindow } from './failure-window.ts';
import type { TrustedProxies } from './trusted-proxies.ts';

export interface HandshakeLimits {
  /** A handshake that takes longer is slow: with any client that works it is done in a fraction. */
  readonly slowMs: number;
  /** Slow handshakes of one address (of one /64 network with IPv6) at a time; more are closed. */
  readonly slowPerAddress: number;
}

const LIMITS: HandshakeLimits = { slowMs: 2_000, slowPerAddress: 20 };

export interface HandshakesOptions {
  readonly onFailed: OnHandshakeFailed;
  /** What fails there is the doing of clients that are not known by their addresses. */
  readonly proxies: TrustedProxies;
  readonly limits?: HandshakeLimits;
  readonly failures?: FailureWindow;
}

/** What OpenSSL calls what was sent instead of TLS, in our words. */
const WORDS: Readonly<Record<string, string>> = {
  ERR_SSL_HTTP_REQUEST: 'plain_http',
  ERR_SSL_WRONG_VERSION_NUMBER: 'not_tls',
  ERR_TLS_HANDSHAKE_TIMEOUT: 'timeout',
  ECONNRESET: 'closed_by_client',
};

/** Hears of each handshake that failed, why in one word, and from where. */
export type OnHandshakeFailed = (reason: string, address: string) => void;

interface Pending {
  readonly address: string;
  readonly timer: NodeJS.Timeout;
  isSlow: boolean;
}

/**
 * The handshakes of TLS listeners. Each ends within `handshakeTimeout`, and of one address few can be slow, so that
 * handshakes which are begun and never finished hold few places. Bursts of clients that do finish are not hindered. Who sends
 * garbage again and again is not listened to for a while.
 */
export class Handshakes {
  readonly #onFailed: OnHandshakeFailed;
  readonly #limits: HandshakeLimits;
  readonly #proxies: TrustedProxies;
  readonly #failures: FailureWindow;
  readonly #pending = new Map<Socket, Pending>();
  readonly #slow = new Map<string, number>();

  constructor({ onFailed, proxies, limits = LIMITS, failures = new FailureWindow() }: HandshakesOptions) {
    this.#onFailed = onFailed;
    this.#proxies = proxies;
    this.#limits = limits;
    this.#failures = failures;
  }

  /** To be called before the server has other listeners: a connection is known before its handshake begins. */
  watch(server: Server): void {
    server.prependListener('connection', (socket: Socket) => this.#begun(socket));
    server.on('secureConnection', (socket) => this.#ended(tcpOf(socket)));
    server.on('tlsClientError', (error, socket) => this.#failed(error, tcpOf(socket)));
  }

  #begun(socket: Socket): void {
    const address = addressOf(socket);
    if (this.#failures.isFull(networkOf(address), Date.now())) {
      socket.destroy();
      return;
    }
    const timer = setTimeout(() => this.#becameSlow(socket), this.#limits.slowMs).unref();
    this.#pending.set(socket, { address, timer, isSlow: false });
    // Told of failures first: an error of TLS comes after the end of the connection below it.
    socket.once('close', () => setImmediate(() => this.#ended(socket)));
  }

  #becameSlow(socket: Socket): void {
    const pending = this.#pending.get(socket);
    if (pending === undefined) return;
    const network = networkOf(pending.address);
    const slow = this.#slow.get(network) ?? 0;
    if (slow >= this.#limits.slowPerAddress) {
      this.#ended(socket);
      this.#tell('too_many_handshakes', pending.address);
      socket.destroy();
      return;
    }
    pending.isSlow = true;
    this.#slow.set(network, slow + 1);
  }

  #failed(error: Error & { code?: string }, socket: Socket): void {
    const pending = this.#pending.get(socket);
    if (pending === undefined) return;
    this.#ended(socket);
    const { code = '' } = error;
    // Whoever only looks whether the port is open, as load balancers do, tried no handshake.
    if (code === 'ECONNRESET' && socket.bytesRead === 0) return;
    this.#tell(wordOf(code), pending.address);
  }

  #tell(reason: string, address: string): void {
    if (!this.#proxies.includes(address)) this.#failures.count(networkOf(address), Date.now());
    this.#onFailed(reason, address);
  }

  #ended(socket: Socket): void {
    const pending = this.#pending.get(socket);
    if (pending === undefined) return;
    this.#pending.delete(socket);
    clearTimeout(pending.timer);
    if (!pending.isSlow) return;
    const network = networkOf(pending.address);
    const left = (this.#slow.get(network) ?? 1) - 1;
    if (left > 0) this.#slow.set(network, left);
    else this.#slow.delete(network);
  }
}

/** The TCP connection below TLS, or itself. A broken TLS connection has forgotten from where it came. */
export const tcpOf = (socket: Socket): Socket => (socket as Socket & { _parent?: Socket })._parent ?? socket;

/** The codes of OpenSSL's reasons are a fixed list, with nothing of the client in it. */
const wordOf = (code: string): string =>
  WORDS[code] ??
  code
    .replace(/^ERR_(SSL|TLS)_/, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_');
