import { z } from 'zod';

/** ojs-execution-history §3.1. */
export const HISTORY_EVENT_TYPES = [
  'job.created',
  'job.state_changed',
  'job.attempt_started',
  'job.attempt_completed',
  'job.attempt_failed',
  'job.cancelled',
  'job.discarded',
] as const;
export type HistoryEventType = (typeof HISTORY_EVENT_TYPES)[number];

/** ojs-execution-history §4.1. */
const HistoryActor = z.object({ type: z.enum(['worker', 'client', 'system', 'user']), id: z.string().optional() });
export type HistoryActor = z.infer<typeof HistoryActor>;

/** ojs-execution-history §4. */
const HistoryEvent = z
  .object({
    id: z.string(),
    job_id: z.string(),
    event_type: z.enum(HISTORY_EVENT_TYPES),
    timestamp: z.string(),
    actor: HistoryActor,
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'HistoryEvent' });
export type HistoryEvent = z.infer<typeof HistoryEvent>;

export const HistoryQuery = z.object({
  limit: z.coerce.number().int().min(1).max(1_000).optional(),
  cursor: z.string().max(255).optional(),
});
export const HistoryAnswer = z
  .object({
    events: z.array(HistoryEvent).meta({ description: 'Oldest first' }),
    next_cursor: z.string().nullable(),
    total: z.int(),
  })
  .meta({ id: 'HistoryAnswer' });
export const HistoryDeleted = z
  .object({ deleted: z.literal(true), events_deleted: z.int() })
  .meta({ id: 'HistoryDeleted' });
