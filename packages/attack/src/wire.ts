import { once } from 'node:events';
import { type IncomingHttpHeaders, type IncomingMessage, request as plain } from 'node:http';
import { Agent, request as secure } from 'node:https';
import { connect as connectTcp, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';

export interface WireRequest {
  /** Default: GET, or POST with a body. */
  readonly method?: string;
  readonly path: string;
  /** Sent as `Authorization: Bearer`. */
  readonly key?: string | undefined;
  /** A list sends the header several times. */
  readonly headers?: Readonly<Record<string, string | string[]>>;
  /** JSON, or text as it is. */
  readonly body?: unknown;
  /** Another certificate and key for the connection: a connection of its own then. */
  readonly tls?: ConnectionOptions;
  /** Another server of the installation. */
  readonly url?: string;
}

export interface WireAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: attacks look into answers of every shape
  readonly body: any;
}

/** Requests and bytes as an attacker sends them: nothing is corrected on the way. */
export interface Wire {
  send(request: WireRequest): Promise<WireAnswer>;
  /** Writes bytes on a connection of their own; resolves with all that came back when it is closed, or silent for `quietMs` (default 2,000). */
  raw(
    bytes: string | Buffer,
    options?: { plainPort?: number; tls?: ConnectionOptions; quietMs?: number },
  ): Promise<string>;
  /** A TLS connection. */
  connect(tls?: ConnectionOptions): Promise<Socket>;
  close(): void;
}

export const MEDIA_TYPE = 'application/openjobspec+json';
const TIMEOUT_MS = 20_000;

export function connectWire(base: string, ca: string | undefined): Wire {
  const { hostname, port, protocol } = new URL(base);
  const isSecure = protocol === 'https:';
  const agent = new Agent({ keepAlive: true, maxSockets: 32, ...(ca && { ca }) });
  const tlsOptions = { host: hostname, port: Number(port || 443), servername: hostname, ...(ca && { ca }) };

  async function connect(tls: ConnectionOptions = {}): Promise<Socket> {
    const socket = isSecure ? connectTls({ ...tlsOptions, ...tls }) : connectTcp(Number(port || 80), hostname);
    await once(socket, isSecure ? 'secureConnect' : 'connect');
    return socket;
  }

  return {
    connect,
    close: () => agent.destroy(),
    async send({ method, path, key, headers = {}, body, tls, url = base }) {
      const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
      const target = new URL(url);
      const own = tls && new Agent({ keepAlive: false, ...(ca && { ca }), ...tls });
      const sent = (target.protocol === 'https:' ? secure : plain)({
        host: target.hostname,
        port: target.port,
        path,
        method: method ?? (text === undefined ? 'GET' : 'POST'),
        agent: target.protocol === 'https:' ? (own ?? agent) : undefined,
        timeout: TIMEOUT_MS,
        headers: {
          ...(key !== undefined && { authorization: `Bearer ${key}` }),
          ...(text !== undefined && { 'content-type': MEDIA_TYPE, 'content-length': String(Buffer.byteLength(text)) }),
          ...headers,
        },
      });
      sent.on('timeout', () => sent.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)));
      sent.end(text);
      try {
        const [response] = (await once(sent, 'response')) as [IncomingMessage];
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk as Buffer);
        return answerOf(response, Buffer.concat(chunks).toString('utf8'));
      } finally {
        own?.destroy();
      }
    },
    async raw(bytes, { plainPort, tls, quietMs = 2_000 } = {}) {
      const socket = plainPort === undefined ? await connect(tls) : connectTcp(plainPort, hostname);
      let heard = '';
      socket.on('data', (chunk) => {
        heard += chunk.toString('latin1');
      });
      socket.on('error', () => undefined);
      socket.setTimeout(quietMs, () => socket.destroy());
      socket.write(bytes);
      await once(socket, 'close');
      return heard;
    },
  };
}

function answerOf(response: IncomingMessage, text: string): WireAnswer {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    body = undefined;
  }
  return { status: response.statusCode ?? 0, headers: response.headers, text, body };
}
