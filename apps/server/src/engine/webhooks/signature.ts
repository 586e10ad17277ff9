import { createHmac } from 'node:crypto';
import type { WebhookSecrets } from './secrets.ts';

/**
 * What proves who sent a delivery, and when (ojs-webhooks §8.1): HMAC-SHA256 over `timestamp.body`. While a secret is being rotated there are
 * two, the new one's first.
 * @param now ms since the epoch.
 */
export function signatureHeaders(secrets: WebhookSecrets, body: string, now: number): Record<string, string> {
  const timestamp = String(Math.floor(now / 1_000));
  const signatures = secrets
    .validAt(now)
    .map((secret) => `sha256=${createHmac('sha256', secret.reveal()).update(`${timestamp}.${body}`).digest('hex')}`);
  return { 'X-OJS-Timestamp': timestamp, 'X-OJS-Signature': signatures.join(',') };
}
