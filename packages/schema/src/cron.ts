import { z } from 'zod';
import { EnqueueRequest, Job } from './job.ts';
import { Page, Pagination } from './queue.ts';

/** ojs-cron §2.2. */
export const CronName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9.-]{0,254}$/)
  .meta({ id: 'CronName', example: 'daily-report' });

/**
 * What becomes of a firing while the job of the one before is not finished (ojs-cron §6.1). `queue` and `replace` are
 * the words of ojs-extension-interactions §13 for `enqueue` and `cancel_previous`.
 */
export const OverlapPolicy = z
  .enum(['skip', 'allow', 'cancel_previous', 'enqueue', 'replace', 'queue'])
  .meta({ id: 'OverlapPolicy' });
export type OverlapPolicy = z.infer<typeof OverlapPolicy>;

/** What a schedule consists of, whichever way its job is told. The job stands beside it, or in `job_template`. */
const schedule = {
  name: CronName,
  cron: z.string().max(255).optional().meta({ description: 'Five fields, six with seconds, @daily or @every 1h30m' }),
  expression: z.string().max(255).optional().meta({ description: 'Another word for cron' }),
  timezone: z
    .string()
    .max(64)
    .optional()
    .meta({ description: 'A name of the IANA time zone database; UTC if absent', example: 'Europe/Berlin' }),
  overlap_policy: OverlapPolicy.optional(),
  enabled: z.boolean().optional(),
  description: z.string().max(1_024).nullish(),
};

/** Registers an entry, or changes the one with its name (ojs-cron §8.1). */
export const CronRequest = z
  .looseObject({
    ...schedule,
    ...EnqueueRequest.partial().shape,
    job_template: z.looseObject(EnqueueRequest.partial().shape).optional(),
  })
  .meta({ id: 'CronRequest' });

/** The part of the request that is not about the job; the rest is validated as a request to enqueue is. */
export const CronSchedule = z.looseObject({ ...schedule, job_template: z.looseObject({}).optional() });
export type CronSchedule = z.infer<typeof CronSchedule>;

export const CRON_ATTRIBUTES: ReadonlySet<string> = new Set(Object.keys(CronSchedule.shape));

/** What only the server sets (ojs-cron §2.2); ignored when a client sends it. */
export const CRON_SYSTEM_ATTRIBUTES: ReadonlySet<string> = new Set([
  'last_run_at',
  'next_run_at',
  'run_count',
  'created_at',
  'updated_at',
  'status',
  'owner',
]);

/** An entry, with its job in both of the forms that clients know. */
export const CronJob = z
  .object({
    name: z.string(),
    cron: z.string(),
    expression: z.string(),
    timezone: z.string(),
    type: z.string(),
    args: z.array(z.unknown()),
    meta: z.record(z.string(), z.unknown()).optional(),
    options: z.record(z.string(), z.unknown()),
    job_template: z.record(z.string(), z.unknown()),
    overlap_policy: OverlapPolicy,
    enabled: z.boolean(),
    status: z.enum(['active', 'paused']),
    description: z.string().nullable(),
    last_run_at: z.string().nullable(),
    next_run_at: z.string().nullable(),
    run_count: z.int(),
    created_at: z.string(),
    updated_at: z.string(),
    owner: z.string().meta({ description: 'The principal with whose rights it fires' }),
  })
  .meta({ id: 'CronJob' });
export type CronJob = z.infer<typeof CronJob>;

/** Under both names that clients look for. */
const both = { cron: CronJob, cron_job: CronJob };
export const CronAnswer = z.object(both).meta({ id: 'CronAnswer' });
export const CronDeletedAnswer = z
  .object({ deleted: z.literal(true), name: z.string(), ...both })
  .meta({ id: 'CronDeletedAnswer' });
export const CronTriggeredAnswer = z.object({ job: Job, ...both }).meta({ id: 'CronTriggeredAnswer' });

/** http-binding §17, and the pages that are numbered from 1. */
export const CronQuery = Page.extend({
  page: z.coerce.number().int().min(1).max(10_000_000).optional(),
  per_page: z.coerce.number().int().min(1).max(200).optional(),
  enabled: z.enum(['true', 'false']).optional(),
});
export const CronsAnswer = z
  .object({
    crons: z.array(CronJob),
    cron_jobs: z.array(CronJob),
    count: z.int(),
    pagination: Pagination.extend({ page: z.int(), per_page: z.int() }),
  })
  .meta({ id: 'CronsAnswer' });

export const CronPatch = z.object({ enabled: z.boolean() }).strict().meta({ id: 'CronPatch' });

/** Firings that are kept of each entry; not a setting. */
export const CRON_HISTORY = 100;

/** One firing: whether a job came of it, and if not, why (the words of ojs-cron §9.2 and our own `permission_denied`). */
export const CronFiring = z
  .object({
    scheduled_at: z.string(),
    fired_at: z.string(),
    trigger: z.enum(['schedule', 'manual']),
    outcome: z.enum(['triggered', 'skipped']),
    reason: z.enum(['overlap_skip', 'dst_skip', 'permission_denied', 'queue_closed', 'unique_conflict']).optional(),
    job_id: z.string().optional().meta({ description: 'The job that came of it, or that kept it from coming' }),
    missed: z.int().optional().meta({ description: 'Later firings that this one stands for, after a downtime' }),
  })
  .meta({ id: 'CronFiring' });
export type CronFiring = z.infer<typeof CronFiring>;

export const CronHistoryQuery = z.object({ limit: z.coerce.number().int().min(1).max(CRON_HISTORY).optional() });
export const CronHistoryAnswer = z
  .object({ name: z.string(), history: z.array(CronFiring) })
  .meta({ id: 'CronHistoryAnswer' });
