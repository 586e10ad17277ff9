import { formatTimestamp, type WebhookDelivery } from '@ojs/schema';
import type { EngineContext } from '../context.ts';
import { StaleAccess } from '../errors.ts';
import type { Outcome } from '../outcomes.ts';
import { redisFailure } from '../scripts.ts';
import type { Webhooks } from './webhooks.ts';

const FIELDS = ['sub', 'evt', 'type', 'status', 'attempts', 'created', 'ended', 'code', 'ms', 'error'] as const;

function shown(id: string, values: readonly (string | null)[], dueAt: string | undefined): WebhookDelivery | undefined {
  const [sub, evt, type, status, attempts, created, ended, code, ms, error] = values;
  if (!sub || !evt || !type || !status) return undefined;
  return {
    id,
    subscription_id: sub,
    event_id: evt,
    event_type: type,
    status: status as WebhookDelivery['status'],
    attempts: Number(attempts),
    created_at: formatTimestamp(Number(created)),
    ...(dueAt && status === 'pending' && { next_attempt_at: formatTimestamp(Number(dueAt)) }),
    ...(ended && { ended_at: formatTimestamp(Number(ended)) }),
    ...(code && { status_code: Number(code) }),
    ...(ms && { response_time_ms: Number(ms) }),
    ...(error && { error: error as NonNullable<WebhookDelivery['error']> }),
  };
}

/** What is known of deliveries: those that wait, and the last ones that ended. */
export function createDeliveries({ client, run, spaces, due }: EngineContext) {
  const read = async (tenant: string, id: string, dueAt?: string): Promise<WebhookDelivery | undefined> =>
    shown(id, await client.hmget(`${spaces.of(tenant).prefix}/delivery/${id}`, ...FIELDS), dueAt);

  return {
    async deliveries(tenant, subscription, most) {
      const { prefix } = spaces.of(tenant);
      try {
        const [waiting, ended] = await Promise.all([
          client.zrange(`${prefix}/webhook-due/${subscription}`, 0, String(most - 1), 'WITHSCORES'),
          client.zrange(`${prefix}/webhook-log/${subscription}`, String(-most), '-1'),
        ]);
        const pending = waiting.flatMap((id, i) => (i % 2 === 0 ? [read(tenant, id, waiting[i + 1])] : []));
        const all = await Promise.all([...pending, ...ended.map((id) => read(tenant, id))]);
        return all
          .filter((delivery) => delivery !== undefined)
          .sort((a, b) => (a.created_at < b.created_at ? 1 : a.created_at > b.created_at ? -1 : 0));
      } catch (error) {
        throw redisFailure(error);
      }
    },

    async delivery(tenant, id) {
      try {
        const delivery = await read(tenant, id);
        if (delivery?.status !== 'pending') return delivery;
        const dueAt = await client.zscore(`${spaces.of(tenant).prefix}/webhook-due/${delivery.subscription_id}`, id);
        return read(tenant, id, dueAt ?? undefined);
      } catch (error) {
        throw redisFailure(error);
      }
    },

    async replay(tenant, caller, { id, subscription_id }) {
      const answer = (await run('webhook', spaces.of(tenant), [
        ...['replay', subscription_id, caller.epoch, id],
      ])) as Outcome;
      if (answer[0] === 'stale') throw new StaleAccess(String(answer[1]));
      due.expect(tenant, Date.now());
      return answer[0] === 'wrong' ? String(answer[1]) : undefined;
    },
  } satisfies Partial<Webhooks>;
}
