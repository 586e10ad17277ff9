import { refuse } from '../connection/refusal.ts';
import { redisFailure } from '../engine/scripts.ts';
import { CannotIssue } from '../identity/tokens/issue.ts';

/** What identity does in Redis: that Redis is away is 503, and a token that cannot be made says why. */
export const fromIdentity = <T>(asked: Promise<T>): Promise<T> =>
  asked.catch((error: unknown) => {
    throw error instanceof CannotIssue
      ? refuse('conflict', `There can be no token: ${error.message}.`)
      : redisFailure(error);
  });
