import { Pool } from 'undici';
import { connectionError } from './connection-error.ts';
import type { OpenAnswer } from './event-stream.ts';
import { Exchange, type ExchangeLimits, type RawAnswer } from './exchange.ts';
import { connector, type TlsOptions } from './tls.ts';

/** One request, ready to be sent. */
export interface RawRequest extends ExchangeLimits {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body?: string | undefined;
}

/** Sends requests to one origin over kept connections. Follows no redirect: a credential goes nowhere else. */
export interface Transport {
  /** @throws {OjsConnectionError}; the signal's reason when it fires */
  send(request: RawRequest): Promise<RawAnswer>;
  /** An answer that goes on: only its beginning is awaited. @throws as {@link send} */
  open(request: { path: string; headers: Record<string, string>; signal: AbortSignal }): Promise<OpenAnswer>;
  /** Lets requests end, then closes every connection. */
  close(): Promise<void>;
  /** Ends requests with an error and closes every connection. */
  destroy(): Promise<void>;
}

const KEEP_ALIVE_MS = 60_000;

/** @param options.connections the most at once; the server allows 100 per client address by default */
export function createTransport(options: TlsOptions & { origin: string; connections: number }): Transport {
  const { origin, connections, ...tls } = options;
  warnOfSwitch();
  const pool = new Pool(origin, {
    connections,
    pipelining: 1,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // Each exchange has its own time limit.
    headersTimeout: 0,
    bodyTimeout: 0,
    allowH2: false,
    connect: connector(tls),
  });
  return {
    async send({ method, path, headers, body, ...limits }) {
      limits.signal?.throwIfAborted();
      const exchange = new Exchange(limits);
      pool.dispatch({ method, path, headers, body: body ?? null }, exchange);
      try {
        return await exchange.answer;
      } catch (error) {
        throw connectionError(origin, error, limits.signal);
      }
    },
    async open({ path, headers, signal }) {
      try {
        const { statusCode, headers: answered, body } = await pool.request({ method: 'GET', path, headers, signal });
        return { status: statusCode, headers: answered, body };
      } catch (error) {
        throw connectionError(origin, error, signal);
      }
    },
    close: () => (pool.closed ? Promise.resolve() : pool.close()),
    destroy: () => (pool.destroyed ? Promise.resolve() : pool.destroy()),
  };
}

function warnOfSwitch(): void {
  if (process.env.NODE_TLS_REJECT_UNAUTHORIZED !== '0') return;
  process.emitWarning(
    'NODE_TLS_REJECT_UNAUTHORIZED=0 is set. The OJS SDKs verify certificates all the same; unset it, and name your own authority in OJS_CA_FILE',
    { code: 'OJS_TLS_SWITCH' },
  );
}
