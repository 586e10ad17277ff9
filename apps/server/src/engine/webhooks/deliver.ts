import { WEBHOOK_BOUNDS } from '@ojs/schema';
import type { Send } from '../../outgoing/send.ts';
import type { EngineContext } from '../context.ts';
import type { Rights } from '../rights.ts';
import { post } from './post.ts';
import { judge } from './retry-plan.ts';
import { sealContext, WebhookSecrets } from './secrets.ts';
import { Slots } from './slots.ts';
import type { OnWebhookDisabled, Posted, WebhookError, WebhookRecord } from './webhooks.ts';

/** For how long a delivery belongs to the process that took it: longer than an attempt can last. Then it is due again. */
const CLAIM_MS = 60_000;

type Claimed = [id: string, event: string, type: string, queue: string, body: string, attempt: number];
type Outcome =
  | { readonly outcome: 'delivered' | 'dead' | 'denied' | 'released' }
  | { readonly outcome: 'retry'; readonly delayMs: number };

interface Batch {
  readonly tenant: string;
  readonly subscription: string;
  readonly record: WebhookRecord;
  readonly secrets: WebhookSecrets;
  readonly ends: string;
  readonly rights: Rights;
}

/**
 * The chore `webhook/<subscription>`: takes deliveries that are due, as many as there is room for, and returns at once. Each is sent once; a
 * script then ends it or says when it is due again, unless it was taken by somebody else meanwhile.
 */
export function createDeliver(
  { run, spaces, due, rightsOf, seal }: EngineContext,
  send: Send,
  onError: (error: unknown) => void,
  onDisabled: OnWebhookDisabled,
) {
  const slots = new Slots();
  const busy = new Set<Promise<void>>();
  const stopping = new AbortController();
  /** Subscriptions that may have more than there was room for. */
  const waiting = new Map<string, readonly [tenant: string, subscription: string]>();

  function track(work: Promise<void>): void {
    const tracked = work.catch(onError).finally(() => busy.delete(tracked));
    busy.add(tracked);
  }

  async function pull(tenant: string, subscription: string): Promise<void> {
    const room = stopping.signal.aborted ? 0 : slots.take(tenant, subscription);
    const key = `${tenant} ${subscription}`;
    if (room === 0) {
      waiting.set(key, [tenant, subscription]);
      return;
    }
    waiting.delete(key);
    let taken = 0;
    try {
      const answer = await run('webhook', spaces.of(tenant), ['claim', subscription, room, CLAIM_MS]);
      const [text, kept, ends, claimed] = answer as [string | null, string | null, string, Claimed[]];
      if (text === null || kept === null || claimed.length === 0) return;
      const record = JSON.parse(text) as WebhookRecord;
      const secrets = WebhookSecrets.unsealed(kept, seal, sealContext(tenant, subscription));
      const batch = { tenant, subscription, record, secrets, ends };
      const rights = await rightsOf(tenant, record.owner, record.scope);
      if (claimed.length === room) waiting.set(key, [tenant, subscription]);
      taken = claimed.length;
      for (const each of claimed) {
        const work = deliver({ ...batch, rights }, each).finally(() => {
          slots.give(tenant, subscription, 1);
          pullNext();
        });
        track(work);
      }
    } finally {
      slots.give(tenant, subscription, room - taken);
    }
  }

  /** Gives the room that has become free to who waits for it the longest. */
  function pullNext(): void {
    if (stopping.signal.aborted) return;
    for (const [key, place] of [...waiting]) {
      waiting.delete(key);
      track(pull(...place));
    }
  }

  async function deliver(batch: Batch, claimed: Claimed): Promise<void> {
    const [delivery, , type, queue, body, attempt] = claimed;
    const { record, secrets, subscription, rights } = batch;
    if (!rights.may('inspect', queue)) return settle(batch, delivery, { outcome: 'denied' }, { ms: 0 });
    const { url, timeoutMs } = record;
    const posted = await post(send, { url, subscription, delivery, type, body, secrets, timeoutMs }, stopping.signal);
    if (posted.failure !== undefined && stopping.signal.aborted) {
      return settle(batch, delivery, { outcome: 'released' }, posted);
    }
    const { status, failure, retryAfter } = posted;
    const result = failure === undefined ? { status: status ?? 0, retryAfter } : { failure };
    await settle(batch, delivery, judge(result, attempt, Date.now()), posted);
  }

  async function settle(batch: Batch, delivery: string, decided: Outcome, posted: Posted): Promise<void> {
    const { tenant, subscription, ends } = batch;
    const delay = decided.outcome === 'retry' ? decided.delayMs : 0;
    const args = ['settle', subscription, delivery, ends, decided.outcome, delay];
    const told = [posted.status ?? '', errorOf(decided, posted), posted.ms];
    const bounds = [WEBHOOK_BOUNDS.logged, WEBHOOK_BOUNDS.failures];
    const [, disabled] = (await run('webhook', spaces.of(tenant), [...args, ...told, ...bounds])) as unknown[];
    if (disabled === 1) onDisabled(tenant, { id: subscription, owner: batch.record.owner });
    if (delay > 0) due.expect(tenant, Date.now() + delay);
  }

  return {
    deliver: async (tenant: string, subscriptions: readonly string[]): Promise<void> => {
      await Promise.all(subscriptions.map((subscription) => pull(tenant, subscription)));
    },
    /** Gives up what is under way: it is due again at once. */
    async close(): Promise<void> {
      stopping.abort();
      await Promise.all(busy);
    },
  };
}

function errorOf({ outcome }: Outcome, { failure }: Posted): WebhookError | '' {
  if (outcome === 'delivered') return '';
  return outcome === 'denied' ? 'permission_denied' : (failure ?? 'status');
}
