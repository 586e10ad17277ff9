import type { X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Server, TLSSocket } from 'node:tls';
import type { RefusedCertificate, Verdict } from '../identity/certificate/judge.ts';
import type { ClientCertificate } from '../identity/identity.ts';
import { addressOf } from './client-address.ts';

/** Who says whether a certificate is believed. */
export interface CertificateJudge {
  /** Rises when certificates may be judged otherwise than before. */
  readonly generation: number;
  /** Nobody's certificates are believed, so nobody's are looked at. */
  readonly isEmpty: boolean;
  /** @param chain DER, the client's own first */
  judge(chain: readonly Buffer[]): Verdict;
}

/** Hears of each certificate that was refused, in a handshake or afterwards. */
export type OnRefused = (why: RefusedCertificate, address: string) => void;

interface Shown {
  readonly chain: readonly Buffer[];
  /** Undefined: it was refused, and the connection is being closed. */
  readonly certificate: ClientCertificate | undefined;
  readonly until: number;
  readonly generation: number;
}

/** A path has four certificates at most; one more is enough to refuse. */
const MOST_SHOWN = 5;

const shown = new WeakMap<object, Shown>();

/** The certificate of the client at the other end of this connection, verified; undefined where it showed none. */
export const certificateOf = (socket: object): ClientCertificate | undefined => shown.get(socket)?.certificate;

/**
 * What clients show in the handshake. A connection whose certificate is not believed is closed: at once, and later, when a
 * revocation, a new CA file or time changes the answer. Who shows none is served as everybody is.
 */
export class ClientCertificates {
  readonly #judge: CertificateJudge;
  readonly #onRefused: OnRefused;
  readonly #now: () => number;
  readonly #sockets = new Set<Socket>();

  /** @param now milliseconds since the epoch. */
  constructor(judge: CertificateJudge, onRefused: OnRefused, now: () => number = Date.now) {
    this.#judge = judge;
    this.#onRefused = onRefused;
    this.#now = now;
  }

  /** To be called after everybody else has begun to listen: a connection is looked at before a byte of HTTP is. */
  watch(server: Server): void {
    server.prependListener('secureConnection', (socket) => this.#connected(socket));
  }

  /**
   * Whether the connection may be served: asked with every request, and free while nothing has changed. If not, it is closed.
   */
  mayServe(socket: Socket): boolean {
    const held = shown.get(socket);
    if (held === undefined) return true;
    if (held.certificate === undefined) return false;
    if (held.generation === this.#judge.generation && this.#now() < held.until) return true;
    return this.#decide(socket, held.chain);
  }

  /** Closes every connection that may not be served any more. */
  sweep(): void {
    for (const socket of this.#sockets) this.mayServe(socket);
  }

  #connected(socket: TLSSocket): void {
    const chain = chainOf(socket);
    if (chain.length === 0 || this.#judge.isEmpty) return;
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    this.#decide(socket, chain, verdictOfTls(socket));
  }

  /** @param objection what TLS itself has against the certificate */
  #decide(socket: Socket, chain: readonly Buffer[], objection?: string): boolean {
    const { generation } = this.#judge;
    const verdict = this.#judge.judge(chain);
    if ('certificate' in verdict && objection === undefined) {
      const { certificate, until } = verdict;
      shown.set(socket, { chain, certificate, until, generation });
      return true;
    }
    shown.set(socket, { chain: [], certificate: undefined, until: 0, generation });
    this.#sockets.delete(socket);
    const { serial, authority } = 'certificate' in verdict ? verdict.certificate : verdict;
    const refused = 'certificate' in verdict ? `tls: ${objection}` : verdict.refused;
    this.#onRefused({ refused, ...(serial && { serial }), ...(authority && { authority }) }, addressOf(socket));
    socket.destroy();
    return false;
  }
}

/** What the client showed, its own certificate first; of a resumed session that one alone. Empty where it showed none. */
function chainOf(socket: TLSSocket): Buffer[] {
  const chain: Buffer[] = [];
  let next: X509Certificate | undefined = socket.getPeerX509Certificate();
  while (next !== undefined && chain.length < MOST_SHOWN) {
    chain.push(next.raw);
    next = next.issuerCertificate;
  }
  return chain;
}

/** OpenSSL's own objection in its word, such as `CERT_HAS_EXPIRED`; undefined where it has none. */
function verdictOfTls({ authorized, authorizationError }: TLSSocket): string | undefined {
  if (authorized) return undefined;
  return String((authorizationError as { code?: string } | undefined)?.code ?? authorizationError ?? 'unverified');
}
