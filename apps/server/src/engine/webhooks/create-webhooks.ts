import { randomUUID } from 'node:crypto';
import type { Send } from '../../outgoing/send.ts';
import type { EngineContext } from '../context.ts';
import type { Chores } from '../sweeper.ts';
import { createDeliver } from './deliver.ts';
import { createDeliveries } from './deliveries.ts';
import { createFeed } from './feed.ts';
import { post } from './post.ts';
import { createSubscriptions } from './subscriptions.ts';
import type { OnWebhookDisabled, Webhooks } from './webhooks.ts';

const TEST_TIMEOUT_MS = 10_000;

/** Webhooks: the operations, what the sweeper has to do for them, and how they end. */
export function createWebhooks(
  context: EngineContext,
  source: string,
  send: Send,
  onError: (error: unknown) => void,
  onDisabled: OnWebhookDisabled,
): { webhooks: Webhooks; chores: Chores; close: () => Promise<void> } {
  const { load, loadSecrets, ...subscriptions } = createSubscriptions(context);
  const { deliver, close } = createDeliver(context, send, onError, onDisabled);
  return {
    webhooks: {
      ...subscriptions,
      ...createDeliveries(context),
      async test(tenant, id) {
        const [stored, secrets] = await Promise.all([load(tenant, id), loadSecrets(tenant, id)]);
        if (stored === undefined || secrets === undefined) return undefined;
        const type = 'webhook.test';
        const time = new Date().toISOString();
        const event = { specversion: '1.0', id: `evt_${randomUUID()}`, type, source, time, subject: id, data: {} };
        const { url, timeoutMs } = stored.record;
        const letter = {
          url,
          subscription: id,
          delivery: `del_${randomUUID()}`,
          type,
          body: JSON.stringify(event),
          secrets,
          timeoutMs: Math.min(timeoutMs, TEST_TIMEOUT_MS),
        };
        return post(send, letter, new AbortController().signal);
      },
    },
    chores: { webhooks: createFeed(context, source), webhook: deliver },
    close,
  };
}
