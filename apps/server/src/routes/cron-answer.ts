import { type CronJob, formatTimestamp } from '@ojs/schema';
import type { Cron } from '../engine/crons/crons.ts';

const moment = (ms: number | undefined): string | null => (ms === undefined ? null : formatTimestamp(ms));

/** An entry as answers tell it, in both forms (ojs-cron §2.1, http-binding §13). */
export function toCronJob(cron: Cron): CronJob {
  const { name, expression, timezone, overlap, description, enabled, options, job, owner } = cron;
  const template = {
    type: job.type,
    args: [...job.args],
    ...(Object.keys(job.meta).length > 0 && { meta: { ...job.meta } }),
    options: { ...options },
  };
  return {
    name,
    cron: expression,
    expression,
    timezone,
    ...template,
    job_template: template,
    overlap_policy: overlap,
    enabled,
    status: enabled ? 'active' : 'paused',
    description,
    last_run_at: moment(cron.last),
    next_run_at: moment(cron.next),
    run_count: cron.count,
    created_at: formatTimestamp(cron.created),
    updated_at: formatTimestamp(cron.updated),
    owner,
  };
}

/** Under both names that clients look for. */
export function bothNames(cron: Cron): { cron: CronJob; cron_job: CronJob } {
  const told = toCronJob(cron);
  return { cron: told, cron_job: told };
}
