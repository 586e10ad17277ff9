import { z } from 'zod';
import { JobError } from './error.ts';
import { JobState } from './job-states.ts';
import { LIMITS, RESULT_TTL_MAX_SECONDS } from './limits.ts';
import { JobId, JobType, QueueName } from './names.ts';
import { RateLimit } from './rate-limit.ts';
import { RetryPolicy } from './retry.ts';
import { Moment } from './time.ts';
import { UniquePolicy } from './unique.ts';

export * from './job-states.ts';

const hasNewline = (value: unknown): boolean =>
  typeof value === 'string'
    ? /[\r\n]/.test(value)
    : typeof value === 'object' && value !== null && Object.values(value).some(hasNewline);

const META_KEY = /^[a-zA-Z0-9_.-]{1,128}$/;

/** Metadata (security page, Meta keys; ojs-security §8.3: no newline in a value, which later could become a header). */
export const Meta = z
  .record(z.string(), z.unknown())
  // The first bad key is told, and only that: a schema of keys would make an issue of each of a million.
  .superRefine((meta, { addIssue }) => {
    const bad = Object.keys(meta).find((key) => !META_KEY.test(key));
    if (bad !== undefined) addIssue({ code: 'invalid_key', origin: 'record', issues: [], path: [bad], input: bad });
  })
  .refine((meta) => !hasNewline(meta), 'values must not contain a newline')
  .meta({ id: 'Meta', propertyNames: { type: 'string', pattern: META_KEY.source } });

/** Named levels are words for numbers (ojs-core §5.2). */
const PRIORITY_LEVELS: ReadonlyMap<unknown, number> = new Map([
  ['HIGH', 10],
  ['NORMAL', 0],
  ['LOW', -10],
]);

/** Higher is sooner; the name of a level becomes its number. */
const Priority = z
  .preprocess((priority) => PRIORITY_LEVELS.get(priority) ?? priority, z.int().min(-100).max(100))
  .meta({ description: 'Higher is sooner; HIGH, NORMAL and LOW mean 10, 0 and -10' });

/** Enqueue options (http-binding §9.1 and ojs-core §5.2). Clients send them under `options` or beside `type`; nested wins. */
export const JobOptions = z
  .object({
    queue: QueueName.optional(),
    priority: Priority.optional(),
    timeout: z
      .int()
      .min(0)
      .max(LIMITS.timeoutMaxMs / 1_000)
      .optional()
      .meta({ description: 'Seconds; 0 means the default' }),
    timeout_ms: z
      .int()
      .min(0)
      .max(LIMITS.timeoutMaxMs)
      .optional()
      .meta({ description: 'Milliseconds; wins over timeout' }),
    visibility_timeout: z
      .int()
      .min(1)
      .max(LIMITS.leaseMaxMs / 1_000)
      .optional()
      .meta({ description: 'Seconds' }),
    visibility_timeout_ms: z.int().min(1).max(LIMITS.leaseMaxMs).optional(),
    scheduled_at: Moment.nullish(),
    delay_until: Moment.nullish().meta({ description: 'The HTTP binding’s word for scheduled_at, which wins' }),
    expires_at: Moment.nullish(),
    result_ttl: z.int().min(0).max(RESULT_TTL_MAX_SECONDS).optional().meta({
      description:
        'Seconds that the result is kept; 0 keeps none. A longer time than the server keeps finished jobs keeps the job too',
    }),
    retry: RetryPolicy.optional(),
    tags: z.array(z.string().min(1).max(128)).max(64).optional(),
    pending: z.boolean().optional(),
    metadata: z.record(z.string(), z.unknown()).optional(),
    unique: UniquePolicy.nullish(),
    rate_limit: RateLimit.optional(),
  })
  .meta({ id: 'JobOptions' });
export type JobOptions = z.infer<typeof JobOptions>;

/** The names that mean an option when they stand beside `type`. */
export const OPTION_NAMES: ReadonlySet<string> = new Set(Object.keys(JobOptions.shape));

/** What only the server sets (ojs-core §5.3); ignored when a client sends it. */
export const SYSTEM_ATTRIBUTES: ReadonlySet<string> = new Set([
  'state',
  'attempt',
  'max_attempts',
  'created_at',
  'enqueued_at',
  'started_at',
  'completed_at',
  'cancelled_at',
  'discarded_at',
  'activated_at',
  'next_attempt_at',
  'next_retry_at',
  'retry_delay_ms',
  'error',
  'errors',
  'result',
  'result_stored_at',
  'result_expires_at',
  'result_size_bytes',
  'result_pruned_at',
  'enqueued_by',
  'lease_expires_at',
  'replay_count',
  'previous_errors',
  'replaces',
  'workflow_id',
  'workflow_type',
  'workflow_step',
  'parent_results',
  'progress',
  'progress_message',
  'progress_data',
  'progress_updated_at',
  'checkpoint',
  'last_checkpoint',
]);

/**
 * Which shape the arguments have (ojs-job-versioning §5.1): `major.minor`, or a number as clients send it. It comes back as it was
 * sent; without one the job is unversioned.
 */
export const JobVersion = z
  .union([z.int().min(0).max(999_999_999), z.string().regex(/^\d{1,9}(\.\d{1,9})?$/)], {
    error: 'must be MAJOR.MINOR or a whole number from 0 to 999999999',
  })
  .meta({ id: 'JobVersion', example: '2.0' });

export const EnqueueRequest = z
  .looseObject({
    specversion: z
      .string()
      .regex(/^1\.0(\.\d+)?(-[0-9A-Za-z.-]+)?$/, 'must be 1.0')
      .optional(),
    id: JobId.optional(),
    type: JobType,
    args: z.array(z.unknown()),
    meta: Meta.optional(),
    version: JobVersion.nullish(),
    schema: z.string().min(1).max(1_024).optional(),
    options: JobOptions.loose().optional(),
    ...JobOptions.shape,
  })
  .meta({ id: 'EnqueueRequest' });
export type EnqueueRequest = z.infer<typeof EnqueueRequest>;

export const BatchRequest = z
  .object({ jobs: z.array(EnqueueRequest).min(1).max(LIMITS.batchJobs) })
  .strict()
  .meta({ id: 'BatchRequest' });

/** A job as the server tells it (flat, ojs-core §5.4). Attributes that the client added are kept beside these. */
export const Job = z
  .looseObject({
    specversion: z.string(),
    id: z.string(),
    type: z.string(),
    queue: z.string(),
    state: JobState,
    args: z.array(z.unknown()),
    meta: z.record(z.string(), z.unknown()),
    priority: z.int(),
    attempt: z.int(),
    max_attempts: z.int(),
    created_at: z.string(),
    enqueued_at: z.string().optional(),
    scheduled_at: z.string().optional(),
    expires_at: z.string().optional(),
    started_at: z.string().optional(),
    completed_at: z.string().optional(),
    cancelled_at: z.string().optional(),
    discarded_at: z.string().optional(),
    next_attempt_at: z.string().optional(),
    next_retry_at: z.string().optional().meta({ description: 'The same as next_attempt_at, as ojs-retry has it' }),
    retry_delay_ms: z.int().optional(),
    timeout_ms: z.int().optional(),
    visibility_timeout_ms: z.int().optional(),
    lease_expires_at: z.string().optional(),
    retry: RetryPolicy.optional(),
    rate_limit: RateLimit.optional(),
    unique: UniquePolicy.optional(),
    replaces: z.array(z.string()).optional().meta({ description: 'The jobs that were cancelled for this one' }),
    tags: z.array(z.string()).optional(),
    schema: z.string().optional(),
    version: JobVersion.optional(),
    progress: z.number().optional().meta({ description: '0 to 1, where the attempt reported it' }),
    progress_message: z.string().optional(),
    progress_data: z.record(z.string(), z.unknown()).optional(),
    progress_updated_at: z.string().optional(),
    checkpoint: z
      .object({ state: z.unknown(), sequence: z.int(), created_at: z.string() })
      .optional()
      .meta({ description: 'What an earlier attempt saved; only in the answer to a fetch' }),
    last_checkpoint: z
      .unknown()
      .optional()
      .meta({ description: 'The state of that checkpoint, where it came with a progress report' }),
    error: JobError.optional(),
    errors: z.array(JobError).optional(),
    result: z.unknown().optional(),
    result_ttl: z.int().optional(),
    result_stored_at: z.string().optional(),
    result_expires_at: z.string().optional(),
    result_size_bytes: z.int().optional(),
    result_pruned_at: z
      .string()
      .optional()
      .meta({ description: 'When its result_ttl was over, and the result dropped' }),
    replay_count: z.int().optional().meta({ description: 'How often it was started anew after it was discarded' }),
    previous_errors: z
      .array(JobError)
      .optional()
      .meta({ description: 'The errors of the life that ended before it was started anew' }),
    workflow_id: z.string().optional().meta({ description: 'The workflow that the job is a step of' }),
    workflow_type: z.string().optional().meta({ description: 'To workers: what the workflow is' }),
    workflow_step: z.int().optional().meta({ description: 'To workers: which of its jobs it is, from 0' }),
    parent_results: z
      .array(z.unknown())
      .optional()
      .meta({ description: 'To workers: the results of the steps before, by place (ojs-workflows §7)' }),
    enqueued_by: z.string().optional().meta({ description: 'The principal that sent the job' }),
  })
  .meta({ id: 'Job' });
export type Job = z.infer<typeof Job>;

/** What an answer to a worker says of the job: it sent the rest itself. */
export const JobSummary = Job.pick({
  id: true,
  type: true,
  queue: true,
  state: true,
  attempt: true,
  max_attempts: true,
})
  .strip()
  .meta({ id: 'JobSummary' });
export type JobSummary = z.infer<typeof JobSummary>;

export const JobAnswer = z.object({ job: Job }).meta({ id: 'JobAnswer' });

export const EnqueueAnswer = JobAnswer.extend({
  deduplicated: z
    .boolean()
    .optional()
    .meta({ description: 'The job existed already (unique jobs, ignore); status 200' }),
}).meta({ id: 'EnqueueAnswer' });

export const BatchAnswer = z
  .object({
    jobs: z.array(Job),
    count: z.int(),
    deduplicated: z
      .array(z.int())
      .optional()
      .meta({ description: 'Places of the jobs that existed already (unique jobs, ignore)' }),
  })
  .meta({ id: 'BatchAnswer' });
