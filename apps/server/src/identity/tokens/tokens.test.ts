import { afterEach, describe, expect, it } from 'vitest';
import {
  issue as issueKey,
  reason,
  recordOf,
  redis,
  store,
  useCredentialRedis,
} from '../../../test/credential-harness.ts';
import { accepted, principal, type TokenServerOptions, tokenServer, vouched } from '../../../test/token-harness.ts';
import { decide, decideAnywhere, homeOf, type Subject } from '../../access/decide.ts';
import { DEFAULT_POLICY } from '../../access/policy.ts';
import { principalOf } from '../credential-record.ts';
import { rotated } from '../manage/transitions.ts';
import { CannotIssue } from './issue.ts';
import { revokeToken } from './revocations.ts';

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

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('a token that this server issued', () => {
  it('stands for the principal that it was issued for, for 15 minutes', async () => {
    let now = Date.now();
    const { issue, ask } = await server({ now: () => now });
    const of = await principal({ roles: ['producer'], queues: ['billing.*'] });
    const { token, jti, expiresIn } = await issue({ of });
    expect(expiresIn).toBeGreaterThanOrEqual(898);
    const { principal: subject } = await accepted(ask(token));
    expect(subject).toMatchObject({ id: of.id, tenant: of.tenant, plane: 'producer', roles: ['producer'] });
    expect(subject).toMatchObject({ queues: ['billing.*'], credential: { kind: 'token', id: jti }, mfa: false });
    now += 15 * MINUTE + 1;
    expect(reason(await ask(token))).toBe('expired');
  });

  it('is answered at once, without a question to Redis, when it was seen before', async () => {
    const { issue, ask, counts } = await server();
    const { token } = await issue({ of: await principal() });
    const connection = {};
    await accepted(ask(token, connection));
    const { reads } = counts;
    for (const socket of [connection, {}, undefined]) {
      const again = ask(token, socket);
      expect(again).not.toBeInstanceOf(Promise);
      expect(reason(await again)).toBeUndefined();
    }
    expect(counts.reads).toBe(reads);
  });

  it('is the same object for as long as nothing changes, so that decisions about it are remembered', async () => {
    const { issue, ask } = await server();
    const { token } = await issue({ of: await principal() });
    const first = await accepted(ask(token));
    expect((await accepted(ask(token))).principal).toBe(first.principal);
  });

  it('is lent where it was narrowed here, or came of one that was, and not where its issuer had done that', async () => {
    const { issue, ask } = await server();
    const made = async (request: Parameters<typeof issue>[0]) =>
      (await accepted(ask((await issue(request)).token))).principal;
    const scoped = { ...vouched, narrowed: { within: [{ permissions: ['inspect' as const], queues: ['*'] }] } };
    const elevated = await made({ of: scoped, mfa: true });
    const lent = await made({ of: scoped, narrowed: { types: ['a'] } });
    expect([elevated.lent, lent.lent, (await made({ of: lent, mfa: true })).lent]).toEqual([undefined, true, true]);
    expect(elevated.narrowed).toEqual(scoped.narrowed);
  });

  it('is accepted though many others come from the same address at the same moment', async () => {
    const [one, other] = [await server(), await server()];
    const of = await principal();
    const tokens = await Promise.all(Array.from({ length: 150 }, () => one.issue({ of })));
    const answers = await Promise.all(tokens.map(({ token }) => other.ask(token)));
    expect(answers.map(reason).filter(Boolean)).toEqual([]);
  });

  it('is accepted by every server', async () => {
    const [one, other] = [await server(), await server()];
    const { token } = await one.issue({ of: await principal() });
    expect(reason(await other.ask(token))).toBeUndefined();
  });

  it('never lasts longer than what it was made of, nor longer than an hour', async () => {
    const now = Date.now();
    const { issue } = await server({ now: () => now });
    const soon = await principal({ expiresAt: now + 10_000 });
    expect((await issue({ of: soon })).expiresAt).toBeLessThanOrEqual(now + 10_000);
    expect((await issue({ of: await principal(), lifetimeMs: 9 * HOUR })).expiresAt).toBeLessThanOrEqual(now + HOUR);
    const ended = await principal({ expiresAt: now });
    await expect(issue({ of: ended })).rejects.toThrow(CannotIssue);
  });

  it('of an introspected token lasts a minute at most', async () => {
    const now = Date.now();
    const { issue } = await server({ now: () => now });
    const of = { ...vouched, credential: { kind: 'introspection', id: 'x' } };
    expect((await issue({ of })).expiresAt).toBeLessThanOrEqual(now + MINUTE);
  });
});

describe('a token ends with what it came of', () => {
  it('when the key is revoked', async () => {
    const one = await server();
    const key = await issueKey();
    const { token } = await one.issue({ of: principalOf(await recordOf(key)) });
    const child = await one.issue({ of: (await accepted(one.ask(token))).principal });
    await accepted(one.ask(child.token));
    await store({ ...(await recordOf(key)), revokedAt: Date.now() });
    one.store.invalidate();
    expect(reason(await one.ask(token))).toBe('parent_revoked');
    expect(reason(await one.ask(child.token))).toBe('parent_revoked');
  });

  it('when the token that it came of is revoked, and when it is itself, but not when its child is', async () => {
    const { issue, ask, store: credentials } = await server();
    const top = await issue({ of: await principal() });
    const middle = await issue({ of: (await accepted(ask(top.token))).principal });
    const low = await issue({ of: (await accepted(ask(middle.token))).principal });
    await accepted(ask(low.token));
    await revoke(middle.jti, '*');
    credentials.invalidate();
    expect(reason(await ask(low.token))).toBe('revoked');
    expect(reason(await ask(middle.token))).toBe('revoked');
    expect(reason(await ask(top.token))).toBeUndefined();
  });

  it('when the policy disables the principal, also where the token is for one tenant of those that it spans', async () => {
    let disabled = '';
    const isDisabled = (subject: Subject) => homeOf(subject) === disabled;
    const { issue, ask } = await server({ isDisabled });
    const { token } = await issue({ of: await principal({ tenant: '*' }), tenant: 'acme' });
    const child = await issue({ of: (await accepted(ask(token))).principal });
    disabled = 'acme';
    expect((await accepted(ask(child.token))).principal.tenant).toBe('acme');
    disabled = '*';
    expect([reason(await ask(token)), reason(await ask(child.token))]).toEqual([
      'principal_disabled',
      'principal_disabled',
    ]);
  });

  it('in the tenant that revoked it, where another tenant cannot', async () => {
    const { issue, ask, store: credentials } = await server();
    const { token, jti } = await issue({ of: await principal({ tenant: 'acme' }) });
    await revoke(jti, 'globex');
    expect(reason(await ask(token))).toBeUndefined();
    await revoke(jti, 'acme');
    credentials.invalidate();
    expect(reason(await ask(token))).toBe('revoked');
  });

  it('when nobody vouches for its root any more', async () => {
    let believed = true;
    const { issue, ask } = await server({
      stillVouched: ({ vouchedBy }) => vouchedBy === vouched.vouchedBy && believed,
    });
    const { token } = await issue({ of: vouched });
    await accepted(ask(token));
    believed = false;
    expect(reason(await ask(token))).toBe('parent_not_believed');
  });

  it('when the key is given to somebody else, or the policy disables its principal', async () => {
    let disabled = false;
    const { issue, ask, store: credentials } = await server({ isDisabled: () => disabled });
    const key = await issueKey();
    const { token } = await issue({ of: principalOf(await recordOf(key)) });
    await accepted(ask(token));
    disabled = true;
    expect(reason(await ask(token))).toBe('principal_disabled');
    disabled = false;
    await store({ ...(await recordOf(key)), principal: 'another' });
    credentials.invalidate();
    expect(reason(await ask(token))).toBe('parent_is_another');
  });

  it('when no secret that it can have been made with is accepted any more', async () => {
    let now = Date.now();
    const { issue, ask, store: credentials } = await server({ now: () => now });
    const key = await issueKey();
    const { token } = await issue({ of: principalOf(await recordOf(key)) });
    const rotate = async (graceMs: number) => {
      const before = await recordOf(key);
      await store(rotated(before, before.secrets[0]!, { graceMs }, now));
      credentials.invalidate();
    };
    await rotate(10_000);
    await accepted(ask(token));
    const { token: later } = await issue({ of: principalOf(await recordOf(key)) });
    now += 10_000;
    expect(reason(await ask(token))).toBe('parent_rotated');
    await accepted(ask(later));
    await rotate(0);
    expect(reason(await ask(later))).toBe('parent_rotated');
    await accepted(ask((await issue({ of: principalOf(await recordOf(key)) })).token));
  });

  it('has the rights that the key has now', async () => {
    const { issue, ask, store: credentials } = await server();
    const key = await issueKey();
    const { token } = await issue({ of: principalOf(await recordOf(key)) });
    const before = (await accepted(ask(token))).principal;
    expect(decide(DEFAULT_POLICY, before, 'enqueue', 'email')).toBe(true);
    await store({ ...(await recordOf(key)), roles: [] });
    credentials.invalidate();
    const after = (await accepted(ask(token))).principal;
    expect(decide(DEFAULT_POLICY, after, 'enqueue', 'email')).toBe(false);
  });
});

describe('an exchanged token', () => {
  it('has only what it was narrowed to, and can never be widened again', async () => {
    const { issue, ask } = await server();
    const within = [{ permissions: ['enqueue' as const], queues: ['billing.*'] }];
    const first = await issue({ of: await principal(), narrowed: { within } });
    const { principal: narrow } = await accepted(ask(first.token));
    expect(decide(DEFAULT_POLICY, narrow, 'enqueue', 'billing.x')).toBe(true);
    expect(decide(DEFAULT_POLICY, narrow, 'enqueue', 'email')).toBe(false);
    expect(decide(DEFAULT_POLICY, narrow, 'inspect', 'billing.x')).toBe(false);
    const all = [{ permissions: ['enqueue' as const, 'inspect' as const], queues: ['*'] }];
    const second = await issue({ of: narrow, narrowed: { within: all } });
    const { principal: again } = await accepted(ask(second.token));
    expect(again.narrowed).toEqual({ within });
    const nothing = await issue({ of: narrow, narrowed: { within: [{ permissions: ['inspect'], queues: ['*'] }] } });
    const { principal: none } = await accepted(ask(nothing.token));
    expect(decideAnywhere(DEFAULT_POLICY, none, 'enqueue')).toBe(false);
    expect(decideAnywhere(DEFAULT_POLICY, none, 'inspect')).toBe(false);
  });

  it('can be exchanged three times, and no more', async () => {
    const { issue, ask } = await server();
    let of = await principal();
    for (let depth = 0; depth < 4; depth++) of = (await accepted(ask((await issue({ of })).token))).principal;
    await expect(issue({ of })).rejects.toMatchObject({ reason: 'too_deep' });
  });

  it('keeps the worker that it is for, and forgets a second factor', async () => {
    const { issue, ask } = await server();
    const { token } = await issue({ of: await principal(), worker: 'w1', mfa: true });
    const { principal: of } = await accepted(ask(token));
    expect(of).toMatchObject({ worker: 'w1', mfa: true });
    const child = await accepted(ask((await issue({ of })).token));
    expect(child.principal).toMatchObject({ worker: 'w1', mfa: false });
    await expect(issue({ of, worker: 'w2' })).rejects.toMatchObject({ reason: 'other_worker' });
  });

  it('is of one tenant of those that the credential spans, and of no other', async () => {
    const { issue, ask } = await server();
    const { token } = await issue({ of: await principal({ tenant: '*' }), tenant: 'acme' });
    const { principal: of } = await accepted(ask(token));
    expect(of.tenant).toBe('acme');
    await expect(issue({ of, tenant: 'globex' })).rejects.toMatchObject({ reason: 'other_tenant' });
  });

  it('of one job is not of another, and does not grow beyond what fits a header', async () => {
    const { issue, ask } = await server();
    const job = '019461a8-1a2b-7c3d-8e4f-5a6b7c8d9e0f';
    const { principal: of } = await accepted(ask((await issue({ of: await principal(), narrowed: { job } })).token));
    const other = '019461a8-1a2b-7c3d-8e4f-5a6b7c8d9e00';
    await expect(issue({ of, narrowed: { job: other } })).rejects.toMatchObject({ reason: 'nothing_left' });
    const queues = Array.from({ length: 1_000 }, (_, n) => `queue-number-${n}`);
    const large = issue({ of: await principal(), narrowed: { within: [{ permissions: ['enqueue'], queues }] } });
    await expect(large).rejects.toMatchObject({ reason: 'too_large' });
  });
});

const revoke = (jti: string, where: string) =>
  revokeToken(redis.client, { jti, where, until: Date.now() + HOUR }, { now: Date.now(), byAdmin: true });
