import {
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  Agent as PlainAgent,
  request as plain,
} from 'node:http';
import { Agent as SecureAgent, request as secure } from 'node:https';
import { isIPv6, type LookupFunction } from 'node:net';
import { getCACertificates } from 'node:tls';
import { type Allowed, createAllowed, plainName } from './allow.ts';
import { type Resolve, resolveHost } from './resolve.ts';
import { BadTarget, checkTarget, type Target } from './target.ts';

export interface OutgoingRequest {
  readonly url: string;
  /** Default: GET. */
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** For all of it, from the look-up of the name to the last byte; milliseconds, default 10,000. */
  readonly timeoutMs?: number;
  /** Of the answer's body; default 64 KiB. More is a failure. */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
}

/** An answer, whatever its status: a redirect is one too, and is not followed. The body is as it came, never decompressed. */
export interface OutgoingAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** In few words, so that nobody learns from them what there is inside: `unreachable` is also what may not be reached. */
export type FailureKind = 'unreachable' | 'tls_failed' | 'timeout' | 'answer_too_large' | 'bad_answer';

export class OutgoingFailure extends Error {
  override readonly name = 'OutgoingFailure';
  readonly kind: FailureKind;
  /** @param why for the log of the server, never for a client. */
  constructor(kind: FailureKind, why: string) {
    super(why);
    this.kind = kind;
  }
}

/** Sends one request. @throws {OutgoingFailure} */
export type Send = (request: OutgoingRequest) => Promise<OutgoingAnswer>;

export interface Outgoing {
  readonly send: Send;
  /** What can be said of a target without looking it up. @throws {BadTarget} */
  check(url: string): void;
}

export interface OutgoingOptions {
  /** The setting `outgoing.allow`. */
  readonly allow?: readonly string[] | undefined;
  /** PEM of certificate authorities that are believed besides the public ones. */
  readonly ca?: string | undefined;
  /** Whether http is possible anywhere (development). */
  readonly plain?: boolean;
  readonly resolve?: Resolve;
}

const TIMEOUT_MS = 10_000;
const MAX_BYTES = 64 * 1024;
const MAX_HEADER_BYTES = 16 * 1024;

/**
 * The one way out: everything that the server sends to an address that somebody else wrote goes through here. It looks the name up itself,
 * refuses it unless every address may be reached, and connects to just these addresses, so that a name that changes its mind
 * in between gains nothing. Nothing is followed, no proxy is used, the certificate is checked against the name.
 */
export function createOutgoing({
  allow = [],
  ca,
  plain: isPlain = false,
  resolve = resolveHost,
}: OutgoingOptions): Outgoing {
  const allowed = createAllowed(allow);
  // Agents of our own: the global ones may have been told of a proxy by the environment.
  const agents = {
    'https:': new SecureAgent({
      keepAlive: false,
      maxCachedSessions: 0,
      ...(ca && { ca: [...getCACertificates(), ca] }),
    }),
    'http:': new PlainAgent({ keepAlive: false }),
  };
  return {
    check: (url) => void checkTarget(url, allowed, isPlain),
    async send(request) {
      const timeout = AbortSignal.timeout(request.timeoutMs ?? TIMEOUT_MS);
      const signal = request.signal ? AbortSignal.any([timeout, request.signal]) : timeout;
      try {
        const target = checkTarget(request.url, allowed, isPlain);
        const addresses = await lookUp(target, allowed, resolve, signal);
        return await exchange(request, target, addresses, agents, signal);
      } catch (error) {
        throw timeout.aborted ? new OutgoingFailure('timeout', 'it took too long') : failureOf(error);
      }
    },
  };
}

/** The addresses to connect to: all of them permitted, or none. */
async function lookUp(
  target: Target,
  allowed: Allowed,
  resolve: Resolve,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { host, isLiteral, isNamed } = target;
  if (isLiteral) return [host];
  const addresses = await untilAborted(resolve(plainName(host), isNamed, signal), signal);
  if (addresses.length === 0) throw new OutgoingFailure('unreachable', 'the name has no address');
  const refused = addresses.find((address) => !allowed.address(address, isNamed));
  if (refused === undefined) return addresses;
  throw new OutgoingFailure('unreachable', `the name resolves to ${refused}, which outgoing.allow does not permit`);
}

function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort);
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/** Answers with what was looked up and checked, whenever it is asked. */
const pinned = (addresses: readonly string[]): LookupFunction => {
  const all = addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));
  return (_host, options, done) => {
    const [first] = all;
    if (options.all) done(null, all);
    else done(null, first?.address ?? '', first?.family);
  };
};

function exchange(
  { method = 'GET', headers = {}, body, maxBytes = MAX_BYTES }: OutgoingRequest,
  { url, host, isLiteral }: Target,
  addresses: readonly string[],
  agents: { readonly 'https:': SecureAgent; readonly 'http:': PlainAgent },
  signal: AbortSignal,
): Promise<OutgoingAnswer> {
  const options = {
    method,
    host,
    port: url.port || (url.protocol === 'https:' ? 443 : 80),
    path: `${url.pathname}${url.search}`,
    headers: {
      ...headers,
      Host: url.host,
      'Accept-Encoding': 'identity',
      'Content-Length': String(Buffer.byteLength(body ?? '')),
    },
    lookup: pinned(addresses),
    maxHeaderSize: MAX_HEADER_BYTES,
    insecureHTTPParser: false,
    signal,
  };
  return new Promise((resolve, reject) => {
    const onResponse = (response: IncomingMessage): void => {
      readAll(response, maxBytes)
        .then((bytes) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: bytes }))
        .catch(reject)
        .finally(() => sent.destroy());
    };
    const sent: ClientRequest =
      url.protocol === 'https:'
        ? secure(
            // An address has no name to be sent; its certificate is checked against the address.
            {
              ...options,
              agent: agents['https:'],
              servername: isLiteral ? '' : plainName(host),
              rejectUnauthorized: true,
            },
            onResponse,
          )
        : plain({ ...options, agent: agents['http:'] }, onResponse);
    sent.on('error', reject);
    // Nobody here speaks anything else on the connection.
    sent.on('upgrade', (_response, socket) => {
      socket.destroy();
      reject(new OutgoingFailure('bad_answer', 'the answer changes the protocol'));
    });
    sent.end(body);
  });
}

async function readAll(response: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw new OutgoingFailure('answer_too_large', `the answer is larger than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function failureOf(error: unknown): OutgoingFailure {
  if (error instanceof OutgoingFailure) return error;
  if (error instanceof BadTarget) return new OutgoingFailure('unreachable', `the target ${error.message}`);
  const { code = '', message } = error as Error & { code?: string };
  if (/CERT|SSL|TLS|SELF_SIGNED|ALTNAME|UNABLE_TO|EPROTO/.test(code)) return new OutgoingFailure('tls_failed', code);
  if (/^HPE_|^ERR_HTTP|^ECONNRESET$/.test(code)) return new OutgoingFailure('bad_answer', code);
  return new OutgoingFailure('unreachable', code || message);
}
