import { describe, expect, test } from 'vitest';
import {
  AUDIENCE,
  believing,
  issuerKey,
  jwtMechanism,
  NOW,
  reason,
  signed,
  token,
  written,
} from '../../../test/issuer-harness.ts';
import { decide } from '../../access/decide.ts';
import { DEFAULT_POLICY } from '../../access/policy.ts';
import type { Known } from '../identity.ts';

const key = issuerKey('ES256', 'k1');
const asked = (settings: object, claims: object) =>
  jwtMechanism(believing([written({ keys: [key.jwk], ...settings })])).ask(token(key, { ...claims }));
const principal = async (settings: object, claims: object) => ((await asked(settings, claims)) as Known).principal;
const why = async (settings: object, claims: object) => reason(await asked(settings, claims));

describe('the principal', () => {
  test('is called by the claim that is chosen, behind the prefix of its issuer', async () => {
    expect(await principal({ principal: { claim: 'client_id' } }, { sub: 'x' })).toHaveProperty('id', 'corp/shop');
    expect(await principal({ principalPrefix: 'corp:' }, {})).toHaveProperty('id', 'corp:shop');
    expect(await principal({ principal: { claim: ['user', 'mail'] } }, { user: { mail: 'a@b.c' } })).toHaveProperty(
      'id',
      'corp/a@b.c',
    );
  });

  test.each([undefined, '', 7, null, ['shop'], { toString: 'shop' }])(
    'is nobody where the claim is %j',
    async (sub) => {
      expect(await why({}, { sub })).toBe('no_principal');
    },
  );

  test.each(['a b', 'a\nb', 'ä', 'a|b', 'x'.repeat(256)])('is nobody where the claim is no id: %j', async (sub) => {
    expect(await why({}, { sub })).toBe('malformed_principal');
  });

  test('is not found among what every object has', async () => {
    expect(await why({ principal: { claim: 'constructor' } }, {})).toBe('no_principal');
    expect(await why({ principal: { claim: ['constructor', 'name'] } }, {})).toBe('no_principal');
  });
});

describe('roles', () => {
  test('are none unless they are mapped, and then nothing is permitted', async () => {
    const subject = await principal({ roles: undefined }, { roles: ['admin'], groups: ['admin'] });
    expect(subject.roles).toEqual([]);
    for (const permission of ['enqueue', 'inspect'] as const)
      expect(decide(DEFAULT_POLICY, subject, permission, 'mail')).toBe(false);
  });

  test('are those of the claim that the issuer may give', async () => {
    const roles = { claim: ['realm_access', 'roles'], allow: ['producer'] };
    expect(await principal({ roles }, { realm_access: { roles: ['admin', 'producer', 'producer'] } })).toHaveProperty(
      'roles',
      ['producer'],
    );
    expect(await principal({ roles }, { realm_access: { roles: 'producer' } })).toHaveProperty('roles', ['producer']);
    expect(await principal({ roles }, {})).toHaveProperty('roles', []);
    expect(await why({ roles }, { realm_access: { roles: { producer: true } } })).toBe('malformed_claim');
  });

  test('are what the values of a claim are made into', async () => {
    const roles = { claim: 'groups', map: { 'job-senders': ['producer'], ops: ['operator', 'producer'] } };
    expect(
      await principal({ roles }, { groups: ['job-senders', 'ops', 'constructor', '__proto__', 'toString'] }),
    ).toHaveProperty('roles', ['producer', 'operator']);
  });
});

describe('the plane', () => {
  const plane = { claim: 'groups', map: { senders: 'producer', runners: 'worker' } };
  test('is what exactly one value says', async () => {
    expect(await principal({ plane }, { groups: ['x', 'runners'] })).toHaveProperty('plane', 'worker');
    for (const groups of [['senders', 'runners'], ['x'], undefined, []])
      expect(await why({ plane }, { groups })).toBe('no_single_plane');
  });
});

describe('the tenant', () => {
  test('is one, or what the claim says within what the issuer may', async () => {
    expect(await principal({ tenant: 'acme' }, { tenant: 'beta' })).toHaveProperty('tenant', 'acme');
    const tenant = { claim: 'org', allow: ['acme', 'shop-*'] };
    expect(await principal({ tenant }, { org: 'shop-7' })).toHaveProperty('tenant', 'shop-7');
    for (const org of ['shop', 'acme2', '*', 'shop-{x}', '_default'])
      expect(await why({ tenant }, { org })).toBe('tenant_not_allowed');
    expect(await why({ tenant: { claim: 'org', allow: ['*'] } }, { org: '*' })).toBe('tenant_not_allowed');
    expect(await why({ tenant: { claim: 'org', allow: ['*'] } }, { org: '_default' })).toBe('tenant_not_allowed');
    expect(
      await principal({ tenant: { claim: 'org', map: { 'Acme Inc': 'acme' } } }, { org: 'Acme Inc' }),
    ).toHaveProperty('tenant', 'acme');
    expect(await why({ tenant: { claim: 'org', map: { a: 'acme' } } }, { org: 'constructor' })).toBe(
      'tenant_not_allowed',
    );
  });
});

describe('queues', () => {
  test('are those of the claim; none where it is absent', async () => {
    const queues = { claim: 'queues' };
    const subject = await principal({ queues }, { queues: ['billing.*'] });
    expect(decide(DEFAULT_POLICY, subject, 'enqueue', 'billing.x')).toBe(true);
    expect(decide(DEFAULT_POLICY, subject, 'enqueue', 'mail')).toBe(false);
    expect(decide(DEFAULT_POLICY, await principal({ queues }, {}), 'enqueue', 'mail')).toBe(false);
    expect(await why({ queues }, { queues: ['a*'] })).toBe('malformed_queues');
  });
});

describe('scopes', () => {
  const may = async (scope: unknown, permission: 'enqueue' | 'inspect', queue: string, settings: object = {}) =>
    decide(DEFAULT_POLICY, await principal(settings, { scope }), permission, queue);

  test('are a ceiling, each by itself', async () => {
    const scope = 'openid ojs:enqueue:billing.* ojs:inspect:mail';
    expect(await may(scope, 'enqueue', 'billing.x')).toBe(true);
    expect(await may(scope, 'inspect', 'billing.x')).toBe(false);
    expect(await may(scope, 'inspect', 'mail')).toBe(true);
    expect(await may(scope, 'enqueue', 'mail')).toBe(false);
    expect(await may('ojs:enqueue', 'enqueue', 'any')).toBe(true);
  });

  test('give nothing that the roles do not', async () => {
    expect(decide(DEFAULT_POLICY, await principal({ roles: [] }, { scope: 'ojs:enqueue' }), 'enqueue', 'a')).toBe(
      false,
    );
    expect(decide(DEFAULT_POLICY, await principal({}, { scope: 'ojs:admin' }), 'admin', 'a')).toBe(false);
  });

  test.each([
    '',
    'openid profile',
    'ojs:',
    'ojs:*',
    'ojs:enqueue:a*',
    'ojs:enqueue:a:b',
    'OJS:enqueue',
    'xojs:enqueue',
  ])('permit nothing when none of them is ours: %j', async (scope) => {
    expect(await may(scope, 'enqueue', 'a')).toBe(false);
  });

  test('may be a list, in another claim, be absent, or be ignored', async () => {
    const scope = { claim: 'scp' };
    expect(decide(DEFAULT_POLICY, await principal({ scope }, { scp: ['ojs:enqueue:a'] }), 'enqueue', 'b')).toBe(false);
    expect(await may(undefined, 'enqueue', 'a')).toBe(true);
    expect(await why({ scope: { required: true } }, {})).toBe('no_scope');
    expect(await may('openid', 'enqueue', 'a', { scope: 'ignored' })).toBe(true);
    expect(await why({}, { scope: { 'ojs:enqueue': true } })).toBe('malformed_claim');
  });
});

describe('a second factor', () => {
  const settings = { mfa: { amr: ['mfa', 'otp', 'hwk'], acr: ['urn:mfa'] }, plane: 'admin', roles: ['admin'] };
  test('is what amr or acr says, where its issuer is believed in that (F7)', async () => {
    const has = async (claims: object) => (await principal(settings, claims)).mfa;
    expect(await has({ amr: ['pwd', 'otp'] })).toBe(true);
    expect(await has({ acr: 'urn:mfa' })).toBe(true);
    for (const claims of [
      {},
      { amr: ['pwd'] },
      { amr: [] },
      { amr: { mfa: true } },
      { amr: [['mfa']] },
      { acr: 'mfa' },
      { amr: 'MFA' },
      { mfa: true },
    ])
      expect(await has(claims)).toBe(false);
  });

  test('is nothing that an issuer says who is not believed in that (F7)', async () => {
    expect(
      await principal({ plane: 'admin', roles: ['admin'] }, { amr: ['mfa', 'otp', 'hwk'], acr: 'urn:mfa' }),
    ).toHaveProperty('mfa', false);
  });
});

describe('tokens as they are made elsewhere', () => {
  test('a projected service account token of Kubernetes is a producer', async () => {
    const cluster = issuerKey('RS256', 'Zx1');
    const iss = 'https://kubernetes.default.svc.cluster.local';
    const settings = written({
      name: 'cluster',
      issuer: iss,
      keys: [{ ...cluster.jwk, use: 'sig', alg: 'RS256' }],
      type: 'jwt',
      tenant: { claim: ['kubernetes.io', 'namespace'], allow: ['shop'] },
      roles: { claim: 'sub', map: { 'system:serviceaccount:shop:checkout': ['producer'] } },
    });
    const claims = {
      aud: [AUDIENCE],
      exp: NOW + 3_600,
      iat: NOW,
      iss,
      jti: '0b1c6a3e-6f0f-4a6f-8f2d-6f8c1b1c2d3e',
      'kubernetes.io': {
        namespace: 'shop',
        node: { name: 'node-1', uid: '4c1d3f5e-0000-4000-8000-000000000001' },
        pod: { name: 'checkout-5d', uid: '4c1d3f5e-0000-4000-8000-000000000002' },
        serviceaccount: { name: 'checkout', uid: '4c1d3f5e-0000-4000-8000-000000000003' },
        warnafter: NOW + 3_607,
      },
      nbf: NOW,
      sub: 'system:serviceaccount:shop:checkout',
    };
    const { ask } = jwtMechanism(believing([settings]));
    expect(await ask(signed(cluster, { alg: 'RS256', kid: 'Zx1' }, claims))).toMatchObject({
      principal: {
        id: 'cluster/system:serviceaccount:shop:checkout',
        tenant: 'shop',
        plane: 'producer',
        roles: ['producer'],
        expiresAt: (NOW + 3_600) * 1_000,
      },
    });
    const other = { ...claims, sub: 'system:serviceaccount:shop:other' };
    expect(await ask(signed(cluster, { alg: 'RS256', kid: 'Zx1' }, other))).toMatchObject({ principal: { roles: [] } });
  });

  test('a SPIFFE JWT-SVID is a worker', async () => {
    const spire = issuerKey('ES256', 'svid-key');
    const iss = 'https://spire.example.org';
    const settings = written({
      name: 'spire',
      issuer: iss,
      keys: [{ ...spire.jwk, use: undefined }],
      type: 'jwt',
      plane: 'worker',
      principalPrefix: '',
      roles: { claim: 'sub', map: { 'spiffe://example.org/ns/shop/sa/mailer': ['worker'] } },
    });
    const claims = { aud: [AUDIENCE], exp: NOW + 300, iat: NOW, iss, sub: 'spiffe://example.org/ns/shop/sa/mailer' };
    const { ask } = jwtMechanism(believing([settings]));
    expect(await ask(signed(spire, { alg: 'ES256', kid: 'svid-key', typ: 'JWT' }, claims))).toMatchObject({
      principal: { id: 'spiffe://example.org/ns/shop/sa/mailer', plane: 'worker', roles: ['worker'] },
    });
    expect(
      reason(await ask(signed(spire, { alg: 'ES256', kid: 'svid-key', typ: 'JWT' }, { ...claims, aud: ['other'] }))),
    ).toBe('wrong_aud');
  });
});
