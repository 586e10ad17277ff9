import type { IncomingMessage } from 'node:http';
import { type Refusal, refuse } from './refusal.ts';

/** The two names of JSON in this API (http-binding §4.1), with at most the charset that JSON has anyway. */
const JSON_TYPE = /^application\/(?:openjobspec\+)?json[ \t]*(?:;[ \t]*charset=(?:utf-8|"utf-8")[ \t]*)?$/i;

const unsupported = (message: string, hint: string): Refusal => refuse('unsupported_media_type', message, { hint });

export function tooLarge(max: number, actual?: number): Refusal {
  return refuse('payload_too_large', `The body is larger than ${max} bytes.`, {
    hint: 'Send less at once: keep large data elsewhere and send a reference to it.',
    details: { field: 'body', ...(actual !== undefined && { actual_bytes: actual }), max_bytes: max },
  });
}

/** What OAuth sends (RFC 6749, appendix B). */
const FORM_TYPE = /^application\/x-www-form-urlencoded[ \t]*(?:;[ \t]*charset=(?:utf-8|"utf-8")[ \t]*)?$/i;

/** What can be said of a body before a byte of it is read: undefined when it may be read. Requests without a body pass. */
export function refuseBody({ headers }: IncomingMessage, max: number, isForm = false): Refusal | undefined {
  const length = headers['content-length'];
  if (headers['transfer-encoding'] === undefined && (length === undefined || length === '0')) return undefined;
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    return unsupported('Content-Encoding: only identity is supported.', 'Send the body uncompressed.');
  }
  if (isForm) {
    if (!FORM_TYPE.test(headers['content-type'] ?? '')) {
      return unsupported(
        'Content-Type: must be application/x-www-form-urlencoded.',
        'Send the parameters as a form, as OAuth 2.0 has it.',
      );
    }
  } else if (!JSON_TYPE.test(headers['content-type'] ?? '')) {
    return unsupported(
      'Content-Type: must be application/openjobspec+json or application/json.',
      'Send the body as JSON, with Content-Type: application/openjobspec+json.',
    );
  }
  if (length !== undefined && Number(length) > max) return tooLarge(max, Number(length));
  return undefined;
}
