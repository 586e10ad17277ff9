import { z } from 'zod';

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

export const QueueInfo = z
  .object({ name: z.string(), status: z.enum(['active', 'paused']), created_at: z.string() })
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
export const QueueStatsAnswer = z
  .object({
    queue: QueueCounts.extend({ name: z.string(), paused: z.boolean() }),
    status: z.enum(['active', 'paused']),
    stats: QueueCounts.extend({ queue: z.string(), depth: z.int() }),
    computed_at: z.string(),
  })
  .meta({ id: 'QueueStatsAnswer' });

export const QueuePausedAnswer = z
  .object({
    queue: z.object({ name: z.string(), paused: z.boolean() }),
    status: z.enum(['active', 'paused']),
    paused_at: z.string().optional(),
    resumed_at: z.string().optional(),
  })
  .meta({ id: 'QueuePausedAnswer' });
