import type { WEBHOOK_ERRORS, WebhookDelivery, WebhookSubscription } from '@ojs/schema';
import type { Secret } from '../../config/secret.ts';
import type { Caller } from '../caller.ts';
import type { Owned } from '../rights.ts';

/** What a subscription consists of, as it is kept. */
export interface WebhookRecord extends Owned {
  readonly url: string;
  readonly events: readonly string[];
  readonly filter?:
    | { readonly queues?: readonly string[] | undefined; readonly job_types?: readonly string[] | undefined }
    | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  readonly timeoutMs: number;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly updatedAt: number;
}

export type WebhookError = (typeof WEBHOOK_ERRORS)[number];

/** How a single attempt to deliver went. */
export interface Posted {
  readonly status?: number;
  readonly retryAfter?: string | undefined;
  readonly failure?: Exclude<WebhookError, 'status' | 'permission_denied'>;
  readonly ms: number;
}

/** Hears that a subscription became inactive by itself. */
export type OnWebhookDisabled = (tenant: string, webhook: { readonly id: string; readonly owner: string }) => void;

/** A subscription, without its secret. */
export type Subscription = Omit<WebhookSubscription, 'secret'>;

/** Events that are delivered to URLs (ojs-webhooks). What may not be seen by the caller is decided by the caller of these. */
export interface Webhooks {
  /** @returns undefined when the tenant has as many as it may have. @throws {StaleAccess} */
  create(
    tenant: string,
    caller: Caller,
    id: string,
    record: WebhookRecord,
    active: boolean,
    secret: string | undefined,
  ): Promise<{ subscription: Subscription; secret: Secret } | undefined>;
  /** Oldest first. */
  list(tenant: string): Promise<Subscription[]>;
  get(tenant: string, id: string): Promise<Subscription | undefined>;
  /** @param change is given what is kept, and may be called again. @throws {StaleAccess} */
  update(
    tenant: string,
    caller: Caller,
    id: string,
    change: (record: WebhookRecord, active: boolean) => { record: WebhookRecord; active: boolean },
  ): Promise<Subscription | undefined>;
  /** @returns false when it does not exist. @throws {StaleAccess} */
  delete(tenant: string, caller: Caller, id: string): Promise<boolean>;
  /** @param graceMs how long the old secret signs too. @throws {StaleAccess} */
  rotate(
    tenant: string,
    caller: Caller,
    id: string,
    secret: string | undefined,
    graceMs: number,
  ): Promise<{ subscription: Subscription; secret: Secret } | undefined>;
  /** Sends an event `webhook.test`, once. */
  test(tenant: string, id: string): Promise<Posted | undefined>;
  /** Newest first: up to `most` that wait, and as many that ended. */
  deliveries(tenant: string, subscription: string, most: number): Promise<WebhookDelivery[]>;
  delivery(tenant: string, id: string): Promise<WebhookDelivery | undefined>;
  /** Delivers a dead delivery again. @returns its status when that is not dead. @throws {StaleAccess} */
  replay(tenant: string, caller: Caller, delivery: WebhookDelivery): Promise<string | undefined>;
}
