import { describe, expect, test } from 'vitest';
import { issue, recordOf, redis, useCredentialRedis } from '../../../test/credential-harness.ts';
import { DEFAULT_POLICY } from '../../access/policy.ts';
import { Tenants } from '../../access/tenants.ts';
import { systemSpace } from '../../redis/keyspace.ts';
import { listCredentials } from '../credential-changes.ts';
import { type CredentialRecord, invalidity, principalOf } from '../credential-record.ts';
import type { Actor } from './change.ts';
import type { Draft } from './draft.ts';
import { CredentialManager } from './manager.ts';

useCredentialRedis();

const LOCAL: Actor = { name: 'local:test' };
const shop: Draft = {
  ...{ kind: 'api_key', plane: 'producer', roles: ['producer'], principal: 'shop', tenant: '_default', queues: ['*'] },
};
const asAdmin: Partial<CredentialRecord> = { plane: 'admin', roles: ['admin'], principal: 'root' };

const managing = (now: () => number = Date.now) =>
  new CredentialManager({
    ...{ redis: redis.client, tenants: new Tenants(redis.client), policy: () => DEFAULT_POLICY, graceMs: 1_000, now },
  });

/** An actor that is what its record says at the moment when it is asked; `before` comes first, once. */
async function actor(before: (id: string) => Promise<unknown> = async () => undefined): Promise<Actor> {
  const key = await issue('admin', asAdmin);
  let asked = false;
  return {
    name: 'root',
    async identify() {
      const record = await recordOf(key);
      if (!asked) {
        asked = true;
        await before(key.id);
      }
      if (invalidity(record, Date.now()) !== undefined) throw new Error('not admitted');
      return principalOf(record);
    },
  };
}

describe('a change that comes between what was read and what is written', () => {
  test('the end of the actor: it changes nothing any more', async () => {
    const { id } = (await managing().create(LOCAL, shop)).record;
    // Keeps the others from being the last administrators.
    await issue('admin', asAdmin);
    const ended = () => actor((own) => managing().revoke(LOCAL, own));
    const count = (await listCredentials(redis.client)).records.length;
    await expect(managing().revoke(await ended(), id)).rejects.toThrow('not admitted');
    await expect(managing().rotate(await ended(), id)).rejects.toThrow('not admitted');
    await expect(managing().update(await ended(), id, { label: 'x' })).rejects.toThrow('not admitted');
    // Asked once before the hash is made and again with the write.
    await expect(managing().create(await ended(), shop)).rejects.toThrow('not admitted');
    const { records } = await listCredentials(redis.client);
    expect(records.filter(({ principal }) => principal === 'shop')).toMatchObject([{ id, createdBy: 'local:test' }]);
    expect(records).toHaveLength(count + 4);
    expect(records.find((each) => each.id === id)).not.toHaveProperty('revokedAt');
  });

  test('another change of the same credential: neither is undone', async () => {
    const { id } = (await managing().create(LOCAL, shop)).record;
    const late = await actor(() => managing().revoke(LOCAL, id));
    await expect(managing().update(late, id, { label: 'late' })).rejects.toMatchObject({ rule: 'revoked' });
    const other = (await managing().create(LOCAL, shop)).record;
    const busy = await actor(() => managing().update(LOCAL, other.id, { label: 'first', expiresAt: 9e12 }));
    expect(await managing().update(busy, other.id, { queues: ['a'] })).toMatchObject({
      ...{ label: 'first', expiresAt: 9e12, queues: ['a'] },
    });
  });

  test('a rotation: the other one is refused, whoever asked first', async () => {
    const { id } = (await managing().create(LOCAL, shop)).record;
    let asked = 0;
    const root = await actor();
    const overtaken: Actor = {
      ...root,
      async identify() {
        // After the first look, before the write.
        if (++asked === 2) await managing().rotate(LOCAL, id);
        return root.identify!();
      },
    };
    await expect(managing().rotate(overtaken, id)).rejects.toMatchObject({ kind: 'conflict', rule: 'generation' });
  });
});

describe('a rotation', () => {
  test('keeps one secret before, which ends with its grace period', async () => {
    let now = 10_000;
    const manager = managing(() => now);
    const { id } = (await manager.create(LOCAL, shop)).record;
    const ends = async () => (await manager.get(LOCAL, id)).secrets.map(({ notAfter }) => notAfter);
    await manager.rotate(LOCAL, id);
    expect(await ends()).toEqual([undefined, 11_000]);
    now = 10_500;
    await manager.rotate(LOCAL, id);
    expect(await ends()).toEqual([undefined, 11_500]);
    await manager.rotate(LOCAL, id, { graceMs: 0 });
    expect(await ends()).toEqual([undefined]);
  });

  test('that was asked for before another one was done is refused', async () => {
    let now = 10_000;
    const manager = managing(() => now);
    const { id } = (await manager.create(LOCAL, shop)).record;
    await manager.rotate(LOCAL, id);
    now = 20_000;
    await expect(manager.rotate(LOCAL, id, { since: 9_999 })).rejects.toMatchObject({ rule: 'generation' });
    await manager.rotate(LOCAL, id, { since: 10_001 });
  });
});

test('an actor that is narrowed changes nothing, also not itself (K12)', async () => {
  const key = await issue('admin', asAdmin);
  const narrowed = { ...principalOf(await recordOf(key)), narrowed: { within: [] } };
  const asking: Actor = { name: 'root', identify: async () => narrowed };
  for (const change of [
    () => managing().create(asking, shop),
    () => managing().rotate(asking, key.id),
    () => managing().revoke(asking, key.id),
    () => managing().list(asking),
  ]) {
    await expect(change()).rejects.toMatchObject({ kind: 'forbidden', rule: 'narrowed' });
  }
});

test('a record that cannot be read is not changed', async () => {
  const key = await issue();
  await redis.client.hset(systemSpace.credentials, key.id, '{');
  await expect(managing().revoke(LOCAL, key.id)).rejects.toMatchObject({ rule: 'unreadable' });
});
