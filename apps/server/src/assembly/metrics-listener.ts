import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { codeOf } from '../config/secrets.ts';
import { StartProblem } from '../start-problem.ts';

const PATIENCE_MS = 5_000;
const CONNECTIONS = 16;
/** A page in a browser on this machine that made its own name lead here says that name. */
const LOCAL = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

export interface MetricsListener {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves `GET /metrics` on the loopback, without a credential: for a scraper on the same machine or in the same pod.
 * @throws {StartProblem} when the port cannot be used
 */
export async function openMetrics(port: number, text: () => Promise<string>): Promise<MetricsListener> {
  const answer: RequestListener = (request, response) => {
    const status = !LOCAL.test(request.headers.host ?? '') ? 403 : request.url === '/metrics' ? 200 : 404;
    const send = (code: number, body: string): void => {
      response.writeHead(code, { 'Content-Type': 'text/plain', 'Cache-Control': 'no-store' }).end(body);
    };
    if (request.method !== 'GET') send(405, '');
    else if (status !== 200) send(status, '');
    else
      text().then(
        (body) => send(200, body),
        () => send(500, ''),
      );
  };
  const server = createServer(
    { requestTimeout: PATIENCE_MS, headersTimeout: PATIENCE_MS, keepAliveTimeout: PATIENCE_MS, maxHeaderSize: 8_192 },
    answer,
  );
  server.maxConnections = CONNECTIONS;
  server.setTimeout(2 * PATIENCE_MS);
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new StartProblem(
      `port ${port} on 127.0.0.1 cannot be used (${codeOf(error)}): choose another with OJS_METRICS_PORT`,
    );
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`,
    close: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
