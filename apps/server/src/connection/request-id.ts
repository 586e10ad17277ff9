import type { IncomingMessage } from 'node:http';
import { uuidV7 } from '../uuid.ts';

/** What may be reflected into a header and written into a log: no space, no line break, bounded. */
const SAFE = /^[A-Za-z0-9._:-]{1,128}$/;

/** The client's `X-Request-Id` where it is safe, else one of our own (http-binding §19). */
export function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && SAFE.test(given) ? given : `req_${uuidV7()}`;
}
