import { RATE } from '../jobs.ts';
import type { Finding, Judge } from './finding.ts';
import { logOf } from './log.ts';

/** In no period did more jobs of the key begin than the rate allows. */
export const judgeRates: Judge = function* ({ ledger }): Iterable<Finding> {
  const begun = logOf(ledger).filter(({ type, subject }) => type === 'job.started' && ledger.rated.has(subject));
  for (const [i, { at, id }] of begun.entries()) {
    const first = begun[i - RATE.limit];
    if (first && at - first.at < RATE.periodMs)
      yield { kind: 'wrong', what: `more than ${RATE.limit} jobs began within ${at - first.at} ms, until ${id}` };
  }
};
