import { OjsConfigurationError } from '../errors.ts';
import type { Asked } from './source.ts';

/** A token and how long it lives from now on, in milliseconds. */
export interface Obtained {
  readonly token: string;
  readonly expiresInMs: number;
}

/** Renewed when so much of its life is over. */
const RENEW_AT = 0.8;
/** A refused token that is younger is not exchanged again: the fault is not its age. */
const YOUNG_MS = 1_000;
/** After a failure, how long the next one is waited for, in milliseconds: the provider may be down. */
const PAUSE_MS = 1_000;

interface Held {
  readonly token: string;
  readonly since: number;
  readonly renewAt: number;
  readonly endsAt: number;
}

/**
 * A token that is obtained when first asked for, once for all who ask at the same time, and renewed in the background before it ends:
 * nobody waits for it but the first. While it cannot be renewed, it is used to its end.
 *
 * @param obtain asks the provider; rejects with an OjsError
 * @param now monotonic, in milliseconds
 */
export function renewing(
  obtain: (asked: Asked) => Promise<Obtained>,
  now: () => number = () => performance.now(),
): (asked: Asked) => string | Promise<string> {
  let held: Held | undefined;
  let obtaining: Promise<string> | undefined;
  let pauseUntil = Number.NEGATIVE_INFINITY;

  async function renew(asked: Asked): Promise<string> {
    const since = now();
    try {
      const { token, expiresInMs } = await obtain(asked);
      if (!(expiresInMs > 0))
        throw new OjsConfigurationError('The token that was obtained has ended already: are the clocks right?');
      held = { token, since, renewAt: since + RENEW_AT * expiresInMs, endsAt: since + expiresInMs };
      return token;
    } catch (error) {
      pauseUntil = now() + PAUSE_MS;
      throw error;
    }
  }

  const once = (asked: Asked): Promise<string> => {
    obtaining ??= renew(asked).finally(() => {
      obtaining = undefined;
    });
    return obtaining;
  };

  return (asked) => {
    const at = now();
    if (held === undefined || at >= held.endsAt) return once(asked);
    if (asked.rejected) return at - held.since < YOUNG_MS ? held.token : once(asked);
    // A renewal ahead of time that fails is nobody's failure yet.
    if (at >= held.renewAt && at >= pauseUntil) once(asked).catch(() => undefined);
    return held.token;
  };
}
