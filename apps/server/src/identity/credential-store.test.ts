import { type PrivateRedis, startRedis } from '@ojs/dev';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Connections, connect } from '../redis/connect.ts';
import { systemSpace } from '../redis/keyspace.ts';
import { listCredentials, writeCredential } from './credential-changes.ts';
import type { CredentialRecord } from './credential-record.ts';
import { CredentialStore } from './credential-store.ts';

const record = (id: string, change: Partial<CredentialRecord> = {}): CredentialRecord => ({
  ...{ id, kind: 'api_key', plane: 'producer', principal: 'shop', tenant: '_default', roles: ['producer'] },
  ...{ queues: ['*'], grants: [], secrets: [], createdAt: 0 },
  ...change,
});

const log = { info: () => undefined, warn: () => undefined, error: vi.fn() };
let server: PrivateRedis;
let redis: Connections;
let now = Date.now();

beforeAll(async () => {
  server = await startRedis();
  redis = await connect({ urls: [server.url] }, () => undefined);
});
afterAll(async () => {
  await redis.close();
  await server.stop();
});

async function put(change: CredentialRecord): Promise<void> {
  expect(await writeCredential(redis.client, (await listCredentials(redis.client)).version, change)).toBe(true);
}

async function started(): Promise<CredentialStore> {
  const store = new CredentialStore({ redis, log, now: () => now });
  await store.start();
  return store;
}

test('a record that did not change is the same object after it was read again, and one that changed is not', async () => {
  await put(record('same'));
  const store = await started();
  const first = await store.load('same');
  store.invalidate();
  expect(store.warm('same')).toBeUndefined();
  expect(await store.load('same')).toBe(first);
  await put(record('same', { label: 'new' }));
  store.invalidate();
  expect(await store.load('same')).not.toBe(first);
  store.close();
});

test('a read that was under way when everything became stale is not used', async () => {
  await put(record('race'));
  let hold: Promise<void> | undefined;
  let reads = 0;
  const client = new Proxy(redis.client, {
    get(target, name) {
      const value = Reflect.get(target, name, target);
      if (name !== 'hget') return typeof value === 'function' ? value.bind(target) : value;
      return async (key: string, field: string) => {
        const raw = await target.hget(key, field);
        reads++;
        await hold;
        return raw;
      };
    },
  });
  const store = new CredentialStore({ redis: { ...redis, client }, log, now: () => now });
  await store.start();
  let resolve = (): void => undefined;
  hold = new Promise<void>((done) => {
    resolve = done;
  });
  const loading = store.load('race');
  await vi.waitFor(() => expect(reads).toBe(1), { timeout: 20_000 });
  await put(record('race', { revokedAt: 1 }));
  store.invalidate();
  resolve();
  expect(await loading).toMatchObject({ record: { revokedAt: 1 } });
  store.close();
});

test('two changes on the grounds of the same state: exactly one is written', async () => {
  const { version } = await listCredentials(redis.client);
  const outcomes = await Promise.all(
    ['a1', 'a2', 'a3'].map((id) => writeCredential(redis.client, version, record(id))),
  );
  expect(outcomes.filter(Boolean)).toHaveLength(1);
  expect(await redis.client.hmget(systemSpace.credentials, 'a1', 'a2', 'a3')).toContain(null);
});

test('all credentials are read a few at a time, so that everybody else has a turn in between', async () => {
  const ids = Array.from({ length: 1_000 }, (_, at) => `many${at}`);
  const flat = ids.flatMap((id) => [id, JSON.stringify(record(id))]);
  await redis.client.hset(systemSpace.credentials, ...flat, 'broken', '{');
  const asked: string[] = [];
  const client = new Proxy(redis.client, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      asked.push(String(name));
      return value.bind(target);
    },
  });
  const { records, unreadable } = await listCredentials(client);
  expect(records.map(({ id }) => id)).toEqual(expect.arrayContaining(ids));
  expect(new Set(records.map(({ id }) => id)).size).toBe(records.length);
  expect(unreadable).toEqual(['broken']);
  expect(asked).not.toContain('hgetall');
  expect(asked.filter((name) => name === 'hscan').length).toBeGreaterThanOrEqual(4);
  await redis.client.hdel(systemSpace.credentials, ...ids, 'broken');
});

test('a clock that is set to another time changes nothing about what is believed', async () => {
  await put(record('clock'));
  const store = new CredentialStore({ redis, log });
  await store.start();
  await store.load('clock');
  vi.useFakeTimers({ toFake: ['Date'] });
  for (const hours of [-1, 2]) {
    vi.setSystemTime(Date.now() + hours * 3_600_000);
    expect(store.isBelieved()).toBe(true);
    expect(store.warm('clock')).toMatchObject({ record: { id: 'clock' } });
  }
  vi.useRealTimers();
  store.close();
});

test('while Redis is away, what was read is believed for a bounded time; then it is unavailable, until Redis answers', async () => {
  await put(record('warm'));
  const store = await started();
  await store.load('warm');
  await server.kill();
  await vi.waitFor(() => expect(redis.client.status).not.toBe('ready'), { timeout: 20_000 });
  expect(store.warm('warm')).toMatchObject({ record: { id: 'warm' } });
  expect(await store.load('cold')).toBe('unavailable');
  now += 30_001;
  expect(store.warm('warm')).toBeUndefined();
  expect(await store.load('warm')).toBe('unavailable');
  await server.restart();
  await vi.waitFor(async () => expect(await store.load('warm')).toMatchObject({ record: { id: 'warm' } }), {
    timeout: 10_000,
  });
  store.close();
});

test('after a reconnect everything is read anew: the records may be others under the same version', async () => {
  await put(record('restored'));
  const store = await started();
  await store.load('restored');
  await redis.client.hset(systemSpace.credentials, 'restored', JSON.stringify(record('restored', { revokedAt: 1 })));
  expect(store.warm('restored')).toMatchObject({ record: { id: 'restored' } });
  redis.client.disconnect(true);
  await vi.waitFor(async () => {
    expect(store.warm('restored') ?? (await store.load('restored'))).toMatchObject({ record: { revokedAt: 1 } });
  });
  store.close();
});
