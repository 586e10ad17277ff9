import { createServer as createPlain, type RequestListener, type Server, type ServerOptions } from 'node:http';
import { createServer as createSecure } from 'node:https';
import type { Socket } from 'node:net';
import type { Limits } from '@ojs/schema';
import { addressOf } from './client-address.ts';
import type { ClientCertificates } from './client-certificates.ts';
import type { ConnectionLimit } from './connection-limit.ts';
import { takeExpectations } from './expect.ts';
import { type Handshakes, tcpOf } from './handshakes.ts';
import { onConnect } from './raw-answer.ts';
import type { ServerTls } from './server-tls.ts';
import { LISTENER_RULES } from './tls.ts';
import type { TrustedProxies } from './trusted-proxies.ts';

/** How often slow clients are looked for: well below the times they are given. */
const CHECK_MS = 2_000;
const MAX_HEADER_BYTES = 16 * 1024;

export interface ListenerOptions {
  readonly limits: Pick<Limits, 'requestMs' | 'headersMs' | 'idleMs' | 'waitMs' | 'connections'>;
  readonly connections: ConnectionLimit;
  readonly proxies: TrustedProxies;
  /** Absent: plain http. */
  readonly secure?: {
    readonly tls: ServerTls;
    readonly handshakes: Handshakes;
    /** Absent: clients are not asked for certificates. */
    readonly clients?: ClientCertificates | undefined;
  };
  /** Set: only trusted proxies are served, and this hears from where others came, whose connections are closed. */
  readonly onStranger?: (address: string) => void;
}

/** The HTTP server below Fastify, with every time and size bounded (security page, DoS Protection). */
export function createListener(options: ListenerOptions, handler: RequestListener): Server {
  const { limits, connections, secure, proxies, onStranger } = options;
  const http = {
    requestTimeout: limits.requestMs,
    headersTimeout: limits.headersMs,
    keepAliveTimeout: limits.idleMs,
    connectionsCheckingInterval: Math.min(CHECK_MS, limits.headersMs),
    maxHeaderSize: MAX_HEADER_BYTES,
    // Node's own answers are not in our format: the pipeline looks for the Host header itself.
    requireHostHeader: false,
    insecureHTTPParser: false,
  };
  const server = secure ? createEncrypted(secure, http, handler) : createPlain(http, handler);
  // Node would silently drop what is beyond its count, perhaps the header that matters; the size is bounded above.
  server.maxHeadersCount = 0;
  // Who does not read its answer holds it in memory. A waiting request is silent too, and a slow one is told so; both before.
  server.setTimeout(Math.max(limits.requestMs, limits.waitMs) + 2 * CHECK_MS);
  server.on('timeout', giveUp);
  server.maxConnections = limits.connections;
  server.prependListener('connection', (socket: Socket) => {
    connections.opened(socket);
    const address = addressOf(socket);
    if (onStranger === undefined || proxies.includes(address)) return;
    socket.destroy();
    onStranger(address);
  });
  server.on('connect', onConnect);
  takeExpectations(server);
  return server;
}

function createEncrypted(
  { tls, handshakes, clients }: NonNullable<ListenerOptions['secure']>,
  http: ServerOptions,
  handler: RequestListener,
): Server {
  // Everybody is asked and nobody must have one. A bad one is not refused by TLS but right after it, where the reason is known.
  const asks = clients && { requestCert: true, rejectUnauthorized: false };
  const server = createSecure({ ...http, ...LISTENER_RULES, ...asks, ...tls.context }, handler);
  tls.attach(server);
  handshakes.watch(server);
  clients?.watch(server);
  return server;
}

/**
 * Who is only idle is told that it is over. For who does not read, the system would go on holding megabytes and wait until they
 * are taken: they are thrown away.
 */
function giveUp(socket: Socket): void {
  if (socket.writableLength > 0) tcpOf(socket).resetAndDestroy();
  socket.destroy();
}
