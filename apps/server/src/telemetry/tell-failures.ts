import type { Log } from './log.ts';

/** Of what fails in the background, so many are told in such a time (ms), and then how many more there were. */
const MOST = 20;
const INTERVAL_MS = 10_000;

/** Tells the log what fails in the background: that is tried again each second, of each tenant, and must not fill it. */
export function tellFailures(log: Pick<Log, 'error'>, now: () => number = Date.now): (error: unknown) => void {
  let since = Number.NEGATIVE_INFINITY;
  let seen = 0;
  return (err) => {
    if (now() - since > INTERVAL_MS) {
      if (seen > MOST) log.error({ count: seen - MOST }, 'the engine failed in the background more often than is told');
      since = now();
      seen = 0;
    }
    seen++;
    if (seen <= MOST) log.error({ err }, 'the engine failed in the background and goes on');
  };
}
