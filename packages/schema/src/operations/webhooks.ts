import { z } from 'zod';
import {
  CreateWebhookBody,
  DeliveryId,
  RotateSecretBody,
  SubscriptionId,
  UpdateWebhookBody,
  WebhookAnswer,
  WebhookDeliveriesAnswer,
  WebhookDeliveriesQuery,
  WebhookDeliveryAnswer,
  WebhooksAnswer,
  WebhookTestAnswer,
} from '../webhooks.ts';
import { define } from './operation.ts';

const subscriptions = '/ojs/v1/webhooks/subscriptions';
const deliveries = '/ojs/v1/webhooks/deliveries';
const params = z.object({ id: SubscriptionId });
const deliveryParams = z.object({ id: DeliveryId });

/** A subscription goes on telling after its creator has left the keyboard, so only operators and admins make one. */
const rights = { permission: 'inspect', planes: [] } as const;

export const webhookOperations = {
  createWebhook: define({
    ...rights,
    id: 'createWebhook',
    method: 'POST',
    path: subscriptions,
    summary: 'Have events delivered to a URL; the answer is the only one that shows the secret',
    body: CreateWebhookBody,
    status: 201,
    answer: WebhookAnswer,
  }),
  listWebhooks: define({
    ...rights,
    id: 'listWebhooks',
    method: 'GET',
    path: subscriptions,
    summary: 'The subscriptions of the caller; of everybody for an admin of all queues',
    status: 200,
    answer: WebhooksAnswer,
  }),
  getWebhook: define({
    ...rights,
    id: 'getWebhook',
    method: 'GET',
    path: `${subscriptions}/{id}`,
    summary: 'Read a subscription',
    params,
    status: 200,
    answer: WebhookAnswer,
  }),
  updateWebhook: define({
    ...rights,
    id: 'updateWebhook',
    method: 'PATCH',
    path: `${subscriptions}/{id}`,
    summary: 'Change a subscription',
    // Whoever changes where somebody else's events go has them for good.
    secondFactor: true,
    params,
    body: UpdateWebhookBody,
    status: 200,
    answer: WebhookAnswer,
  }),
  deleteWebhook: define({
    ...rights,
    id: 'deleteWebhook',
    method: 'DELETE',
    path: `${subscriptions}/{id}`,
    summary: 'Delete a subscription and what it has still to deliver',
    params,
    status: 204,
    answer: z.undefined(),
  }),
  testWebhook: define({
    ...rights,
    id: 'testWebhook',
    method: 'POST',
    path: `${subscriptions}/{id}/test`,
    summary: 'Send an event webhook.test now',
    params,
    status: 200,
    answer: WebhookTestAnswer,
  }),
  rotateWebhookSecret: define({
    ...rights,
    id: 'rotateWebhookSecret',
    secondFactor: true,
    method: 'POST',
    path: `${subscriptions}/{id}/rotate-secret`,
    summary: 'Give a subscription a new secret; the old one signs too for a while',
    params,
    body: RotateSecretBody,
    status: 200,
    answer: WebhookAnswer,
  }),
  listWebhookDeliveries: define({
    ...rights,
    id: 'listWebhookDeliveries',
    method: 'GET',
    path: deliveries,
    summary: 'Recent deliveries, newest first',
    query: WebhookDeliveriesQuery,
    status: 200,
    answer: WebhookDeliveriesAnswer,
  }),
  getWebhookDelivery: define({
    ...rights,
    id: 'getWebhookDelivery',
    method: 'GET',
    path: `${deliveries}/{id}`,
    summary: 'Read a delivery',
    params: deliveryParams,
    status: 200,
    answer: WebhookDeliveryAnswer,
  }),
  retryWebhookDelivery: define({
    ...rights,
    id: 'retryWebhookDelivery',
    method: 'POST',
    path: `${deliveries}/{id}/retry`,
    summary: 'Deliver once more what could not be delivered',
    params: deliveryParams,
    status: 200,
    answer: WebhookDeliveryAnswer,
  }),
};
