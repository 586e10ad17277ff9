import { describe, expect, test } from 'vitest';
import { issue, recordOf, redis, store, useCredentialRedis } from '../../test/credential-harness.ts';
import type { Policy } from '../access/decide.ts';
import { bumpEpochs, Epochs } from '../access/epoch.ts';
import { DEFAULT_POLICY } from '../access/policy.ts';
import { Tenants } from '../access/tenants.ts';
import { ownersRights } from './owner.ts';

useCredentialRedis();

function rightsUnder(policy: () => Policy = () => DEFAULT_POLICY) {
  const tenants = new Tenants(redis.client);
  const epochs = new Epochs(redis.client, tenants, () => undefined);
  return ownersRights(redis.client, epochs, policy);
}

describe('an owner that is not there itself', () => {
  test('may do what its credential may, and no more', async () => {
    await issue('prod', { queues: ['billing.*'] });
    const { may, epoch } = await rightsUnder()('_default', 'shop');
    expect(epoch).toBe('0');
    expect([may('enqueue', 'billing.in'), may('enqueue', 'mail'), may('admin', 'billing.in')]).toEqual([
      true,
      false,
      false,
    ]);
  });

  test('has the rights of all its valid credentials together', async () => {
    await issue('prod', { queues: ['a'] });
    await issue('prod', { queues: ['b'] });
    const { may } = await rightsUnder()('_default', 'shop');
    expect([may('enqueue', 'a'), may('enqueue', 'b'), may('enqueue', 'c')]).toEqual([true, true, false]);
  });

  test('without a credential may do nothing', async () => {
    await issue('prod', { principal: 'another' });
    expect((await rightsUnder()('_default', 'shop')).may('enqueue', 'a')).toBe(false);
  });

  test('has no rights in a tenant that its credentials are not for, and has them where they span all', async () => {
    await issue('prod', { tenant: 'acme' });
    await issue('prod', { tenant: '*', principal: 'ops' });
    const rightsOf = rightsUnder();
    expect((await rightsOf('other', 'shop')).may('enqueue', 'a')).toBe(false);
    expect((await rightsOf('acme', 'shop')).may('enqueue', 'a')).toBe(true);
    expect((await rightsOf('other', 'ops')).may('enqueue', 'a')).toBe(true);
  });

  test.each([
    ['revoked', { revokedAt: 1 }],
    ['expired', { expiresAt: 1 }],
  ])('loses them when the credential is %s, under a new epoch', async (_, change) => {
    const key = await issue();
    const tenants = new Tenants(redis.client);
    const epochs = new Epochs(redis.client, tenants, () => undefined);
    const rightsOf = ownersRights(redis.client, epochs, () => DEFAULT_POLICY);
    expect((await rightsOf('_default', 'shop')).may('enqueue', 'a')).toBe(true);
    await store({ ...(await recordOf(key)), ...change });
    await bumpEpochs(redis.client, ['_default'], tenants);
    expect((await rightsOf('_default', 'shop')).may('enqueue', 'a')).toBe(false);
    // As after a script refused the old epoch.
    await epochs.learned('_default', '1');
    expect(await rightsOf('_default', 'shop')).toMatchObject({ epoch: '1' });
  });

  test('loses them when the policy disables the principal', async () => {
    await issue();
    let policy: Policy = DEFAULT_POLICY;
    const rightsOf = rightsUnder(() => policy);
    expect((await rightsOf('_default', 'shop')).may('enqueue', 'a')).toBe(true);
    policy = { ...policy, principals: { shop: { roles: [], grants: [], disabled: true } } };
    expect((await rightsOf('_default', 'shop')).may('enqueue', 'a')).toBe(false);
  });
});
