import { OutgoingFailure, type Send } from '../../outgoing/send.ts';
import type { WebhookSecrets } from './secrets.ts';
import { signatureHeaders } from './signature.ts';
import type { Posted } from './webhooks.ts';

export interface Letter {
  readonly url: string;
  readonly subscription: string;
  readonly delivery: string;
  readonly type: string;
  readonly body: string;
  readonly secrets: WebhookSecrets;
  readonly timeoutMs: number;
}

/** Of an answer only the status counts. */
const MAX_BYTES = 64 * 1024;

/** Sends one delivery, signed, once (ojs-webhooks §5.3). Never throws for what happens outside. */
export async function post(send: Send, letter: Letter, signal: AbortSignal): Promise<Posted> {
  const begun = performance.now();
  const took = (): number => Math.round(performance.now() - begun);
  try {
    const { status, headers } = await send({
      url: letter.url,
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        'User-Agent': 'OJS-Webhook/1.0',
        'X-OJS-Event-Type': letter.type,
        'X-OJS-Delivery-ID': letter.delivery,
        'X-OJS-Subscription-ID': letter.subscription,
        ...signatureHeaders(letter.secrets, letter.body, Date.now()),
      },
      body: letter.body,
      timeoutMs: letter.timeoutMs,
      maxBytes: MAX_BYTES,
      signal,
    });
    return { status, retryAfter: headers['retry-after'], ms: took() };
  } catch (error) {
    if (error instanceof OutgoingFailure) return { failure: error.kind, ms: took() };
    throw error;
  }
}
