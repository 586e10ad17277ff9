import { BY_HAND } from '../crons.ts';
import { type Finding, grouped, type Judge } from './finding.ts';

type Attempt = { readonly id: string; readonly life: number; readonly attempt: number };
const nameOf = ({ id, life, attempt }: Attempt): string => `${id}, life ${life}, attempt ${attempt}`;
const isBefore = (a: Attempt, b: Attempt): boolean => a.life < b.life || (a.life === b.life && a.attempt < b.attempt);

/** Each attempt began once, none after the one that completed the job, and what was asked for once is one job. */
export const judgeAttempts: Judge = function* ({ ledger, jobs }): Iterable<Finding> {
  const { begun, completed, saved } = ledger;
  for (const [name, times] of grouped(begun, nameOf))
    if (times.length > 1) yield { kind: 'doubled', what: `job ${name} began ${times.length} times` };
  const steps = begun.filter(({ cron, mark }) => cron === undefined && mark !== BY_HAND);
  for (const [mark, attempts] of grouped(steps, ({ mark }) => mark)) {
    const ids = new Set(attempts.map(({ id }) => id));
    if (ids.size > 1) yield { kind: 'doubled', what: `${mark} became the jobs ${[...ids].join(' and ')}` };
  }
  const beginnings = grouped(begun, ({ id }) => id);
  for (const [id, job] of jobs)
    if (job?.state === 'completed' && !beginnings.has(id))
      yield { kind: 'wrong', what: `job ${id} is completed, and no handler began` };
  for (const [id, successes] of grouped(
    completed.filter(({ sure }) => sure),
    ({ id }) => id,
  )) {
    const [first, second] = successes;
    if (second) yield { kind: 'doubled', what: `job ${id} was completed ${successes.length} times` };
    const later = first && beginnings.get(id)?.find((attempt) => isBefore(first, attempt));
    if (later)
      yield { kind: 'doubled', what: `job ${nameOf(later)} began after attempt ${first.attempt} completed it` };
  }
  for (const [id, saves] of grouped(saved, ({ id }) => id)) {
    for (const attempt of beginnings.get(id) ?? []) {
      const reached = Math.max(0, ...saves.filter((save) => isBefore(save, attempt)).map(({ step }) => step));
      if ((attempt.loaded ?? 0) < reached)
        yield { kind: 'undone', what: `job ${nameOf(attempt)} began at ${attempt.loaded ?? 0}, saved was ${reached}` };
    }
  }
};
