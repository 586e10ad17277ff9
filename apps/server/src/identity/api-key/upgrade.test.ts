import { expect, test } from 'vitest';
import { issue, recordOf, redis, store, useCredentialRedis, verifier } from '../../../test/credential-harness.ts';
import { systemSpace } from '../../redis/keyspace.ts';
import type { CredentialRecord } from '../credential-record.ts';
import { hashKey, verifyHash } from './hash.ts';
import { generateKey, type ParsedKey } from './key.ts';
import { Upgrades } from './upgrade.ts';

useCredentialRedis();

const TODAY = 2 ** 15;

/** A server whose hashes cost `TODAY`. */
async function upgrading() {
  const upgraded: CredentialRecord[] = [];
  const upgrades = new Upgrades({ redis: redis.client, cost: TODAY, onUpgraded: (record) => upgraded.push(record) });
  const {
    ask,
    counts,
    store: credentials,
  } = await verifier({
    onVerified: (key, stored) => upgrades.offer(key, stored),
  });
  return { ask, counts, credentials, upgrades, upgraded };
}

const costs = async (key: ParsedKey) => (await recordOf(key)).secrets.map(({ n }) => n);

test('a hash that costs less than today’s is made anew after a verification, once, and is no rotation', async () => {
  const key = await issue();
  const servers = [await upgrading(), await upgrading()];
  const version = await redis.client.get(systemSpace.accessVersion);
  for (const { ask } of servers) expect(await ask(key.text)).toHaveProperty('principal');
  await Promise.all(servers.map(({ upgrades }) => upgrades.settled()));
  expect(await costs(key)).toEqual([TODAY]);
  expect(servers.flatMap(({ upgraded }) => upgraded)).toHaveLength(1);
  const record = await recordOf(key);
  // Nobody's credentials are read anew for it.
  expect(await redis.client.get(systemSpace.accessVersion)).toBe(version);
  expect(record).not.toHaveProperty('generation');
  expect(record).not.toHaveProperty('rotatedAt');
  expect(await verifyHash(key.text, record.secrets[0]!)).toBe(true);
  const [server] = servers;
  server?.credentials.invalidate();
  expect(await server?.ask(key.text)).toHaveProperty('principal');
  await server?.upgrades.settled();
  expect(server?.upgraded.length).toBeLessThanOrEqual(1);
});

test('the one before a rotation keeps its end, and the newer one its hash', async () => {
  const key = await issue();
  const next = generateKey('prod', key.id).text;
  const record = await recordOf(key);
  const newest = await hashKey(next);
  await store({ ...record, secrets: [newest, { ...record.secrets[0]!, notAfter: 9e12 }] });
  const { ask, upgrades } = await upgrading();
  await ask(key.text);
  await upgrades.settled();
  const { secrets } = await recordOf(key);
  expect(secrets[0]).toEqual(newest);
  expect(secrets[1]).toMatchObject({ n: TODAY, notAfter: 9e12 });
});

test('neither a wrong key nor a record that changed meanwhile is upgraded', async () => {
  const key = await issue();
  const { upgrades, upgraded } = await upgrading();
  const record = await recordOf(key);
  await store({ ...record, secrets: [], revokedAt: 1 });
  upgrades.offer(key, record.secrets[0]!);
  await upgrades.settled();
  expect(upgraded).toEqual([]);
  expect((await recordOf(key)).secrets).toEqual([]);
});
