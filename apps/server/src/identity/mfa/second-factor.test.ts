import { randomBytes } from 'node:crypto';
import { type PrivateRedis, startRedis } from '@ojs/dev';
import { Secret, TOTP, URI } from 'otpauth';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { enrol } from '../../../test/mfa-fixtures.ts';
import { type Connections, connect } from '../../redis/connect.ts';
import { createSealer } from '../seal.ts';
import { ATTEMPT_LIMITS } from './attempts.ts';
import { attemptsOf, contextOf, Enrolments, type Owner } from './enrolments.ts';
import { newRecoveryCodes } from './recovery-codes.ts';
import { SecondFactor } from './second-factor.ts';
import { newTotpSecret, totpUri } from './totp.ts';

const owner: Owner = { tenant: 'acme', id: 'anna@example.com' };
const STEP_MS = 30_000;
const serverKey = randomBytes(32);

let server: PrivateRedis;
let redis: Connections;
let now: number;

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
  now = Date.UTC(2026, 0, 1, 12, 0, 10);
});

const sealer = createSealer(serverKey);
/** What one server does; two of them share nothing but Redis. */
const aServer = (): SecondFactor => new SecondFactor({ redis: redis.client, sealer, now: () => now });

const enrolled = (whose: Owner = owner) => enrol(redis.client, sealer, whose, () => now);

test('codes of the steps before and after are taken, others are not', async () => {
  const { code } = await enrolled();
  expect(await aServer().verify(owner, { code: code(-2) })).toEqual({ failed: 'wrong_code' });
  expect(await aServer().verify(owner, { code: code(2) })).toEqual({ failed: 'wrong_code' });
  for (const steps of [-1, 0, 1])
    expect(await aServer().verify(owner, { code: code(steps) })).toEqual({ verified: 'totp' });
});

test('a code is used once, whichever server it comes to, and no earlier one after it', async () => {
  const { code } = await enrolled();
  const both = [aServer(), aServer()];
  const verdicts = await Promise.all(
    Array.from({ length: 4 }, (_, i) => both[i % 2]?.verify(owner, { code: code(1) })),
  );
  expect(verdicts.filter((each) => each && 'verified' in each)).toHaveLength(1);
  expect(verdicts.filter((each) => each && 'failed' in each && each.failed === 'used_code')).toHaveLength(3);
  expect(await aServer().verify(owner, { code: code() })).toEqual({ failed: 'used_code' });
});

test('the code with which an enrolment was confirmed is used up too', async () => {
  const { secret, code, enrolments } = await enrolled();
  await enrolments.reset(owner);
  const sealed = sealer.seal(contextOf(owner), secret);
  await enrolments.enrol(owner, sealed, [], now);
  await enrolments.confirm(owner, sealed, Math.floor(now / STEP_MS), now);
  expect(await aServer().verify(owner, { code: code() })).toEqual({ failed: 'used_code' });
});

test('a recovery code is used once, and the others stay', async () => {
  const { recovery } = await enrolled();
  const [first = '', second = ''] = recovery;
  const verdicts = await Promise.all(
    [aServer(), aServer()].map((each) => each.verify(owner, { recovery_code: first })),
  );
  expect(verdicts).toContainEqual({ verified: 'recovery_code', left: 1 });
  expect(verdicts).toContainEqual({ failed: 'used_code' });
  expect(await aServer().verify(owner, { recovery_code: `1${first.slice(1)}` })).toEqual({ failed: 'wrong_code' });
  expect(await aServer().verify(owner, { recovery_code: second })).toEqual({ verified: 'recovery_code', left: 0 });
});

test('five failures lock a principal on every server, also for the right code, until they are 15 minutes old', async () => {
  const { code, wrong, recovery } = await enrolled();
  const servers = [aServer(), aServer()];
  const verdicts = await Promise.all(
    Array.from({ length: 12 }, (_, i) => servers[i % 2]?.verify(owner, { code: wrong() })),
  );
  expect(verdicts.filter((each) => each && 'failed' in each)).toHaveLength(5);
  expect(verdicts.filter((each) => each && 'lockedSeconds' in each)).toHaveLength(7);
  const locked = await aServer().verify(owner, { code: code() });
  expect(locked).toEqual({ lockedSeconds: expect.any(Number) });
  expect(await aServer().verify(owner, { recovery_code: recovery[0] })).toEqual({ lockedSeconds: expect.any(Number) });
  if ('lockedSeconds' in locked) expect(locked.lockedSeconds).toBeGreaterThan(14 * 60);
  await aged(15 * 60_000);
  expect(await aServer().verify(owner, { code: code() })).toEqual({ verified: 'totp' });
});

test('a success does not make room for more guesses', async () => {
  const { code, wrong } = await enrolled();
  for (let i = 0; i < 4; i++) await aServer().verify(owner, { code: wrong() });
  expect(await aServer().verify(owner, { code: code() })).toEqual({ verified: 'totp' });
  expect(await aServer().verify(owner, { code: wrong() })).toEqual({ failed: 'wrong_code' });
  expect(await aServer().verify(owner, { code: code(1) })).toEqual({ lockedSeconds: expect.any(Number) });
});

test('who guesses five times every quarter of an hour is locked for the day', async () => {
  const { wrong } = await enrolled();
  for (let spell = 0; spell < 4; spell++) {
    for (let i = 0; i < 5; i++)
      expect(await aServer().verify(owner, { code: wrong() })).toEqual({ failed: 'wrong_code' });
    await aged(15 * 60_000);
  }
  const verdict = await aServer().verify(owner, { code: wrong() });
  if (!('lockedSeconds' in verdict)) throw new Error('not locked');
  expect(verdict.lockedSeconds).toBeGreaterThan(22 * 3_600);
});

test('an attempt stays counted when what follows it fails', async () => {
  await enrolled();
  const broken = new Proxy(redis.client, {
    get(target, name) {
      if (name === 'hgetall') return () => Promise.reject(new Error('away'));
      const value = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const failing = new SecondFactor({ redis: broken, sealer });
  await expect(failing.verify(owner, { code: '000000' })).rejects.toThrow('away');
  expect(await redis.client.zcard(attemptsOf(owner))).toBe(1);
});

test('without a confirmed enrolment nothing is accepted, and nothing is counted', async () => {
  expect(await aServer().verify(owner, { code: '000000' })).toEqual({ failed: 'not_enrolled' });
  const secret = newTotpSecret();
  await new Enrolments(redis.client).enrol(owner, sealer.seal(contextOf(owner), secret), [], now);
  const code = new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: now });
  expect(await aServer().verify(owner, { code })).toEqual({ failed: 'not_confirmed' });
  expect(await redis.client.zcard(attemptsOf(owner))).toBe(0);
});

test('a second factor is its owner’s: not of the same name elsewhere, and a secret that was moved opens for nobody', async () => {
  const { code } = await enrolled();
  for (const other of [
    { ...owner, tenant: '*' },
    { ...owner, vouchedBy: 'corp' },
  ]) {
    expect(await aServer().verify(other, { code: code() })).toEqual({ failed: 'not_enrolled' });
    await redis.client.copy(
      `{ojs}/mfa/acme ${owner.id}`,
      `{ojs}/mfa/${[other.tenant, owner.id, ...('vouchedBy' in other ? [other.vouchedBy] : [])].join(' ')}`,
    );
    expect(await aServer().verify(other, { code: code() })).toEqual({ failed: 'unreadable_secret' });
  }
});

test('neither the secret nor a recovery code is in Redis', async () => {
  const { secret, recovery } = await enrolled();
  const record = JSON.stringify(await redis.client.hgetall(`{ojs}/mfa/acme ${owner.id}`));
  expect(record).toContain('sealed');
  for (const shown of [secret, ...recovery]) expect(record).not.toContain(shown);
});

test('a recovery code whose hash was made cheap in Redis is not accepted', async () => {
  const { recovery } = await enrolled();
  const key = `{ojs}/mfa/acme ${owner.id}`;
  const stored = JSON.parse((await redis.client.hget(key, 'code:0')) as string);
  await redis.client.hset(key, 'code:0', JSON.stringify({ ...stored, n: 2 }));
  expect(await aServer().verify(owner, { recovery_code: recovery[0] })).toEqual({ failed: 'wrong_code' });
});

test('a secret sealed under the server key before is sealed anew when it is used', async () => {
  const { code, sealed, enrolments } = await enrolled();
  const next = randomBytes(32);
  const rotating = new SecondFactor({ redis: redis.client, sealer: createSealer(next, [serverKey]), now: () => now });
  expect(await rotating.verify(owner, { code: code() })).toEqual({ verified: 'totp' });
  expect((await enrolments.read(owner))?.sealed).not.toBe(sealed);
  const later = new SecondFactor({ redis: redis.client, sealer: createSealer(next), now: () => now });
  expect(await later.verify(owner, { code: code(1) })).toEqual({ verified: 'totp' });
});

test('an enrolment that is in force is not replaced, one that is not confirmed is', async () => {
  const { enrolments, sealed } = await enrolled();
  expect(await enrolments.enrol(owner, 'other', [], now)).toBe(false);
  expect((await enrolments.read(owner))?.sealed).toBe(sealed);
  await enrolments.reset(owner);
  expect(await enrolments.enrol(owner, 'one', await newRecoveryCodes(), now)).toBe(true);
  expect(await enrolments.enrol(owner, 'two', [], now)).toBe(true);
  expect(await enrolments.read(owner)).toMatchObject({ sealed: 'two', codes: new Map() });
  expect(await enrolments.confirm(owner, 'one', 1, now), 'a code of the other secret').toBe(false);
});

test('the URI is what authenticator apps read', () => {
  const secret = newTotpSecret();
  const totp = URI.parse(totpUri(secret, 'OJS', 'anna@example.com'));
  expect(totp).toMatchObject({ algorithm: 'SHA1', digits: 6, period: 30, issuer: 'OJS', label: 'anna@example.com' });
  expect(totp.secret.base32).toBe(secret);
  expect(totp.secret.bytes).toHaveLength(20);
});

test('the limits are the ones that are documented', () => {
  expect(ATTEMPT_LIMITS).toEqual([
    { most: 5, windowMs: 900_000 },
    { most: 20, windowMs: 86_400_000 },
  ]);
});

/** Lets every attempt that was counted grow older. */
async function aged(ms: number): Promise<void> {
  const all = await redis.client.zrange(attemptsOf(owner), '0', '-1');
  for (const id of all) await redis.client.zincrby(attemptsOf(owner), -ms, id);
}
