import { type Finding, grouped, type Judge } from './finding.ts';
import { ENDS, logOf } from './log.ts';

/** No gap, each event once, and how each job ended. */
export const judgeHeard: Judge = function* ({ ledger, jobs }): Iterable<Finding> {
  const log = logOf(ledger);
  for (const event of ledger.events)
    if (event.type === 'system.gap') yield { kind: 'unheard', what: `events until ${event.data.gap_end}` };
  for (const [id, times] of grouped(log, ({ id }) => id))
    if (times.length > 1) yield { kind: 'doubled', what: `event ${id} was heard ${times.length} times` };
  const ends = grouped(
    log.filter(({ type }) => type in ENDS),
    ({ subject }) => subject,
  );
  for (const [id, job] of jobs) {
    const heard = ends.get(id)?.filter(({ type }) => ENDS[type] === job?.state).length ?? 0;
    if (job && heard === 0) yield { kind: 'unheard', what: `that job ${id} is ${job.state}` };
    if (job?.state === 'completed' && heard > 1)
      yield { kind: 'doubled', what: `job ${id} was completed ${heard} times` };
  }
};

/** What the webhook is to tell of, it told at least once. */
export const judgeDeliveries: Judge = function* ({ ledger }): Iterable<Finding> {
  for (const { type, queue, id } of logOf(ledger))
    if (type === 'job.completed' && queue === 'hooked' && !ledger.deliveries.has(id))
      yield { kind: 'unheard', what: `event ${id} was not delivered` };
};
