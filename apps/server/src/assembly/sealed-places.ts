import { Tenants } from '../access/tenants.ts';
import { sealedWebhooks } from '../engine/webhooks/sealed.ts';
import { sealedSecondFactors, sealedSigningKeys } from '../identity/sealed.ts';
import type { RedisClient } from '../redis/connect.ts';
import type { SealedText } from '../redis/sealed-text.ts';

/** Everything in Redis that is sealed under the server key, by what it is: whoever keeps something sealed adds it here. */
export async function sealedPlaces(client: RedisClient): Promise<ReadonlyMap<string, AsyncIterable<SealedText>>> {
  const tenants = await new Tenants(client).list();
  return new Map([
    ['webhook secrets', sealedWebhooks(client, tenants)],
    ['second factors', sealedSecondFactors(client)],
    ['signing keys', sealedSigningKeys(client)],
  ]);
}
