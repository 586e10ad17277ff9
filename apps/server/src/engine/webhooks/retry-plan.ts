import type { FailureKind } from '../../outgoing/send.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** After attempt n, the wait before attempt n + 1 (ojs-webhooks §7.2). After the last there is no other. */
const WAITS = [30 * SECOND, 2 * MINUTE, 10 * MINUTE, HOUR, 4 * HOUR, 12 * HOUR, 24 * HOUR];

/** How an attempt went: an answer, or none. */
export type Attempt =
  | { readonly status: number; readonly retryAfter?: string | undefined }
  | { readonly failure: FailureKind };

export type Verdict =
  | { readonly outcome: 'delivered' | 'dead' }
  | { readonly outcome: 'retry'; readonly delayMs: number };

/**
 * What becomes of a delivery (ojs-webhooks §7.1). A redirect is not followed, so it is an answer that will not change: as little use as
 * a client error.
 * @param attempt which one it was, from 1.
 * @param now ms since the epoch, for a Retry-After that is a date.
 */
export function judge(result: Attempt, attempt: number, now: number): Verdict {
  const wait = WAITS[attempt - 1];
  if ('status' in result) {
    const { status, retryAfter } = result;
    if (status >= 200 && status < 300) return { outcome: 'delivered' };
    if (status < 500 && status !== 429) return { outcome: 'dead' };
    if (wait !== undefined && status === 429)
      return { outcome: 'retry', delayMs: Math.max(wait, asked(retryAfter, now)) };
  }
  return wait === undefined ? { outcome: 'dead' } : { outcome: 'retry', delayMs: wait };
}

/** The milliseconds that a Retry-After asks for; at most a day. */
function asked(retryAfter: string | undefined, now: number): number {
  if (retryAfter === undefined) return 0;
  const ms = /^\d{1,9}$/.test(retryAfter) ? Number(retryAfter) * SECOND : Date.parse(retryAfter) - now;
  return Number.isNaN(ms) ? 0 : Math.min(Math.max(ms, 0), 24 * HOUR);
}
