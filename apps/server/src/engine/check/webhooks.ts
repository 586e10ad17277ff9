import type { RedisClient } from '../../redis/connect.ts';
import { tenantSpace } from '../../redis/keyspace.ts';
import type { Finding, Rule } from './finding.ts';
import { readHash, readScores } from './reader.ts';

const FEED = 'webhooks/feed';

/** Checks that subscriptions, their deliveries and the timers of both agree (lua/webhook.lua). */
export async function checkWebhooks(
  client: RedisClient,
  tenant: string,
  names: ReadonlySet<string>,
  timers: ReadonlyMap<string, number>,
): Promise<Finding[]> {
  const { prefix } = tenantSpace(tenant);
  const findings: Finding[] = [];
  const found = (rule: Rule, detail: string): number => findings.push({ rule, tenant, detail });
  const idsOf = (kind: string): string[] =>
    [...names].filter((name) => name.startsWith(`${kind}/`)).map((name) => name.slice(kind.length + 1));

  const listed = await readScores(client, `${prefix}/webhooks`);
  const subscriptions = new Set([...listed.keys(), ...['webhook', 'webhook-due', 'webhook-log'].flatMap(idsOf)]);
  const deliveries = new Set(idsOf('delivery'));
  const placed = new Set<string>();
  let isAnyActive = false;
  for (const id of subscriptions) {
    const record = await readHash(client, `${prefix}/webhook/${id}`);
    const due = await readScores(client, `${prefix}/webhook-due/${id}`);
    const log = await readScores(client, `${prefix}/webhook-log/${id}`);
    if (!listed.has(id)) found('subscription not listed', id);
    if (['record', 'secrets', 'v', 'active'].some((field) => !record.has(field)))
      found('subscription is incomplete', id);
    for (const delivery of [...due.keys(), ...log.keys()]) {
      if (placed.has(delivery) || !deliveries.has(delivery)) found('delivery without record', delivery);
      placed.add(delivery);
    }
    const isActive = record.get('active') === '1';
    isAnyActive ||= isActive;
    if (isActive && due.size > 0 && !timers.has(`webhook/${id}`)) found('delivery is never due', id);
  }
  for (const delivery of deliveries) if (!placed.has(delivery)) found('delivery in no list', delivery);
  const isLooking = timers.has(FEED) && names.has('webhook-cursor');
  if (isAnyActive && !isLooking) found('events are not looked at', FEED);
  if (!isAnyActive && (timers.has(FEED) || names.has('webhook-cursor'))) found('events are looked at for nobody', FEED);
  return findings;
}
