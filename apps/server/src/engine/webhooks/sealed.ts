import type { RedisClient } from '../../redis/connect.ts';
import { tenantSpace } from '../../redis/keyspace.ts';
import { type SealedText, sealedField } from '../../redis/sealed-text.ts';
import { isPlain, sealContext } from './secrets.ts';

/** The secrets of all subscriptions of these tenants, as they are kept. */
export async function* sealedWebhooks(client: RedisClient, tenants: readonly string[]): AsyncGenerator<SealedText> {
  for (const tenant of tenants) {
    const { prefix } = tenantSpace(tenant);
    for (const id of await client.zrange(`${prefix}/webhooks`, 0, '-1')) {
      const key = `${prefix}/webhook/${id}`;
      const text = await client.hget(key, 'secrets');
      if (text === null) continue;
      yield sealedField(client, key, 'secrets', { context: sealContext(tenant, id), text, isPlain: isPlain(text) });
    }
  }
}
