import { backoffMs, type EffectiveRetryPolicy, type JobError } from '@ojs/schema';
import type { FailureContext, Verdict } from '../engine.ts';

/** Whether an error of this type matches an entry of `non_retryable_errors`: exact, or `prefix.*` (ojs-retry §6.2). */
const matches = (entry: string, type: string): boolean =>
  entry === type || (entry.endsWith('.*') && type.startsWith(entry.slice(0, -1)));

const typesOf = (error: JobError): string[] => {
  const errorClass = error.details?.error_class;
  return [error.type, error.code, ...(typeof errorClass === 'string' ? [errorClass] : [])];
};

/**
 * Milliseconds before the retry with the given number, 1 for the first (ojs-retry §3, §5): back-off, cap, jitter, cap again.
 * @param random in [0, 1)
 */
export function retryDelay(policy: EffectiveRetryPolicy, retry: number, random: number): number {
  const plain = backoffMs(policy, retry);
  const jittered = policy.jitter ? plain * (0.5 + random) : plain;
  return Math.round(Math.min(jittered, policy.maxMs));
}

/**
 * What becomes of a job whose attempt failed (ojs-retry §6, §7). The handler's own word, `DISCARD`, `FAIL` or
 * `DEAD_LETTER` as the error's code, comes before the policy; `RETRY` before what the report says of being retryable.
 */
export function judge({ policy, attempt, error, random }: FailureContext): Verdict {
  const word = error.code;
  if (word === 'DISCARD' || word === 'FAIL') return { state: 'discarded', deadLetter: false };
  if (word === 'DEAD_LETTER') return { state: 'discarded', deadLetter: true };
  const final =
    (error.retryable === false && word !== 'RETRY') ||
    attempt >= policy.maxAttempts ||
    policy.nonRetryable.some((entry) => typesOf(error).some((type) => matches(entry, type)));
  if (final) return { state: 'discarded', deadLetter: policy.onExhaustion === 'dead_letter' };
  return { state: 'retryable', delayMs: retryDelay(policy, attempt, random) };
}

/**
 * The same for a lease that ran out: `available` again at once, since the back-off is for failures that were reported, and
 * whatever the policy says of errors (ojs-retry §9.2: a lost worker is no error of the job's).
 */
export function judgeExpiry(context: FailureContext): Verdict {
  const verdict = judge({ ...context, policy: { ...context.policy, nonRetryable: [] } });
  return verdict.state === 'retryable' ? { state: 'available' } : verdict;
}
