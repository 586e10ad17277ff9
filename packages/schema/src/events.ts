import { z } from 'zod';
import { EventPattern, EventType, StreamPattern } from './event-types.ts';
import { JobId, JobType, QueueName } from './names.ts';

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

const filter = {
  types: list(EventPattern).optional(),
  queues: list(QueueName).optional(),
  job_types: list(JobType).optional(),
};

export const EventsQuery = z.object({
  ...filter,
  limit: z.coerce.number().int().min(1).max(1_000).optional(),
  after: z
    .string()
    .regex(/^evt_\d{1,16}-\d{1,10}-\d{1,5}$/)
    .optional()
    .meta({ description: 'Answer only events after the one with this id' }),
});
export const EventsAnswer = z
  .object({
    events: z.array(OjsEvent),
    cursor: z.string().optional().meta({ description: 'For `after`: where the next page begins' }),
    has_more: z.boolean(),
  })
  .meta({ id: 'EventsAnswer' });

const resume = {
  last_event_id: z.string().max(128).optional().meta({ description: 'Like the header Last-Event-ID, which wins' }),
};

/** What a stream is narrowed to; everything that is given must hold (ojs-events §6.1). */
export const EventStreamQuery = z.object({
  ...filter,
  types: list(StreamPattern).optional(),
  event_types: list(StreamPattern).optional().meta({ description: 'The same as types (ojs-realtime §5.6)' }),
  job: JobId.optional(),
  channel: z
    .string()
    .regex(/^(all|job:[0-9a-f-]{36}|queue:[a-zA-Z0-9._-]{1,255})$/, 'must be all, job:ID or queue:NAME')
    .optional()
    .meta({ description: 'A channel of ojs-realtime §3.2; its streams tell job.state_changed too' }),
  ...resume,
});

export const ChannelQuery = z.object({
  event_types: list(StreamPattern).optional(),
  types: list(StreamPattern).optional(),
  ...resume,
});
