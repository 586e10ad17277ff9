import { afterEach, expect, it } from 'vitest';
import { reason, redis, useCredentialRedis } from '../../../test/credential-harness.ts';
import { accepted, principal, sealer, type TokenServerOptions, tokenServer } from '../../../test/token-harness.ts';
import { systemSpace } from '../../redis/keyspace.ts';
import { createSealer } from '../seal.ts';
import { listKeys, RotationConflict, rotateKeys, UnreadableKeys } from './signing-keys.ts';

useCredentialRedis();

const open: { close(): void }[] = [];
afterEach(() => {
  for (const each of open.splice(0)) each.close();
});

async function server(options?: TokenServerOptions) {
  const made = await tokenServer(options);
  open.push(made.store);
  return made;
}

const DAY = 86_400_000;
const rotate = (graceMs = DAY, now = Date.now()) => rotateKeys(redis.client, sealer, { graceMs, now });

it('of ten servers that need a first key at once, one makes it', async () => {
  const servers = await Promise.all(Array.from({ length: 10 }, () => server()));
  const of = await principal();
  const tokens = await Promise.all(servers.map(({ issue }) => issue({ of })));
  expect(await listKeys(redis.client, sealer)).toHaveLength(1);
  for (const { token } of tokens) expect(reason(await servers[0]!.ask(token))).toBeUndefined();
});

it('a new key signs at once, and the old one verifies until its grace is over', async () => {
  let now = Date.now();
  const { issue, ask, store } = await server({ now: () => now });
  const old = await issue({ of: await principal(), lifetimeMs: 3_600_000 });
  const { kid } = await rotate(1_800_000, now);
  store.invalidate();
  const { token } = await issue({ of: await principal() });
  expect(JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString()).kid).toBe(kid);
  await accepted(ask(old.token));
  await accepted(ask(token));
  now += 1_799_000;
  await expect.poll(async () => reason(await ask(old.token))).toBeUndefined();
  now += 1_001;
  expect(reason(await ask(old.token))).toBe('retired_key');
});

it('a rotation without grace ends every token at once, on servers that hold them in memory too', async () => {
  const { issue, ask, store } = await server();
  const { token } = await issue({ of: await principal() });
  await accepted(ask(token));
  await rotate(0);
  store.invalidate();
  expect(reason(await ask(token))).toBe('retired_key');
});

it('a server accepts what another signed with a key that it has not heard of', async () => {
  const [one, other] = [await server(), await server()];
  await accepted(other.ask((await one.issue({ of: await principal() })).token));
  await rotate();
  one.store.invalidate();
  const { token } = await one.issue({ of: await principal() });
  await expect.poll(async () => reason(await other.ask(token))).toBeUndefined();
});

it('of ten rotations at the same moment one is done, and the others are told', async () => {
  await rotate();
  const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => rotate()));
  const lost = outcomes.filter((each) => each.status === 'rejected');
  expect(lost).toHaveLength(9);
  for (const { reason: error } of lost) expect(error).toBeInstanceOf(RotationConflict);
  expect(await listKeys(redis.client, sealer)).toHaveLength(2);
});

it('there are never more than a few keys in their grace period', async () => {
  for (let n = 0; n < 16; n++) await rotate();
  await expect(rotate()).rejects.toThrow('too many signing keys');
});

it('nothing of a key can be read in Redis, nor a key be added there', async () => {
  await rotate();
  const [key] = await listKeys(redis.client, sealer);
  const stored = (await redis.client.get(systemSpace.signingKeys)) ?? '';
  expect(stored).not.toContain(key!.jwk.d);
  expect(stored).not.toContain(key!.kid);
  await redis.client.set(systemSpace.signingKeys, JSON.stringify([key]));
  await expect(listKeys(redis.client, sealer)).rejects.toThrow(UnreadableKeys);
});

it('keys that the server key does not open are not replaced silently', async () => {
  const { issue } = await server();
  const of = await principal();
  const { token } = await issue({ of });
  const stranger = createSealer(Buffer.alloc(32, 9));
  const other = await server({ sealer: stranger });
  await expect(other.issue({ of })).rejects.toThrow(UnreadableKeys);
  expect(reason(await other.ask(token))).toBe('store_unavailable');
  await expect(rotateKeys(redis.client, stranger, { graceMs: 0, now: 0 })).rejects.toThrow(UnreadableKeys);
  await rotateKeys(redis.client, stranger, { graceMs: 0, now: Date.now(), discard: true });
  other.store.invalidate();
  await accepted(other.ask((await other.issue({ of })).token));
});

it('keys are sealed anew when the server key was rotated', async () => {
  await rotate();
  const next = createSealer(Buffer.alloc(32, 2), [Buffer.alloc(32, 1)]);
  const { issue } = await server({ sealer: next });
  await issue({ of: await principal() });
  expect(await listKeys(redis.client, createSealer(Buffer.alloc(32, 2)))).toHaveLength(1);
});
