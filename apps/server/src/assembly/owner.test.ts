import { describe, expect, test, vi } from 'vitest';
import { issue, recordOf, redis, store, useCredentialRedis } from '../../test/credential-harness.ts';
import type { Policy } from '../access/decide.ts';
import { bumpEpochs, Epochs } from '../access/epoch.ts';
import { DEFAULT_POLICY } from '../access/policy.ts';
import { Tenants } from '../access/tenants.ts';
import type { Scope } from '../engine/rights.ts';
import { systemSpace } from '../redis/keyspace.ts';
import { ownersRights } from './owner.ts';

useCredentialRedis();

function rightsUnder(
  policy: () => Policy = () => DEFAULT_POLICY,
  believes = (_voucher: string, _credential?: string) => false,
) {
  const tenants = new Tenants(redis.client);
  const epochs = new Epochs(redis.client, tenants, () => undefined);
  return ownersRights({ redis: redis.client, epochs, policy, believes });
}

const SCOPE: Scope = { tenant: '_default', plane: 'producer', roles: ['producer'], grants: [], queues: ['a', 'b'] };

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

  test('is looked up once for all who ask at the same time, also while credentials change', async () => {
    await issue();
    let loads = 0;
    const waiting = Promise.withResolvers<void>();
    const client = new Proxy(redis.client, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        if (name !== 'hscan') return value.bind(target);
        return async (...asked: unknown[]) => {
          if (loads++ === 0) await waiting.promise;
          return value.apply(target, asked);
        };
      },
    });
    const epochs = new Epochs(redis.client, new Tenants(redis.client), () => undefined);
    const believes = (): boolean => false;
    const rightsOf = ownersRights({ redis: client, epochs, policy: () => DEFAULT_POLICY, believes });
    const first = rightsOf('_default', 'shop');
    await vi.waitFor(() => expect(loads).toBe(1), { timeout: 20_000 });
    // Somebody changes a credential while they are being read.
    await redis.client.incr(systemSpace.accessVersion);
    const others = Array.from({ length: 20 }, () => rightsOf('_default', 'shop'));
    await redis.client.ping();
    setImmediate(waiting.resolve);
    const rights = await Promise.all([first, ...others]);
    expect(rights.every(({ may }) => may('enqueue', 'a'))).toBe(true);
    expect(loads).toBe(2);
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
    const rightsOf = ownersRights({
      redis: redis.client,
      epochs,
      policy: () => DEFAULT_POLICY,
      believes: () => false,
    });
    expect((await rightsOf('_default', 'shop')).may('enqueue', 'a')).toBe(true);
    await store({ ...(await recordOf(key)), ...change });
    await bumpEpochs(redis.client, ['_default'], tenants);
    const after = await rightsOf('_default', 'shop');
    expect(after.may('enqueue', 'a')).toBe(false);
    expect(after.epoch, 'though no request told of it').toBe('1');
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

describe('the scope of the credential that something was made with', () => {
  test('bounds what its owner may with other credentials, and gives nothing that they do not', async () => {
    await issue('prod', { queues: ['b', 'c'] });
    const { may } = await rightsUnder()('_default', 'shop', SCOPE);
    expect([may('enqueue', 'a'), may('enqueue', 'b'), may('enqueue', 'c')]).toEqual([false, true, false]);
  });

  test('outlives the credential where the owner has another, however it ended but as compromised', async () => {
    const other = await issue();
    const made = await issue('prod', { queues: ['a'] });
    const rightsOf = rightsUnder();
    const scope = { ...SCOPE, credential: made.id };
    const mayStill = async () => (await rightsOf('_default', 'shop', scope)).may('enqueue', 'a');
    expect(await mayStill()).toBe(true);
    await store({ ...(await recordOf(made)), revokedAt: 1 });
    expect(await mayStill()).toBe(true);
    await store({ ...(await recordOf(other)), revokedAt: 1, revokedReason: 'compromised' });
    expect(await mayStill(), 'without a valid one').toBe(false);
    await issue();
    expect(await mayStill(), 'another than the one that made it is compromised').toBe(true);
    await store({ ...(await recordOf(made)), revokedAt: 1, revokedReason: 'compromised' });
    expect(await mayStill()).toBe(false);
  });

  test('is the rights of an owner that others vouch for, while they are believed and the policy does not disable it', async () => {
    let policy: Policy = DEFAULT_POLICY;
    let believed = ['issuer:a'];
    const rightsOf = rightsUnder(
      () => policy,
      (voucher) => believed.includes(voucher),
    );
    const mayStill = async (vouchedBy = 'issuer:a') =>
      (await rightsOf('_default', 'build@example.com', { ...SCOPE, vouchedBy })).may('enqueue', 'a');
    expect([await mayStill(), await mayStill('issuer:b')]).toEqual([true, false]);
    expect(
      (await rightsOf('_default', 'build@example.com', { ...SCOPE, vouchedBy: 'issuer:a' })).may('enqueue', 'c'),
    ).toBe(false);
    policy = { ...policy, principals: { 'build@example.com': { roles: [], grants: [], disabled: true } } };
    expect(await mayStill()).toBe(false);
    policy = DEFAULT_POLICY;
    believed = [];
    expect(await mayStill()).toBe(false);
  });

  test('asks about the very certificate, which can be revoked though its authority is believed', async () => {
    const rightsOf = rightsUnder(undefined, (_, credential) => credential !== 'mesh:0A');
    const vouchedBy = 'certificate:mesh';
    const mayStill = async (credential: string) =>
      (await rightsOf('_default', 'worker/w1', { ...SCOPE, vouchedBy, credential })).may('enqueue', 'a');
    expect([await mayStill('mesh:0A'), await mayStill('mesh:0B')]).toEqual([false, true]);
  });

  test('that others vouched for has nothing of the stored credentials of a principal of that name', async () => {
    await issue();
    const { may } = await rightsUnder()('_default', 'shop', { ...SCOPE, vouchedBy: 'issuer:a' });
    expect(may('enqueue', 'a')).toBe(false);
  });
});
