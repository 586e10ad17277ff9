import { z } from 'zod';
import { QueueName } from './names.ts';

/** Event types of ojs-events §3 that this server emits. */
export const EVENT_TYPES = [
  'job.enqueued',
  'job.scheduled',
  'job.started',
  'job.completed',
  'job.failed',
  'job.retrying',
  'job.discarded',
  'job.cancelled',
  'job.expired',
  'queue.paused',
  'queue.resumed',
] as const;
export const EventType = z.enum(EVENT_TYPES).meta({ id: 'EventType' });
export type EventType = z.infer<typeof EventType>;

/** ojs-events §2. */
export const OjsEvent = z
  .object({
    specversion: z.literal('1.0'),
    id: z.string(),
    type: EventType,
    source: z.string(),
    time: z.string(),
    subject: z.string().optional(),
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'Event' });
export type OjsEvent = z.infer<typeof OjsEvent>;

const list = <T extends z.ZodType<string, string>>(item: T) =>
  z
    .string()
    .max(4_096)
    .transform((text) => text.split(','))
    .pipe(z.array(item).max(100));

export const EventsQuery = z.object({
  types: list(EventType).optional(),
  queues: list(QueueName).optional(),
  limit: z.coerce.number().int().min(1).max(200).optional(),
  after: z
    .string()
    .regex(/^evt_\d{1,16}-\d{1,10}-\d{1,5}$/)
    .optional()
    .meta({ description: 'Answer only events after the one with this id' }),
});
export const EventsAnswer = z.object({ events: z.array(OjsEvent), has_more: z.boolean() }).meta({ id: 'EventsAnswer' });
