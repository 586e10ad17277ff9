import type { EffectiveRetryPolicy, JobError } from '@ojs/schema';
import type { FailureContext, Verdict } from './engine.ts';

/** Whether an error of this type matches an entry of `non_retryable_errors`: exact, or `prefix.*` (ojs-retry §6.2). */
const matches = (entry: string, type: string): boolean =>
  entry === type || (entry.endsWith('.*') && type.startsWith(entry.slice(0, -1)));

const typesOf = (error: JobError): string[] => {
  const errorClass = error.details?.error_class;
  return [error.type, error.code, ...(typeof errorClass === 'string' ? [errorClass] : [])];
};

/**
 * Milliseconds before the retry with the given number, 1 for the first (ojs-retry §3): back-off, cap, jitter, cap again.
 * @param random in [0, 1)
 */
export function retryDelay(policy: EffectiveRetryPolicy, retry: number, random: number): number {
  // No delay grows into no delay, also where the factor has grown beyond what a number can hold (0 × ∞ is not a number).
  if (policy.initialMs === 0) return 0;
  const raw = {
    none: () => policy.initialMs,
    linear: () => policy.initialMs * retry,
    exponential: () => policy.initialMs * policy.coefficient ** (retry - 1),
    polynomial: () => policy.initialMs * retry ** policy.coefficient,
  }[policy.strategy]();
  const capped = Math.min(raw, policy.maxMs);
  const jittered = policy.jitter ? capped * (0.5 + random) : capped;
  return Math.round(Math.min(jittered, policy.maxMs));
}

/**
 * What becomes of a job whose attempt failed (ojs-retry §6, §7). The handler's own word, `DISCARD`, `FAIL` or
 * `DEAD_LETTER` as the error's code, comes before the policy.
 */
export function judge({ policy, attempt, error, random }: FailureContext): Verdict {
  const word = error.code;
  if (word === 'DISCARD' || word === 'FAIL') return { state: 'discarded', deadLetter: false };
  if (word === 'DEAD_LETTER') return { state: 'discarded', deadLetter: true };
  const final =
    error.retryable === false ||
    attempt >= policy.maxAttempts ||
    policy.nonRetryable.some((entry) => typesOf(error).some((type) => matches(entry, type)));
  if (final) return { state: 'discarded', deadLetter: policy.onExhaustion === 'dead_letter' };
  return { state: 'retryable', delayMs: retryDelay(policy, attempt, random) };
}

/** The same for a lease that ran out: `available` again at once, since the back-off is for failures that were reported. */
export function judgeExpiry(context: FailureContext): Verdict {
  const verdict = judge(context);
  return verdict.state === 'retryable' ? { state: 'available' } : verdict;
}
