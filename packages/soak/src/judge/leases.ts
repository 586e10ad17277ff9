import { LIMITS, NARROW } from '../jobs.ts';
import type { Finding, Judge } from './finding.ts';
import { ENDS, logOf } from './log.ts';

/** After these a job has no worker. */
const LEAVES: ReadonlySet<string> = new Set([...Object.keys(ENDS), 'job.retrying', 'job.enqueued', 'job.scheduled']);

/** One lease at a time, each attempt once, no more at once than a limit allows, and none in a queue that is paused. */
export const judgeLeases: Judge = function* ({ ledger }): Iterable<Finding> {
  /** Active jobs, with what counts them. */
  const active = new Map<string, readonly string[]>();
  const paused = new Set<string>();
  const lives = new Map<string, number>();
  const started = new Set<string>();
  const allowed: ReadonlyMap<string, number> = new Map([...Object.entries(LIMITS), ['queue narrow', NARROW]]);

  for (const { type, subject, queue, attempt, id } of logOf(ledger)) {
    if (type === 'queue.paused') paused.add(subject);
    if (type === 'queue.resumed') paused.delete(subject);
    if (type === 'dead_letter.retried') lives.set(subject, (lives.get(subject) ?? 0) + 1);
    if (LEAVES.has(type)) active.delete(subject);
    if (type !== 'job.started') continue;
    const name = `job ${subject}, life ${lives.get(subject) ?? 0}, attempt ${attempt}`;
    if (started.has(name)) yield { kind: 'doubled', what: `${name} was started twice, at ${id}` };
    if (active.has(subject)) yield { kind: 'doubled', what: `${name} was started while it was active, at ${id}` };
    if (paused.has(queue)) yield { kind: 'wrong', what: `${name} was started in ${queue}, which was paused, at ${id}` };
    started.add(name);
    const counted = [`queue ${queue}`, ledger.limitKeys.get(subject) ?? ''];
    active.set(subject, counted);
    for (const key of counted) {
      const now = allowed.has(key) ? [...active.values()].filter((keys) => keys.includes(key)).length : 0;
      if (now > (allowed.get(key) ?? 0)) yield { kind: 'wrong', what: `${now} jobs of ${key} were active at ${id}` };
    }
  }
};
