import { randomBytes } from 'node:crypto';
import { type PrivateRedis, startRedis } from '@ojs/dev';
import { URI } from 'otpauth';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { AuditEvent } from '../audit/audit.ts';
import { SecondFactor } from '../identity/mfa/second-factor.ts';
import { createSealer } from '../identity/seal.ts';
import { type Connections, connect } from '../redis/connect.ts';
import { runMfa } from './mfa.ts';

const sealer = createSealer(randomBytes(32));
const anna = ['--principal', 'anna@example.com', '--all-tenants'];
const owner = { id: 'anna@example.com', tenant: '*' };

let server: PrivateRedis;
let redis: Connections;
let out: string[];
let err: string[];
let events: AuditEvent[];
const now = Date.UTC(2026, 0, 1);

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
  [out, err, events] = [[], [], []];
});

/** @param typed what is entered: lines, or what to enter after looking at what was printed. */
function mfa(argv: string[], typed: (string | (() => string))[] = [], isInteractive = false): Promise<number> {
  return runMfa(argv, {
    redis: redis.client,
    sealer,
    out: (line) => out.push(line),
    err: (line) => err.push(line),
    audit: { record: (event) => void events.push(event), close: async () => undefined },
    readLine: async () => {
      const line = typed.shift();
      return typeof line === 'function' ? line() : line;
    },
    isInteractive,
    now: () => now,
  });
}

const uri = (): string => out.find((line) => line.startsWith('otpauth://')) as string;
const code = (at = now): string => URI.parse(uri()).generate({ timestamp: at });
const told = (): string[] => events.map(({ event_type, outcome }) => `${event_type} ${outcome}`);

describe('enroll', () => {
  test('shows secret and recovery codes once, and is in force when a code of the authenticator was entered', async () => {
    expect(await mfa(['enroll', ...anna], ['000000', () => code()], true)).toBe(0);
    expect(out.filter((line) => /^ {2}\d(-[a-z2-7]{5}){4}$/.test(line))).toHaveLength(10);
    expect(out.join('\n')).toContain('▄');
    expect(told()).toEqual(['mfa.enrollment.started success', 'mfa.enrolled success']);
    expect(events[1]).toMatchObject({
      principal: expect.stringMatching(/^local:/),
      tenant: '*',
      detail: { of: owner.id },
    });
    const factor = new SecondFactor({ redis: redis.client, sealer, now: () => now });
    expect(await factor.verify(owner, { code: code(now + 30_000) })).toEqual({ verified: 'totp' });
  });

  test('nothing that was shown is shown again, or told the audit log', async () => {
    await mfa(['enroll', ...anna], [() => code()], true);
    const secret = new URL(uri()).searchParams.get('secret') as string;
    const codes = out.filter((line) => /^ {2}\d-/.test(line)).map((line) => line.trim());
    const others: string[] = [];
    out = others;
    await mfa(['status']);
    await mfa(['status', '--json']);
    await mfa(['enroll', ...anna]);
    await mfa(['confirm', ...anna]);
    for (const shown of [secret, ...codes]) expect(JSON.stringify([others, err, events])).not.toContain(shown);
  });

  test('without a person who can be asked, it is confirmed by a command of its own', async () => {
    expect(await mfa(['enroll', ...anna])).toBe(0);
    expect(out.at(-1)).toContain('mfa confirm');
    const factor = new SecondFactor({ redis: redis.client, sealer, now: () => now });
    expect(await factor.verify(owner, { code: code() })).toEqual({ failed: 'not_confirmed' });
    expect(await mfa(['confirm', ...anna], ['000000'])).toBe(1);
    expect(await mfa(['confirm', ...anna], [() => code()])).toBe(0);
    expect(told()).toEqual(['mfa.enrollment.started success', 'mfa.failed failure', 'mfa.enrolled success']);
  });

  test('never replaces a second factor that is in force', async () => {
    await mfa(['enroll', ...anna], [() => code()], true);
    expect(await mfa(['enroll', ...anna])).toBe(1);
    expect(err.join()).toMatch(/mfa reset/);
    expect(await mfa(['confirm', ...anna], [() => code()])).toBe(1);
  });

  test('says when nobody of that name has a key, which is mostly a typo', async () => {
    await mfa(['enroll', ...anna]);
    expect(err.join()).toMatch(/no key on the admin plane/);
  });

  test('answers programs with --json', async () => {
    await mfa(['enroll', ...anna, '--json']);
    expect(JSON.parse(out.join())).toEqual({
      principal: owner.id,
      tenant: '*',
      uri: expect.stringMatching(/^otpauth:/),
      recovery_codes: expect.any(Array),
    });
  });
});

test('reset removes it, and is recorded', async () => {
  expect(await mfa(['reset', ...anna])).toBe(1);
  await mfa(['enroll', ...anna], [() => code()], true);
  expect(await mfa(['reset', ...anna])).toBe(0);
  expect(told().at(-1)).toBe('mfa.reset success');
  expect(await redis.client.keys('*mfa*')).toEqual([]);
});

test('status shows who has a second factor, and how many recovery codes are left', async () => {
  await mfa(['status']);
  expect(out.splice(0).join()).toMatch(/Nobody/);
  await mfa(['enroll', ...anna], [() => code()], true);
  await mfa(['enroll', '--principal', 'spiffe://x/ops', '--tenant', 'acme', '--vouched-by', 'certificate:mesh']);
  out = [];
  await mfa(['status']);
  expect(out).toEqual([
    'anna@example.com  *  in force  since 2026-01-01T00:00:00.000Z  10 recovery codes left',
    'spiffe://x/ops  acme  certificate:mesh  not confirmed  since 2026-01-01T00:00:00.000Z  10 recovery codes left',
  ]);
});

test.each([
  [[], /needs a command/],
  [['enrol'], /does not know that command/],
  [['enroll'], /--principal: is required/],
  [['enroll', '--principal', 'a b'], /--principal/],
  [['enroll', ...anna, '--tenant', 'x'], /give one of them/],
  [['enroll', '--principal', 'a', '--tenant', '{x}'], /--tenant/],
  [['enroll', ...anna, '--vouched-by', 'a b'], /--vouched-by/],
  [['confirm', ...anna, '123456'], /not an option/],
])('%j is not understood', async (argv, message) => {
  expect(await mfa(argv)).toBe(2);
  expect(err.join()).toMatch(message);
  expect(err.join()).not.toContain('123456');
  expect(events).toEqual([]);
});
