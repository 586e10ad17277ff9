import { type FailureRates, Failures } from '../api-key/failures.ts';

/**
 * How often the holders of tokens can end them: each time, every server asks anew about what it knew, so that nobody may do it for
 * ever. Administrators are not counted.
 */
const RATES: FailureRates = {
  pair: { burst: 30, refillMs: 1_000 },
  source: { burst: 30, refillMs: 1_000 },
  all: { burst: 300, refillMs: 50 },
};

/** Counts revocations of each principal. */
export const revocationRate = (): Failures => new Failures(RATES);
