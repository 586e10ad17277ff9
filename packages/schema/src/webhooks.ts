import { z } from 'zod';
import { EventPattern } from './event-types.ts';
import { JobType, QueueName } from './names.ts';

const id = (prefix: string) =>
  z
    .string()
    .regex(new RegExp(`^${prefix}_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`), `must be an id like ${prefix}_…`);

export const SubscriptionId = id('sub').meta({ id: 'WebhookSubscriptionId' });
export const DeliveryId = id('del').meta({ id: 'WebhookDeliveryId' });

/** A secret that signs deliveries; one of ours has 256 random bits. */
export const WebhookSecret = z
  .string()
  .regex(/^[\x21-\x7e]{16,256}$/, 'must be 16 to 256 printable characters without spaces')
  .meta({ id: 'WebhookSecret' });

const WebhookUrl = z.string().min(1).max(2_048);
const Events = z.array(EventPattern).min(1).max(100);
const Filter = z
  .strictObject({
    queues: z.array(QueueName).min(1).max(100).optional(),
    job_types: z.array(JobType).min(1).max(100).optional(),
  })
  .meta({ id: 'WebhookFilter' });
/** For people; never interpreted. */
const Metadata = z
  .record(z.string().min(1).max(64), z.string().max(1_024))
  .refine((metadata) => Object.keys(metadata).length <= 20, 'must not have more than 20 entries');
const timeoutMs = z.int().min(1_000).max(30_000).meta({ description: 'For one attempt; default 30,000' });

/** ojs-webhooks §6.1. */
export const CreateWebhookBody = z
  .strictObject({
    url: WebhookUrl,
    events: Events,
    filter: Filter.optional(),
    active: z.boolean().optional(),
    secret: WebhookSecret.optional(),
    metadata: Metadata.optional(),
    timeout_ms: timeoutMs.optional(),
  })
  .meta({ id: 'CreateWebhook' });

/** ojs-webhooks §6.4. What is absent stays; `null` removes a filter or metadata. */
export const UpdateWebhookBody = z
  .strictObject({
    url: WebhookUrl.optional(),
    events: Events.optional(),
    filter: Filter.nullable().optional(),
    active: z.boolean().optional(),
    metadata: Metadata.nullable().optional(),
    timeout_ms: timeoutMs.optional(),
  })
  .meta({ id: 'UpdateWebhook' });

export const RotateSecretBody = z
  .strictObject({
    secret: WebhookSecret.optional(),
    grace_ms: z
      .int()
      .min(0)
      .max(7 * 86_400_000)
      .optional()
      .meta({
        description: 'How long the old secret signs too; default 24 hours',
      }),
  })
  .optional()
  .meta({ id: 'RotateWebhookSecret' });

export const WebhookSubscription = z
  .object({
    id: SubscriptionId,
    url: z.string(),
    events: z.array(z.string()),
    filter: Filter.optional(),
    active: z.boolean(),
    metadata: z.record(z.string(), z.string()).optional(),
    timeout_ms: z.int(),
    owner: z.string().meta({ description: 'The principal whose rights decide which events are delivered' }),
    created_at: z.string(),
    updated_at: z.string(),
    disabled_at: z
      .string()
      .optional()
      .meta({ description: 'When it became inactive by itself: its deliveries kept failing' }),
    stats: z.object({ pending: z.int(), delivered: z.int(), dead: z.int(), dropped: z.int() }),
    secret: z.string().optional().meta({ description: 'Only in the answers that create or rotate it' }),
    previous_secret_expires_at: z.string().optional(),
  })
  .meta({ id: 'WebhookSubscription' });
export type WebhookSubscription = z.infer<typeof WebhookSubscription>;

/** The attributes stand beside their wrapper too: clients expect either form. */
export const WebhookAnswer = WebhookSubscription.extend({ subscription: WebhookSubscription }).meta({
  id: 'WebhookAnswer',
});
export const WebhooksAnswer = z.object({ subscriptions: z.array(WebhookSubscription) }).meta({ id: 'WebhooksAnswer' });

/** What an attempt failed with; deliberately little (a target that is refused is unreachable). */
export const WEBHOOK_ERRORS = [
  'status',
  'unreachable',
  'tls_failed',
  'timeout',
  'answer_too_large',
  'bad_answer',
  'permission_denied',
] as const;

export const WebhookTestAnswer = z
  .object({
    success: z.boolean(),
    status_code: z.int().optional(),
    response_time_ms: z.int(),
    error: z.enum(WEBHOOK_ERRORS).optional(),
  })
  .meta({ id: 'WebhookTestAnswer' });

export const WebhookDelivery = z
  .object({
    id: DeliveryId,
    subscription_id: SubscriptionId,
    event_id: z.string(),
    event_type: z.string(),
    status: z.enum(['pending', 'delivered', 'dead']),
    attempts: z.int(),
    created_at: z.string(),
    next_attempt_at: z.string().optional(),
    ended_at: z.string().optional(),
    status_code: z.int().optional(),
    response_time_ms: z.int().optional(),
    error: z.enum(WEBHOOK_ERRORS).optional(),
  })
  .meta({ id: 'WebhookDelivery' });
export type WebhookDelivery = z.infer<typeof WebhookDelivery>;

export const WebhookDeliveriesQuery = z.object({
  subscription_id: SubscriptionId.optional(),
  status: z.enum(['pending', 'delivered', 'dead']).optional(),
});
export const WebhookDeliveriesAnswer = z
  .object({ deliveries: z.array(WebhookDelivery) })
  .meta({ id: 'WebhookDeliveriesAnswer' });
export const WebhookDeliveryAnswer = WebhookDelivery.extend({ delivery: WebhookDelivery }).meta({
  id: 'WebhookDeliveryAnswer',
});

/** Bounds of webhooks, per tenant and per subscription. */
export const WEBHOOK_BOUNDS = {
  subscriptions: 100,
  /** Deliveries that wait; the oldest gives way. */
  pending: 1_000,
  /** Deliveries that ended and are still shown. */
  logged: 100,
  /** Deliveries in a row that end dead, upon which the subscription becomes inactive. */
  failures: 20,
} as const;
