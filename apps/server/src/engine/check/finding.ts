/** What the checker can find; each name is the rule that does not hold. */
export const RULES = [
  'unknown key',
  'wrong type of key',
  'tenant is not registered',
  'queue is not registered',
  'queue bypassed by BullMQ',
  'worker bound for ever',
  'workers are miscounted',
  'job without index entry',
  'index entry without job',
  'index names another queue',
  'job is incomplete',
  'job in no place',
  'job in two places',
  'job twice active',
  'place names a job that does not exist',
  'active without lease',
  'lease without active',
  'attempt is wrong',
  'priority is wrong',
  'retryable but not delayed',
  'limited but not delayed',
  'limited and retryable',
  'cancelled but not failed',
  'active but not counted by its limit',
  'put aside but not waiting',
  'counted by a limit but not active',
  'waits for a limit that is not its own',
  'group of a limit is not known',
  'group of a limit without jobs',
  'limit without timer',
  'limit counts for ever',
  'dead letter but not failed',
  'dead letter and cancelled',
  'timer missing',
  'timer without need',
  'timer is wrong',
  'unique key of no such job',
  'unique job not under its key',
  'statistics disagree',
  'cron entry is incomplete',
  'cron entry is not listed',
  'cron entry does not exist',
  'cron entry without timer',
  'cron entry with a wrong timer',
  'cron timer without need',
  'checkpoint without job',
  'checkpoint not handed out',
  'checkpoint would be lost',
  'checkpoint kept for ever',
] as const;
/** The same of workflows. */
export const WORKFLOW_RULES = [
  'workflow key without workflow',
  'workflow is incomplete',
  'workflow counts disagree',
  'step lost',
  'step kept after it began',
  'step under way without a job',
  'job of a step that has not begun',
] as const;
/** The same of webhooks. */
export const WEBHOOK_RULES = [
  'subscription not listed',
  'subscription is incomplete',
  'events are looked at for nobody',
  'events are not looked at',
  'delivery in no list',
  'delivery without record',
  'delivery is never due',
] as const;
export type Rule = (typeof RULES)[number] | (typeof WORKFLOW_RULES)[number] | (typeof WEBHOOK_RULES)[number];

/** A rule that does not hold somewhere. It names places, never what a job carries. */
export interface Finding {
  readonly rule: Rule;
  readonly tenant: string;
  readonly queue?: string;
  readonly job?: string;
  readonly workflow?: string;
  readonly cron?: string;
  /** Names and numbers of ours that help to find the cause. */
  readonly detail?: string;
}

/** What two looks at the same fault have in common: a detail may have changed meanwhile. */
export const sameFault = ({ rule, tenant, queue = '', job = '', workflow = '', cron = '' }: Finding): string =>
  [rule, tenant, queue, job, workflow, cron].join('\n');

/** A finding as one line of text. */
export function lineOf({ rule, tenant, queue, job, workflow, cron, detail }: Finding): string {
  const where = [
    `tenant ${tenant}`,
    queue === undefined ? '' : `queue ${queue}`,
    job === undefined ? '' : `job ${job}`,
    workflow === undefined ? '' : `workflow ${workflow}`,
    cron === undefined ? '' : `cron ${cron}`,
  ];
  return `${where.filter(Boolean).join(', ')}: ${rule}${detail === undefined ? '' : ` (${detail})`}`;
}
