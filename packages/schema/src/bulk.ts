import { z } from 'zod';
import { EnqueueRequest, Job, JobState } from './job.ts';
import { LIMITS } from './limits.ts';
import { JobId, QueueName } from './names.ts';
import { Timestamp } from './time.ts';

/** Most jobs that one request names, and about as many as one request with a filter moves (ojs-bulk-operations §9.1). */
export const BULK_JOBS = 1_000;
/** Most jobs that are moved all or none: what is done in one step holds everybody else. */
export const BULK_ATOMIC_JOBS = 100;

/** A job type, or its beginning and `*`. */
export const JobTypePattern = z
  .string()
  .regex(/^[a-zA-Z0-9._-]{1,255}\*?$/)
  .meta({ id: 'JobTypePattern', example: 'email.*' });
export const ErrorType = z.string().min(1).max(255);

/** What every operation on many jobs can be told besides which jobs. */
export const Confirm = {
  confirm: z
    .boolean()
    .optional()
    .meta({ description: 'Must be true where a filter selects the jobs; ?confirm=true means the same' }),
  dry_run: z.boolean().optional().meta({ description: 'Only tells what would be done' }),
  cursor: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,512}$/)
    .optional()
    .meta({ description: 'The next_cursor of the answer before: goes on where that one ended' }),
};
export const ConfirmQuery = z.object({ confirm: z.enum(['true', 'false']).optional() });

/** ojs-bulk-operations §6.1, ojs-admin-api §8.1; everything that is given must hold. */
export const JobFilter = z
  .object({
    queue: QueueName.optional(),
    type: JobTypePattern.optional(),
    state: z.union([JobState, z.array(JobState).min(1).max(8)]).optional(),
    error_type: ErrorType.optional().meta({ description: 'Type of the last error' }),
    priority: z.int().min(-100).max(100).optional(),
    enqueued_after: Timestamp.optional(),
    enqueued_before: Timestamp.optional(),
    since: Timestamp.optional().meta({ description: 'Created after' }),
    until: Timestamp.optional().meta({ description: 'Created before' }),
    tags: z.array(z.string().min(1).max(128)).min(1).max(16).optional().meta({ description: 'All of these' }),
    meta: z
      .record(z.string().max(128), z.unknown())
      .refine((meta) => Object.keys(meta).length <= 16, 'must not have more than 16 names')
      .optional(),
  })
  .strict()
  .meta({ id: 'JobFilter' });
export type JobFilter = z.infer<typeof JobFilter>;

const oneOfTwo = (request: { job_ids?: unknown; filter?: unknown }): boolean =>
  (request.job_ids === undefined) !== (request.filter === undefined);

export const BulkRequest = z
  .object({
    job_ids: z
      .array(JobId)
      .min(1)
      .refine((ids) => new Set(ids).size === ids.length, {
        error: 'must not name a job twice',
        params: { rule: 'unique' },
      })
      .optional()
      .meta({ maxItems: BULK_JOBS }),
    filter: JobFilter.optional(),
    atomicity: z.enum(['partial', 'atomic']).optional(),
    ...Confirm,
  })
  .strict()
  .refine(oneOfTwo, { path: ['job_ids'], error: 'either job_ids or filter must be given', params: { rule: 'one_of' } })
  .meta({ id: 'BulkRequest' });
export type BulkRequest = z.infer<typeof BulkRequest>;

const count = z.int().optional();
/** In the words of both ojs-bulk-operations §6.2 and ojs-admin-api §8.1. */
export const BulkAnswer = z
  .object({
    action: z.enum(['cancel', 'retry', 'delete']),
    dry_run: z.boolean(),
    total_matched: z.int(),
    matched: z.int(),
    cancelled: count,
    retried: count,
    deleted: count,
    succeeded: z.int(),
    skipped: z.int(),
    failed: z.int(),
    items: z.array(
      z.object({
        index: z.int(),
        job_id: z.string(),
        status: z.enum(['cancelled', 'retried', 'deleted', 'matched', 'skipped']),
        reason: z.string().optional(),
        error: z.object({ code: z.string(), message: z.string() }).optional(),
      }),
    ),
    errors: z.array(z.object({ job_id: z.string(), error: z.string() })),
    has_more: z.boolean(),
    next_cursor: z.string().optional(),
  })
  .meta({ id: 'BulkAnswer' });
export type BulkAnswer = z.infer<typeof BulkAnswer>;

/** ojs-bulk-operations §5: each for itself, or all or none. */
export const BulkEnqueueRequest = z
  .object({
    jobs: z.array(EnqueueRequest).min(1).max(LIMITS.batchJobs),
    atomicity: z.enum(['partial', 'atomic']).optional(),
  })
  .strict()
  .meta({ id: 'BulkEnqueueRequest' });

export const BulkEnqueueItem = z
  .object({
    index: z.int(),
    status: z.enum(['created', 'duplicate', 'failed']),
    job: Job.optional(),
    error: z
      .object({ code: z.string(), message: z.string(), details: z.record(z.string(), z.unknown()).optional() })
      .optional(),
  })
  .meta({ id: 'BulkEnqueueItem' });
export type BulkEnqueueItem = z.infer<typeof BulkEnqueueItem>;
export const BulkEnqueueAnswer = z
  .object({ total: z.int(), succeeded: z.int(), failed: z.int(), items: z.array(BulkEnqueueItem) })
  .meta({ id: 'BulkEnqueueAnswer' });
