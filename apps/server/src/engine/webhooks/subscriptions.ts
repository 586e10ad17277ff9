import { formatTimestamp, WEBHOOK_BOUNDS } from '@ojs/schema';
import type { Caller } from '../caller.ts';
import type { EngineContext } from '../context.ts';
import { StaleAccess } from '../errors.ts';
import type { Outcome } from '../outcomes.ts';
import { redisFailure } from '../scripts.ts';
import { sealContext, WebhookSecrets } from './secrets.ts';
import type { Subscription, WebhookRecord, Webhooks } from './webhooks.ts';

const FIELDS = ['v', 'record', 'active', 'disabled', 'delivered', 'dead', 'dropped'] as const;
/** How often a change is tried while others change the same. */
const ROUNDS = 10;

interface Stored {
  readonly version: string;
  readonly record: WebhookRecord;
  readonly active: boolean;
  readonly subscription: Subscription;
}

/** The records of subscriptions. */
export function createSubscriptions(context: EngineContext) {
  const { client, run, spaces, due, seal } = context;
  const keyOf = (tenant: string, name: string): string => `${spaces.of(tenant).prefix}/${name}`;

  async function guarded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw redisFailure(error);
    }
  }

  const load = (tenant: string, id: string): Promise<Stored | undefined> =>
    guarded(async () => {
      const [values, pending] = await Promise.all([
        client.hmget(keyOf(tenant, `webhook/${id}`), ...FIELDS),
        client.zcard(keyOf(tenant, `webhook-due/${id}`)),
      ]);
      const [version, text, active, disabled, delivered, dead, dropped] = values;
      if (typeof version !== 'string' || typeof text !== 'string') return undefined;
      const record = JSON.parse(text) as WebhookRecord;
      const count = (value: string | null | undefined): number => Number(value ?? 0);
      const { timeoutMs, createdAt, updatedAt, scope: _, ...rest } = record;
      const subscription = {
        id,
        ...rest,
        active: active === '1',
        timeout_ms: timeoutMs,
        created_at: formatTimestamp(createdAt),
        updated_at: formatTimestamp(updatedAt),
        ...(disabled && { disabled_at: formatTimestamp(Number(disabled)) }),
        stats: { pending, delivered: count(delivered), dead: count(dead), dropped: count(dropped) },
      } as Subscription;
      return { version, record, active: active === '1', subscription };
    });

  async function loadSecrets(tenant: string, id: string): Promise<WebhookSecrets | undefined> {
    const text = await guarded(() => client.hget(keyOf(tenant, `webhook/${id}`), 'secrets'));
    return text === null ? undefined : WebhookSecrets.unsealed(text, seal, sealContext(tenant, id));
  }

  async function save(
    tenant: string,
    caller: Caller,
    id: string,
    version: string,
    { record, active, secrets }: { record: WebhookRecord; active: boolean; secrets?: WebhookSecrets | undefined },
  ): Promise<string> {
    const sealed = secrets?.sealed(seal, sealContext(tenant, id)) ?? '';
    const args = [caller.epoch, version, JSON.stringify(record), active ? 1 : 0, sealed];
    const answer = (await run('webhook', spaces.of(tenant), [
      ...['save', id, ...args],
      WEBHOOK_BOUNDS.subscriptions,
    ])) as Outcome;
    if (answer[0] === 'stale') throw new StaleAccess(String(answer[1]));
    due.expect(tenant, Date.now());
    return answer[0];
  }

  /** Reads, changes and writes; again where somebody else wrote meanwhile. */
  async function change(
    tenant: string,
    caller: Caller,
    id: string,
    next: (stored: Stored) => Promise<{ record: WebhookRecord; active: boolean; secrets?: WebhookSecrets }>,
  ): Promise<Subscription | undefined> {
    for (let round = 0; round < ROUNDS; round++) {
      const stored = await load(tenant, id);
      if (stored === undefined) return undefined;
      const status = await save(tenant, caller, id, stored.version, await next(stored));
      if (status === 'ok') return (await load(tenant, id))?.subscription;
      if (status === 'missing') return undefined;
    }
    throw new Error('a subscription keeps changing');
  }

  const subscriptions = {
    async create(tenant, caller, id, record, active, secret) {
      // Every process has to know the tenant, whoever is the first to deliver.
      if (!spaces.isRegistered(tenant)) await spaces.register(client, tenant);
      const secrets = WebhookSecrets.create(secret);
      const status = await save(tenant, caller, id, '', { record, active, secrets });
      const stored = status === 'ok' ? await load(tenant, id) : undefined;
      return stored && { subscription: stored.subscription, secret: secrets.current };
    },
    async list(tenant) {
      const ids = await guarded(() => client.zrange(keyOf(tenant, 'webhooks'), 0, '-1'));
      const stored = await Promise.all(ids.map((id) => load(tenant, id)));
      return stored.flatMap((each) => (each === undefined ? [] : [each.subscription]));
    },
    get: async (tenant, id) => (await load(tenant, id))?.subscription,
    update: (tenant, caller, id, next) =>
      change(tenant, caller, id, async ({ record, active }) => next(record, active)),
    async delete(tenant, caller, id) {
      const answer = (await run('webhook', spaces.of(tenant), ['delete', id, caller.epoch])) as Outcome;
      if (answer[0] === 'stale') throw new StaleAccess(String(answer[1]));
      return answer[0] === 'ok';
    },
    async rotate(tenant, caller, id, secret, graceMs) {
      let secrets: WebhookSecrets | undefined;
      const until = Date.now() + graceMs;
      const subscription = await change(tenant, caller, id, async ({ record, active }) => {
        secrets = (await loadSecrets(tenant, id))?.rotate(secret, until) ?? WebhookSecrets.create(secret);
        return { record: { ...record, updatedAt: Date.now() }, active, secrets };
      });
      return subscription && secrets && { subscription, secret: secrets.current };
    },
  } satisfies Partial<Webhooks>;

  return { ...subscriptions, load, loadSecrets };
}
