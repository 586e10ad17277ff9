import { z } from 'zod';
import { JOB_STATES, JobState } from './job.ts';
import { QueueName } from './names.ts';
import { RATE_LIMIT_MAX, Rate } from './rate-limit.ts';
import { Moment } from './time.ts';

const whole = (max: number) => z.coerce.number().int().min(0).max(max);

/** http-binding §17. Query parameters arrive as text. */
export const Page = z.object({
  limit: z.coerce.number().int().min(1).max(200).optional(),
  offset: whole(10_000_000).optional(),
  cursor: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,256}$/)
    .optional(),
});
export type Page = z.infer<typeof Page>;

export const Pagination = z
  .object({
    total: z.int(),
    limit: z.int(),
    offset: z.int(),
    has_more: z.boolean(),
    next_cursor: z.string().optional(),
  })
  .meta({ id: 'Pagination' });
export type Pagination = z.infer<typeof Pagination>;

/** ojs-queue-config §5.1. */
export const QueueStatus = z.enum(['active', 'paused', 'draining']).meta({ id: 'QueueStatus' });
export type QueueStatus = z.infer<typeof QueueStatus>;

/** What a queue itself allows, whatever its jobs say (ojs-rate-limiting §7.2). Absent: no limit. */
export const QueueConfig = z
  .object({
    concurrency: z
      .int()
      .min(1)
      .max(RATE_LIMIT_MAX)
      .optional()
      .meta({ description: 'Jobs of the queue active at once' }),
    rate_limit: Rate.optional().meta({ description: 'Starts of jobs of the queue in a period' }),
  })
  .strict()
  .meta({ id: 'QueueConfig' });
export type QueueConfig = z.infer<typeof QueueConfig>;

export const QueueConfigAnswer = z.object({ name: z.string(), config: QueueConfig }).meta({ id: 'QueueConfigAnswer' });

export const QueueInfo = z
  .object({ name: z.string(), status: QueueStatus, paused: z.boolean(), created_at: z.string() })
  .meta({ id: 'Queue' });
export const QueuesAnswer = z
  .object({ queues: z.array(QueueInfo), pagination: Pagination })
  .meta({ id: 'QueuesAnswer' });

export const QueueCounts = z
  .object({
    scheduled: z.int(),
    available: z.int(),
    pending: z.int(),
    active: z.int(),
    completed: z.int(),
    retryable: z.int(),
    cancelled: z.int(),
    discarded: z.int(),
  })
  .meta({ id: 'QueueCounts' });
export type QueueCounts = z.infer<typeof QueueCounts>;

/** Both shapes that clients know: the counts inside `queue`, and inside `stats`. */
export const QueueStatsAnswer = QueueCounts.extend({
  name: z.string(),
  paused: z.boolean(),
  queue: QueueCounts.extend({ name: z.string(), paused: z.boolean() }),
  status: QueueStatus,
  stats: QueueCounts.extend({ queue: z.string(), depth: z.int() }),
  computed_at: z.string(),
}).meta({ id: 'QueueStatsAnswer' });

/** ojs-queue-config §9.3. */
export const QueueAnswer = z
  .object({
    name: z.string(),
    state: QueueStatus,
    queue: z.object({ name: z.string(), status: QueueStatus, paused: z.boolean(), created_at: z.string() }),
    config: QueueConfig,
    stats: QueueCounts.extend({ depth: z.int() }),
    created_at: z.string(),
  })
  .meta({ id: 'QueueAnswer' });

export const CreateQueueRequest = z
  .object({ name: QueueName, config: QueueConfig.optional() })
  .strict()
  .meta({ id: 'CreateQueueRequest' });

/** What destroys asks for a word of confirmation: in the body, or as `?confirm=true`. */
export const Confirmation = z.object({ confirm: z.enum(['true', 'false']).optional() });

/** States that can be purged: all but `active`. */
export const PURGEABLE = JOB_STATES.filter((state) => state !== 'active');

/** ojs-admin-api §6.5. */
export const PurgeRequest = z
  .object({
    states: z
      .array(z.enum(PURGEABLE))
      .min(1)
      .max(PURGEABLE.length)
      .optional()
      .meta({ description: 'Absent: all that wait (available, scheduled, retryable, pending)' }),
    older_than: Moment.optional().meta({ description: 'Only what ended before; for completed, cancelled, discarded' }),
    confirm: z.boolean().optional(),
  })
  .strict()
  .meta({ id: 'PurgeRequest' });
export type PurgeRequest = z.infer<typeof PurgeRequest>;
export const PurgedAnswer = z
  .object({ queue: z.string(), purged_count: z.int(), states: z.array(JobState), has_more: z.boolean() })
  .meta({ id: 'PurgedAnswer' });

/** ojs-queue-config §5.3. */
export const DeleteQueueRequest = z
  .object({ strategy: z.enum(['reject', 'discard']).optional(), confirm: z.boolean().optional() })
  .strict()
  .meta({ id: 'DeleteQueueRequest' });
export const QueueDeletedAnswer = z
  .object({
    queue: z.string(),
    strategy: z.enum(['reject', 'discard']),
    jobs_affected: z.int(),
    state: z.enum(['deleted', 'draining']),
  })
  .meta({ id: 'QueueDeletedAnswer' });

export const QueuePausedAnswer = z
  .object({
    queue: z.object({ name: z.string(), paused: z.boolean() }),
    name: z.string(),
    paused: z.boolean(),
    status: QueueStatus,
    paused_at: z.string().optional(),
    resumed_at: z.string().optional(),
  })
  .meta({ id: 'QueuePausedAnswer' });
