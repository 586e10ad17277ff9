import { createHmac, timingSafeEqual } from 'node:crypto';

export interface VerifyOptions {
  /** How far the timestamp may be from now, in milliseconds. Default 300,000 (ojs-webhooks §8.2). */
  toleranceMs?: number;
}

/** Headers as Node.js has them (names in lower case), or as `fetch` has them. */
export type WebhookHeaders = Headers | Readonly<Record<string, string | readonly string[] | undefined>>;

const TOLERANCE_MS = 300_000;
/** Two while a secret is rotated; more are not looked at. */
const SIGNATURES = 8;
const SIGNATURE = /^sha256=([0-9a-f]{64})$/i;

/**
 * Whether a delivery comes from who has the secret, is unchanged, and is not an old one sent again (ojs-webhooks §8.2). Each secret is
 * compared with each signature, in constant time. The same delivery may still arrive twice: its `x-ojs-delivery-id` tells.
 *
 * @param body the raw bytes, before any parsing
 * @param secrets the secret; while receivers change over, the old one and the new one
 * @throws {TypeError} without a secret, because then nothing could be told
 */
export function verifyWebhook(
  headers: WebhookHeaders,
  body: string | Uint8Array,
  secrets: string | readonly string[],
  { toleranceMs = TOLERANCE_MS }: VerifyOptions = {},
): boolean {
  const known = typeof secrets === 'string' ? [secrets] : secrets;
  if (known.length === 0 || known.some((secret) => secret === '')) throw new TypeError('verifyWebhook needs a secret');
  const timestamp = header(headers, 'x-ojs-timestamp');
  if (!/^\d{1,12}$/.test(timestamp)) return false;
  const isRecent = Math.abs(Date.now() - Number(timestamp) * 1_000) <= toleranceMs;
  if (!isRecent) return false;
  const received = signaturesOf(header(headers, 'x-ojs-signature'));
  let genuine = false;
  for (const secret of known) {
    const expected = createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest();
    for (const signature of received) if (timingSafeEqual(signature, expected)) genuine = true;
  }
  return genuine;
}

/** Those that are well-formed. */
const signaturesOf = (text: string): Buffer[] =>
  text
    .split(',', SIGNATURES)
    .map((part) => SIGNATURE.exec(part.trim())?.[1])
    .filter((hex) => hex !== undefined)
    .map((hex) => Buffer.from(hex, 'hex'));

function header(headers: WebhookHeaders, name: string): string {
  const value = headers instanceof Headers ? headers.get(name) : headers[name];
  return typeof value === 'string' ? value : '';
}
