import { describe, expect, test, vi } from 'vitest';
import {
  issue,
  reason,
  recordOf,
  redis,
  store,
  useCredentialRedis,
  verifier,
} from '../../../test/credential-harness.ts';
import { systemSpace } from '../../redis/keyspace.ts';
import { hashKey } from './hash.ts';
import { generateKey, type ParsedKey } from './key.ts';

useCredentialRedis();

describe('a revocation', () => {
  const revoke = async (key: ParsedKey): Promise<void> => store({ ...(await recordOf(key)), revokedAt: 1 });

  test('reaches every server that has the key warm, by announcement (K3)', async () => {
    const key = await issue();
    const servers = [await verifier(), await verifier()];
    for (const { ask } of servers) expect(await ask(key.text)).toHaveProperty('principal');
    await revoke(key);
    for (const { ask } of servers) {
      await vi.waitFor(async () => expect(reason(await ask(key.text))).toBe('revoked'), {
        timeout: 1_000,
        interval: 10,
      });
    }
  });

  test('reaches a server that hears no announcement, by the version (K3)', async () => {
    const key = await issue();
    const { ask } = await verifier();
    expect(await ask(key.text)).toHaveProperty('principal');
    const revoked = JSON.stringify({ ...(await recordOf(key)), revokedAt: 1 });
    await redis.client.multi().hset(systemSpace.credentials, key.id, revoked).incr(systemSpace.accessVersion).exec();
    await vi.waitFor(async () => expect(reason(await ask(key.text))).toBe('revoked'), { timeout: 1_000, interval: 10 });
  });

  test('that comes while the key is being verified is seen before the answer', async () => {
    const key = await issue();
    let revoking: Promise<void> | undefined;
    const { ask, store: credentials } = await verifier({
      onDerivation: () => {
        revoking ??= revoke(key).then(() => credentials.invalidate());
      },
    });
    const answer = ask(key.text);
    await vi.waitFor(() => expect(revoking).toBeDefined(), { timeout: 20_000 });
    await revoking;
    expect(reason(await answer)).toBe('revoked');
  });

  test('a key that is issued works at once, also where its id was asked for just before', async () => {
    const { ask } = await verifier();
    const key = generateKey('prod');
    expect(reason(await ask(key.text))).toBe('unknown_key');
    await store({
      ...{
        id: key.id,
        kind: 'api_key',
        plane: 'producer',
        principal: 'shop',
        tenant: '_default',
        roles: [],
        queues: ['*'],
      },
      ...{ grants: [], secrets: [await hashKey(key.text)], createdAt: 0 },
    });
    await vi.waitFor(async () => expect(await ask(key.text)).toHaveProperty('principal'), {
      timeout: 1_000,
      interval: 10,
    });
  });
});
