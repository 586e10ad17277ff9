import { CreateWebhookBody, operations, UpdateWebhookBody, type WebhookDelivery } from '@ojs/schema';
import type { z } from 'zod';
import { decideEverywhere } from '../access/decide.ts';
import { refuse } from '../connection/refusal.ts';
import type { Posted, Subscription, WebhookRecord } from '../engine/webhooks/webhooks.ts';
import { BadTarget } from '../outgoing/target.ts';
import { uuidV7 } from '../uuid.ts';
import type { Ask } from './ask.ts';
import { invalid, parse } from './issues.ts';
import { permitLasting } from './narrowed.ts';
import { permitQueues } from './permit.ts';
import { notFound } from './refusals.ts';
import { type Route, route } from './route.ts';
import { scopeOf } from './scope.ts';

const TIMEOUT_MS = 30_000;
const GRACE_MS = 86_400_000;

/** Its owner's, and of those who administer every queue of the tenant. */
const isVisible = (ask: Ask, { owner }: Pick<Subscription, 'owner'>): boolean =>
  (owner === ask.principal.id && !ask.principal.lent) ||
  decideEverywhere(ask.services.access.policy(), ask.principal, 'admin');

/** @throws {Refusal} 404 for what does not exist and for what belongs to somebody else */
async function find(ask: Ask, id: string): Promise<Subscription> {
  const subscription = await ask.services.engine.webhooks.get(ask.tenant, id);
  if (subscription === undefined || !isVisible(ask, subscription)) throw notFound('webhook_subscription', id);
  return subscription;
}

async function findDelivery(ask: Ask, id: string): Promise<WebhookDelivery> {
  const { webhooks } = ask.services.engine;
  const delivery = await webhooks.delivery(ask.tenant, id);
  const subscription = delivery && (await webhooks.get(ask.tenant, delivery.subscription_id));
  if (!delivery || !subscription || !isVisible(ask, subscription)) throw notFound('webhook_delivery', id);
  return delivery;
}

/** Unknown attributes are refused, or dropped where the server is set to ignore them. */
function readBody<S extends z.ZodObject>(ask: Ask, schema: S): z.output<S> {
  const body = ask.body();
  const isIgnoring = ask.services.rules.unknownAttributes === 'ignore';
  if (!isIgnoring || typeof body !== 'object' || body === null) return parse(schema, body);
  return parse(schema, Object.fromEntries(Object.entries(body).filter(([name]) => Object.hasOwn(schema.shape, name))));
}

/** What a URL says by itself is checked now; its name is looked up for each delivery. */
function checkUrl(ask: Ask, url: string): void {
  try {
    ask.services.outgoing.check(url);
  } catch (error) {
    if (error instanceof BadTarget) throw invalid('url', 'target', error.message);
    throw error;
  }
}

/** Only the host: the rest of a URL may be a secret of the receiver's. */
const hostOf = (url: string): string => URL.parse(url)?.host ?? '';

const answerOf = (subscription: object): object => ({ ...subscription, subscription });

const permitFilter = (ask: Ask, filter: WebhookRecord['filter']): void =>
  permitQueues(ask, filter?.queues ?? [], 'inspect');

const withSecret = ({ subscription, secret }: { subscription: Subscription; secret: { reveal(): string } }) => ({
  ...subscription,
  secret: secret.reveal(),
});

const resultOf = ({ status, failure, ms }: Posted) => {
  const success = status !== undefined && status >= 200 && status < 300;
  return {
    success,
    ...(status !== undefined && { status_code: status }),
    response_time_ms: ms,
    ...(!success && { error: failure ?? 'status' }),
  };
};

export const webhookRoutes: readonly Route[] = [
  route(operations.createWebhook, {
    target: 'visible',
    validatesBody: true,
    async handle(ask) {
      permitLasting(ask);
      const body = readBody(ask, CreateWebhookBody);
      const { url, events, filter, metadata, timeout_ms: timeoutMs = TIMEOUT_MS, active = true, secret } = body;
      checkUrl(ask, url);
      permitFilter(ask, filter);
      const now = Date.now();
      const record = {
        url,
        events,
        filter,
        metadata,
        timeoutMs,
        owner: ask.principal.id,
        scope: scopeOf(ask.principal),
        createdAt: now,
        updatedAt: now,
      };
      const id = `sub_${uuidV7(now)}`;
      const created = await ask.services.engine.webhooks.create(ask.tenant, ask.caller, id, record, active, secret);
      if (created === undefined) {
        throw refuse('conflict', 'The tenant has as many subscriptions as it may have.', {
          hint: 'Delete those that are not needed.',
        });
      }
      ask.record('webhook.subscription.created', 'success', { subscription: id, host: hostOf(url) });
      return { body: answerOf(withSecret(created)), location: `/ojs/v1/webhooks/subscriptions/${id}` };
    },
  }),

  route(operations.listWebhooks, {
    target: 'visible',
    async handle(ask) {
      const all = await ask.services.engine.webhooks.list(ask.tenant);
      return { body: { subscriptions: all.filter((each) => isVisible(ask, each)) } };
    },
  }),

  route(operations.getWebhook, {
    target: 'visible',
    handle: async (ask, { params }) => ({ body: answerOf(await find(ask, params.id)) }),
  }),

  route(operations.updateWebhook, {
    target: 'visible',
    validatesBody: true,
    async handle(ask, { params: { id } }) {
      permitLasting(ask);
      const body = readBody(ask, UpdateWebhookBody);
      await find(ask, id);
      if (body.url !== undefined) checkUrl(ask, body.url);
      permitFilter(ask, body.filter ?? undefined);
      const updated = await ask.services.engine.webhooks.update(ask.tenant, ask.caller, id, (record, active) => ({
        active: body.active ?? active,
        record: {
          ...record,
          // An administrator who changes what belongs to another gives it no rights.
          scope: record.owner === ask.principal.id ? scopeOf(ask.principal) : record.scope,
          url: body.url ?? record.url,
          events: body.events ?? record.events,
          filter: body.filter === undefined ? record.filter : (body.filter ?? undefined),
          metadata: body.metadata === undefined ? record.metadata : (body.metadata ?? undefined),
          timeoutMs: body.timeout_ms ?? record.timeoutMs,
          updatedAt: Date.now(),
        },
      }));
      if (updated === undefined) throw notFound('webhook_subscription', id);
      ask.record('webhook.subscription.updated', 'success', { subscription: id, host: hostOf(updated.url) });
      return { body: answerOf(updated) };
    },
  }),

  route(operations.deleteWebhook, {
    target: 'visible',
    async handle(ask, { params: { id } }) {
      const { url } = await find(ask, id);
      const isDeleted = await ask.services.engine.webhooks.delete(ask.tenant, ask.caller, id);
      if (!isDeleted) throw notFound('webhook_subscription', id);
      ask.record('webhook.subscription.deleted', 'success', { subscription: id, host: hostOf(url) });
      return { body: undefined };
    },
  }),

  route(operations.testWebhook, {
    target: 'visible',
    async handle(ask, { params: { id } }) {
      await find(ask, id);
      const posted = await ask.services.engine.webhooks.test(ask.tenant, id);
      if (posted === undefined) throw notFound('webhook_subscription', id);
      return { body: resultOf(posted) };
    },
  }),

  route(operations.rotateWebhookSecret, {
    target: 'visible',
    async handle(ask, { params: { id }, body }) {
      permitLasting(ask);
      await find(ask, id);
      const graceMs = body?.grace_ms ?? GRACE_MS;
      const until = new Date(Date.now() + graceMs).toISOString();
      const rotated = await ask.services.engine.webhooks.rotate(ask.tenant, ask.caller, id, body?.secret, graceMs);
      if (rotated === undefined) throw notFound('webhook_subscription', id);
      ask.record('webhook.secret.rotated', 'success', { subscription: id });
      return { body: answerOf({ ...withSecret(rotated), previous_secret_expires_at: until }) };
    },
  }),

  route(operations.listWebhookDeliveries, {
    target: 'visible',
    async handle(ask, { query: { subscription_id, status } }) {
      const { webhooks } = ask.services.engine;
      const subscriptions =
        subscription_id === undefined
          ? (await webhooks.list(ask.tenant)).filter((each) => isVisible(ask, each))
          : [await find(ask, subscription_id)];
      const most = Math.ceil(DELIVERIES_SHOWN / (2 * Math.max(1, subscriptions.length)));
      const lists = await Promise.all(subscriptions.map(({ id }) => webhooks.deliveries(ask.tenant, id, most)));
      const deliveries = lists
        .flat()
        .filter((delivery) => status === undefined || delivery.status === status)
        .sort((a, b) => b.created_at.localeCompare(a.created_at));
      return { body: { deliveries } };
    },
  }),

  route(operations.getWebhookDelivery, {
    target: 'visible',
    async handle(ask, { params }) {
      const delivery = await findDelivery(ask, params.id);
      return { body: { ...delivery, delivery } };
    },
  }),

  route(operations.retryWebhookDelivery, {
    target: 'visible',
    async handle(ask, { params: { id } }) {
      const { webhooks } = ask.services.engine;
      const status = await webhooks.replay(ask.tenant, ask.caller, await findDelivery(ask, id));
      if (status !== undefined) {
        throw refuse('conflict', `The delivery is ${status}; only one that is dead can be delivered again.`, {
          details: { current_state: status, expected_state: 'dead' },
        });
      }
      ask.record('webhook.delivery.retried', 'success', { delivery: id });
      const delivery = await findDelivery(ask, id);
      return { body: { ...delivery, delivery } };
    },
  }),
];

const DELIVERIES_SHOWN = 200;
