import type { CallAnswer, CallInput, Client } from '@ojs/client';
import { type Abortable, gone } from '../calls.ts';
import { defined } from '../values.ts';

/** A subscription, as the server tells it. */
export type WebhookSubscription = CallAnswer<'getWebhook'>['subscription'];
/** With the secret that signs its deliveries: no other answer shows it again. */
export type WebhookWithSecret = WebhookSubscription & { secret: string };
export type WebhookDelivery = CallAnswer<'getWebhookDelivery'>['delivery'];
/** What a test delivery came to. */
export type WebhookTest = CallAnswer<'testWebhook'>;

type WebhookEvents = CallInput<'createWebhook'>['body']['events'];

interface WebhookFilter {
  queues?: string[];
  jobTypes?: string[];
}

/** What is delivered, and where to. */
export interface Webhook {
  /** `https://…`; what leads inside is refused. */
  url: string;
  /** Types, `category.*` or `*`. */
  events: WebhookEvents;
  filter?: WebhookFilter;
  /** Default true. */
  active?: boolean;
  /** Short texts for people. */
  metadata?: Record<string, string>;
  /** For one attempt, 1,000 to 30,000. Default 30,000. */
  timeoutMs?: number;
}

/** What is not given stays; `null` removes a filter or metadata. */
export type WebhookChanges = Partial<Omit<Webhook, 'filter' | 'metadata'>> & {
  filter?: WebhookFilter | null;
  metadata?: Record<string, string> | null;
};

/** Events delivered to a URL by POST, signed: `verifyWebhook` of `@ojs/producer-sdk/webhooks` is for the receiver. */
export interface Webhooks {
  /** @param secret one of your own; by default the server makes one. @returns with the secret: keep it */
  create(webhook: Webhook & { secret?: string }, options?: Abortable): Promise<WebhookWithSecret>;
  list(options?: Abortable): Promise<readonly WebhookSubscription[]>;
  /** @throws {OjsError} with code `not_found` */
  get(id: string, options?: Abortable): Promise<WebhookSubscription>;
  update(id: string, changes: WebhookChanges, options?: Abortable): Promise<WebhookSubscription>;
  /** Also what it has still to deliver. */
  delete(id: string, options?: Abortable): Promise<void>;
  /** Sends `webhook.test` now. */
  test(id: string, options?: Abortable): Promise<WebhookTest>;
  /**
   * Gives it a new secret. The old one signs too for `graceMs` (default 24 hours, at most 7 days), so that receivers can
   * change over one after the other.
   */
  rotateSecret(id: string, options?: { secret?: string; graceMs?: number } & Abortable): Promise<WebhookWithSecret>;
  /** What waits, and what ended lately, newest first. */
  deliveries(
    filter?: { subscriptionId?: string; status?: WebhookDelivery['status'] } & Abortable,
  ): Promise<readonly WebhookDelivery[]>;
  delivery(id: string, options?: Abortable): Promise<WebhookDelivery>;
  /** Delivers once more what could not be delivered. */
  retryDelivery(id: string, options?: Abortable): Promise<WebhookDelivery>;
}

export function webhooksOf(client: Client): Webhooks {
  return {
    create: async ({ filter, timeoutMs, ...same }, { signal } = {}) => {
      const body = defined({ ...same, filter: filter && filterOf(filter), timeout_ms: timeoutMs });
      return withSecret((await client.call('createWebhook', { body }, { signal })).subscription);
    },
    list: async ({ signal } = {}) => (await client.call('listWebhooks', {}, { signal })).subscriptions,
    get: async (id, { signal } = {}) => (await client.call('getWebhook', { path: { id } }, { signal })).subscription,
    update: async (id, { filter, timeoutMs, ...same }, { signal } = {}) => {
      const body = defined({ ...same, filter: filter && filterOf(filter), timeout_ms: timeoutMs });
      return (await client.call('updateWebhook', { path: { id }, body }, { signal })).subscription;
    },
    delete: (id, { signal } = {}) => gone(client.call('deleteWebhook', { path: { id } }, { signal })),
    test: (id, { signal } = {}) => client.call('testWebhook', { path: { id } }, { signal }),
    rotateSecret: async (id, { secret, graceMs, signal } = {}) => {
      const body = defined({ secret, grace_ms: graceMs });
      return withSecret((await client.call('rotateWebhookSecret', { path: { id }, body }, { signal })).subscription);
    },
    deliveries: async ({ subscriptionId, status, signal } = {}) => {
      const query = defined({ subscription_id: subscriptionId, status });
      return (await client.call('listWebhookDeliveries', { query }, { signal })).deliveries;
    },
    delivery: async (id, { signal } = {}) =>
      (await client.call('getWebhookDelivery', { path: { id } }, { signal })).delivery,
    retryDelivery: async (id, { signal } = {}) =>
      (await client.call('retryWebhookDelivery', { path: { id } }, { signal })).delivery,
  };
}

const filterOf = ({ queues, jobTypes }: WebhookFilter) => defined({ queues, job_types: jobTypes });

/** It is for who asked, not for logs. */
function withSecret(subscription: WebhookSubscription): WebhookWithSecret {
  const { secret = '', ...rest } = subscription;
  return Object.defineProperty({ ...rest, secret }, 'secret', { enumerable: false });
}
