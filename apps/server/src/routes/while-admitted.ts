import type { Ask } from './ask.ts';
import { identifyAsk } from './identify.ts';

/** How often it is asked whether who waits is still admitted, in milliseconds: a revocation is everywhere within a second. */
export const RECHECK_MS = 500;

/**
 * Waits for something as long as the caller is admitted: a credential that ends does not keep a connection waiting.
 *
 * @param wait resolves at once when the signal fires, which it does too when nobody waits any more
 * @throws {Refusal} (rejects) when the caller is no longer admitted
 */
export async function whileAdmitted(ask: Ask, wait: (until: AbortSignal) => Promise<unknown>): Promise<void> {
  const ended = new AbortController();
  let refusal: unknown;
  const check = async (): Promise<void> => {
    try {
      await identifyAsk(ask);
    } catch (error) {
      refusal = error;
      ended.abort();
    }
  };
  const { gone } = ask;
  const abort = (): void => ended.abort();
  gone.addEventListener('abort', abort);
  const timer = setInterval(() => void check(), RECHECK_MS);
  try {
    if (!gone.aborted) await wait(ended.signal);
  } finally {
    clearInterval(timer);
    gone.removeEventListener('abort', abort);
  }
  if (refusal !== undefined) throw refusal;
}
