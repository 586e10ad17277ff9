import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { MEDIA_TYPE } from '@ojs/schema';
import { uuidV7 } from '../uuid.ts';
import { errorBody } from './error-body.ts';
import { type Refusal, refuse } from './refusal.ts';

/** How long a client may take to read what it is told before its connection is gone, in milliseconds. */
const LINGER_MS = 1_000;

/** Answers on the bare socket what never became a request, in the same format as everything else, and closes. */
export function answerRaw(socket: Socket, refusal: Refusal): void {
  const requestId = `req_${uuidV7()}`;
  const body = JSON.stringify(errorBody(refusal, requestId));
  const headers = {
    'OJS-Version': '1.0',
    'X-Request-Id': requestId,
    'Content-Type': MEDIA_TYPE,
    'Content-Length': String(Buffer.byteLength(body)),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    ...('encrypted' in socket && { 'Strict-Transport-Security': 'max-age=31536000' }),
    ...refusal.detail.headers,
    Connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const status = `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status] ?? ''}`;
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once('close', () => clearTimeout(timer));
  socket.end(`${[status, ...lines].join('\r\n')}\r\n\r\n${body}`);
}

const CLOSE = { hint: 'Send a well-formed HTTP/1.1 request.' };

/** What Node's parser and clock refuse, by the code of their error. */
function refusalOf(code: string | undefined): Refusal {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return refuse('headers_too_large', 'The request line and headers are larger than 16 KiB.', {
        hint: 'Send shorter headers.',
      });
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return refuse('payload_too_large', 'The chunk extensions are too large.', CLOSE);
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return refuse('request_timeout', 'The request did not arrive in time.', { hint: 'Send it again, faster.' });
    default:
      return refuse('invalid_request', 'The request is not valid HTTP.', CLOSE);
  }
}

/** Fastify's `clientErrorHandler`: malformed HTTP, headers too large, too slow, broken TLS. */
export function onClientError(error: Error & { code?: string }, socket: Socket): void {
  const answering = (socket as { _httpMessage?: { headersSent: boolean } })._httpMessage;
  const handshake = error.code?.startsWith('ERR_SSL') || error.code?.startsWith('ERR_TLS');
  if (handshake || error.code === 'ECONNRESET' || !socket.writable || answering?.headersSent) {
    socket.destroy();
    return;
  }
  answerRaw(socket, refusalOf(error.code));
}

/** CONNECT makes a tunnel; there is nothing here to tunnel to. */
export function onConnect(_request: unknown, socket: Socket): void {
  answerRaw(socket, refuse('method_not_allowed', 'CONNECT is not supported.'));
}
