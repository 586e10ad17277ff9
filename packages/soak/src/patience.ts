import { setTimeout as sleep } from 'node:timers/promises';
import { isTransient, OjsError } from '@ojs/client';

const PAUSE_MS = 150;

/**
 * Calls until the server answers, as an application does that must not give up: while a server is down, it waits for it.
 *
 * @throws what is not a matter of waiting; the signal's reason
 */
export async function patiently<T>(call: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (;;) {
    signal.throwIfAborted();
    try {
      return await call();
    } catch (error) {
      if (!isTransient(error)) throw error;
      await sleep(PAUSE_MS, undefined, { signal });
    }
  }
}

/** Whether the server said that things are not as the caller thought: somebody else was faster. */
export const isOvertaken = (error: unknown): boolean =>
  error instanceof OjsError && (error.status === 409 || error.status === 404);
