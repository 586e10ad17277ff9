import {
  createServer as createPlainServer,
  type IncomingHttpHeaders,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { createAuthority, type IssueOptions } from '@ojs/dev';

/** A request as it arrived. */
export interface Arrived {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
  body: any;
  /** Subject of the client certificate, where one came. */
  certificate: string | undefined;
  /** Resolves when the exchange is over: answered, or the client has gone. */
  gone: Promise<void>;
  /** Breaks the connection. */
  cut: () => void;
}

/** What to answer: JSON with a status, `cut` (the connection breaks), or `hang` (no answer at all). */
export type Reply =
  | { status: number; json?: unknown; text?: string; headers?: Record<string, string> }
  | 'cut'
  | 'hang';

export type Respond = (request: Arrived) => Reply | Promise<Reply>;

/** A server that speaks real TLS (or plain http) and answers what a test says. */
export interface Stub {
  url: string;
  /** Its authority's certificate, PEM. */
  ca: string;
  requests: Arrived[];
  /** Replaces the responder. */
  respond: (respond: Respond) => void;
  /** Resolves with the first request, past or future, that fits. */
  seen: (fits: (request: Arrived) => boolean) => Promise<Arrived>;
  stop: () => Promise<void>;
}

let authority: ReturnType<typeof createAuthority> | undefined;

/** Who issues the certificates of stub servers. */
export const stubAuthority = (): ReturnType<typeof createAuthority> => {
  authority ??= createAuthority();
  return authority;
};

export async function startStub(
  respond: Respond,
  options: { certificate?: Partial<IssueOptions>; plain?: boolean; asksForCertificate?: boolean } = {},
): Promise<Stub> {
  const ca = await stubAuthority();
  const requests: Arrived[] = [];
  const sockets = new Set<Socket>();
  let watchers: { fits: (request: Arrived) => boolean; found: (request: Arrived) => void }[] = [];
  let current = respond;

  const server: Server = options.plain
    ? createPlainServer()
    : (createServer({
        ...(await ca.issue({ names: ['localhost', '127.0.0.1'], ...options.certificate })),
        ...(options.asksForCertificate && { requestCert: true, rejectUnauthorized: true, ca: ca.cert }),
      }) as unknown as Server);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('request', async (incoming, outgoing) => {
    let text = '';
    for await (const chunk of incoming.setEncoding('utf8')) text += chunk;
    const arrived: Arrived = {
      method: incoming.method ?? '',
      path: incoming.url ?? '',
      headers: incoming.headers,
      body: readBody(text, incoming.headers['content-type']),
      certificate: (incoming.socket as TLSSocket).getPeerX509Certificate?.()?.subject,
      gone: new Promise((resolve) => outgoing.once('close', resolve)),
      cut: () => void incoming.socket.destroy(),
    };
    requests.push(arrived);
    watchers = watchers.filter(({ fits, found }) => !fits(arrived) || void found(arrived));
    answer(outgoing, await current(arrived));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    url: `${options.plain ? 'http' : 'https'}://localhost:${port}`,
    ca: ca.cert,
    requests,
    respond: (next) => {
      current = next;
    },
    seen: (fits) => {
      const past = requests.find(fits);
      if (past) return Promise.resolve(past);
      return new Promise((found) => watchers.push({ fits, found }));
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function readBody(text: string, type = ''): unknown {
  if (text === '') return undefined;
  return type.includes('json') ? JSON.parse(text) : Object.fromEntries(new URLSearchParams(text));
}

function answer(outgoing: ServerResponse, reply: Reply): void {
  if (reply === 'hang') return;
  if (reply === 'cut') return void outgoing.socket?.destroy();
  const { status, json, text, headers } = reply;
  outgoing.writeHead(status, { 'content-type': 'application/openjobspec+json', ...headers });
  outgoing.end(text ?? JSON.stringify(json));
}

/** An error answer in OJS format. */
export const refusal = (status: number, code: string, more: object = {}): Reply => ({
  status,
  json: { error: { code, message: `no: ${code}`, retryable: false, request_id: 'req_1', ...more } },
});
