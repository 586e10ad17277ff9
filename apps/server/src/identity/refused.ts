import type { Refused } from './identity.ts';

/** Redis does not say whether the credential is good. */
export const STORE_UNAVAILABLE: Refused = {
  refused: 'store_unavailable',
  answer: 'backend_unavailable',
  retryAfterSeconds: 1,
};

/** The source has failed so often that nothing of it is looked at for a while. */
export const tooManyFailures = (retryAfterSeconds: number): Refused => ({
  refused: 'too_many_failures',
  answer: 'rate_limited',
  retryAfterSeconds,
});
