import type { Finding, Judge } from './finding.ts';

const ENDED: ReadonlySet<string> = new Set(['completed', 'cancelled', 'discarded']);

/** Each job that was answered for, began or came of a cron entry exists, has ended, and has ended as it can. */
export const judgeJobs: Judge = function* ({ ledger, jobs }): Iterable<Finding> {
  for (const [id, job] of jobs) {
    const answered = ledger.answered.get(id);
    const name = `${id} (${answered?.mark ?? 'not answered for'})`;
    if (job === undefined) yield { kind: 'lost', what: `job ${name}` };
    else if (!ENDED.has(job.state)) yield { kind: 'stuck', what: `job ${name} is ${job.state} in ${job.queue}` };
    else if (answered && !answered.ends.includes(job.state))
      yield { kind: 'wrong', what: `job ${name} ended ${job.state}: ${job.error?.message ?? ''}` };
  }
  for (const id of ledger.cancelled) {
    const state = jobs.get(id)?.state;
    if (state !== 'cancelled') yield { kind: 'undone', what: `job ${id} was cancelled, and is ${state}` };
  }
  for (const { id, attempt, sure } of ledger.completed) {
    const state = jobs.get(id)?.state;
    if (sure && state !== 'completed')
      yield { kind: 'undone', what: `job ${id} was completed by attempt ${attempt}, and is ${state}` };
  }
};
