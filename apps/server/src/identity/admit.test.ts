import { type PrivateRedis, startRedis } from '@ojs/dev';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Subject } from '../access/decide.ts';
import { bumpEpochs, Epochs } from '../access/epoch.ts';
import { Tenants } from '../access/tenants.ts';
import { type Connections, connect } from '../redis/connect.ts';
import { systemSpace, tenantSpace } from '../redis/keyspace.ts';
import { admit } from './admit.ts';
import type { Identified } from './identity.ts';

let server: PrivateRedis;
let redis: Connections;
let tenants: Tenants;

beforeAll(async () => {
  server = await startRedis();
  redis = await connect({ urls: [server.url] }, () => undefined);
});
afterAll(async () => {
  await redis.close();
  await server.stop();
});
beforeEach(async () => {
  await redis.client.flushall();
  tenants = new Tenants(redis.client);
});

const subject = (tenant = 'acme'): Subject => ({
  ...{ id: 'shop', tenant, plane: 'producer', roles: ['producer'], grants: [], mfa: false },
  credential: { kind: 'api_key', id: 'k' },
});

/** A credential that is read once and remembered until it is invalidated, as a server does it. */
function remembered() {
  let live = true;
  let cached: Identified | undefined;
  const read = (): Identified => (live ? { principal: subject() } : { refused: 'revoked' });
  return {
    /** The record changes; the memory does not notice. */
    revoke: () => {
      live = false;
    },
    invalidate: () => {
      cached = undefined;
    },
    identify: (): Identified => (cached ??= read()),
    identifyLate: async (): Promise<Identified> => {
      cached ??= read();
      return cached;
    },
  };
}

test('the first admission of a tenant registers it and reads its epoch; the next is synchronous', async () => {
  await redis.client.set(tenantSpace('acme').epoch, '7');
  const epochs = new Epochs(redis.client, tenants, () => undefined);
  const identify = (): Identified => ({ principal: subject() });
  expect(await admit(epochs, identify, undefined)).toMatchObject({ tenant: 'acme', epoch: '7' });
  expect(admit(epochs, identify, undefined)).toMatchObject({ tenant: 'acme', epoch: '7' });
  expect(await redis.client.smembers(systemSpace.tenants)).toContain('acme');
});

test('a credential remembered from before a revocation is never admitted under the epoch after it, read first or learned', async () => {
  for (const how of ['read', 'learned'] as const) {
    await redis.client.flushall();
    const credential = remembered();
    const epochs = new Epochs(redis.client, new Tenants(redis.client), credential.invalidate);
    if (how === 'learned') await admit(epochs, credential.identify, undefined);
    credential.identify();
    credential.revoke();
    await bumpEpochs(redis.client, ['acme'], tenants);
    if (how === 'learned') {
      expect(admit(epochs, credential.identify, undefined), 'under the old epoch, which scripts refuse').toMatchObject({
        epoch: '0',
      });
      await epochs.learned('acme', '1');
    }
    expect(await admit(epochs, credential.identify, undefined), how).toEqual({ refused: 'revoked' });
  }
});

test('an epoch that is learned while the credential is being identified makes it be identified again', async () => {
  const credential = remembered();
  const epochs = new Epochs(redis.client, tenants, credential.invalidate);
  await admit(epochs, credential.identify, undefined);
  const admission = admit(
    epochs,
    async () => {
      const identified = await credential.identifyLate();
      if ('refused' in identified) return identified;
      credential.revoke();
      await epochs.learned('acme', '1');
      return identified;
    },
    undefined,
  );
  expect(await admission).toEqual({ refused: 'revoked' });
});

test('refreshing is finished before a learned epoch is used', async () => {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  let slow: Promise<void> | undefined;
  const epochs = new Epochs(redis.client, tenants, () => slow);
  await epochs.current('acme');
  slow = promise;
  const learning = epochs.learned('acme', '1');
  expect(epochs.known('acme')).toBe('0');
  resolve();
  await learning;
  expect(epochs.known('acme')).toBe('1');
});

test('raising the epochs of all tenants reaches every tenant that was ever used, and the default one', async () => {
  const epochs = new Epochs(redis.client, tenants, () => undefined);
  await Promise.all(['a', 'b'].map((tenant) => epochs.current(tenant)));
  await bumpEpochs(redis.client, '*', tenants);
  expect(
    await Promise.all(['a', 'b', '_default'].map((tenant) => redis.client.get(tenantSpace(tenant).epoch))),
  ).toEqual(['1', '1', '1']);
});

test('a tenant is registered before its epoch is read', async () => {
  const order: string[] = [];
  const client = new Proxy(redis.client, {
    get(target, name) {
      if (name === 'get' || name === 'sadd') order.push(name);
      const value = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  await new Epochs(client, new Tenants(client), () => void order.push('refresh')).current('acme');
  expect(order).toEqual(['sadd', 'get', 'refresh']);
});

test('an epoch lower than the known one is believed: Redis may have been emptied', async () => {
  const epochs = new Epochs(redis.client, tenants, () => undefined);
  await redis.client.set(tenantSpace('acme').epoch, '5');
  await epochs.current('acme');
  await epochs.learned('acme', '0');
  expect(epochs.current('acme')).toBe('0');
});

test('another tenant than the credential has is denied, a spanning one may choose, nobody can name the default one', async () => {
  const epochs = new Epochs(redis.client, tenants, () => undefined);
  const ask = (tenant: string, header?: string) => admit(epochs, () => ({ principal: subject(tenant) }), header);
  expect(await ask('acme', 'acme')).toMatchObject({ tenant: 'acme' });
  expect(await ask('acme', 'beta')).toMatchObject({ denied: 'tenant_access_denied' });
  expect(await ask('*', 'beta')).toMatchObject({ tenant: 'beta' });
  expect(await ask('*')).toMatchObject({ tenant: '_default' });
  for (const header of ['_default', '', '*', '{x}', 'a'.repeat(129), 'a b', 'a\n', 'é']) {
    expect(await ask('*', header), header).toMatchObject({ denied: 'invalid_request' });
  }
  expect(await ask('_default', 'acme')).toMatchObject({ denied: 'tenant_access_denied' });
});
