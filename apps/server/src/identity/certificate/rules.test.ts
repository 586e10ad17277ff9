import { expect, test } from 'vitest';
import type { ClientCertificate } from '../identity.ts';
import { identityOf } from './rules.ts';
import { Certificates } from './settings.ts';

const workers = {
  authority: 'mesh',
  san: 'uri',
  match: 'spiffe://example.org/worker/*',
  principal: 'worker/*',
  plane: 'worker',
  roles: ['worker'],
} as const;
const shop = {
  ...workers,
  san: 'dns',
  match: 'shop.example.org',
  principal: 'shop',
  plane: 'producer',
  roles: ['producer'],
};
const mail = { ...workers, san: 'email', match: 'ops@example.org', principal: 'ops', plane: 'admin', roles: ['admin'] };

const rulesOf = (...rules: object[]) => Certificates.parse({ rules }).rules;
const RULES = rulesOf(workers, shop, mail);

const certificate = (
  names: Partial<ClientCertificate['names']>,
  more: Partial<ClientCertificate> = {},
): ClientCertificate => ({
  thumbprint: 't',
  serial: '0123456789ABCDEF',
  authority: 'mesh',
  tenant: '_default',
  names: { dns: [], uri: [], email: [], ...names },
  notAfter: 1_000,
  ...more,
});

const said = (names: Partial<ClientCertificate['names']>, rules = RULES, more: Partial<ClientCertificate> = {}) => {
  const identified = identityOf(certificate(names, more), rules);
  if (identified === undefined) return undefined;
  return 'refused' in identified ? identified.refused : identified.principal.id;
};

test('a name stands for the principal of its rule, with what the rule gives and no more', () => {
  const rule = { ...workers, queues: ['billing.*'] };
  expect(identityOf(certificate({ uri: ['spiffe://example.org/worker/w1'] }), rulesOf(rule))).toEqual({
    principal: {
      id: 'worker/w1',
      tenant: '_default',
      plane: 'worker',
      roles: ['worker'],
      grants: [],
      queues: ['billing.*'],
      credential: { kind: 'certificate', id: 'mesh:0123456789ABCDEF' },
      vouchedBy: 'certificate:mesh',
      grounds: expect.any(String),
      mfa: false,
      expiresAt: 1_000,
    },
  });
});

test.each([
  'spiffe://example.org/worker/',
  'spiffe://example.org/worker/a/b',
  'spiffe://example.org/worker/..',
  'spiffe://example.org/worker/.',
  'spiffe://example.org/worker/w1%00.evil',
  'spiffe://example.org/worker/w1?x',
  'spiffe://example.org/worker/*',
  'spiffe://example.org/workers/w1',
  'spiffe://example.org.evil/worker/w1',
  'SPIFFE://example.org/worker/w1',
  'xspiffe://example.org/worker/w1',
  `spiffe://example.org/worker/${'w'.repeat(129)}`,
])('%s is no worker', (uri) => {
  expect(said({ uri: [uri] })).toBeUndefined();
});

test('a name of another kind says nothing, whatever it looks like', () => {
  expect(said({ uri: ['shop.example.org'] })).toBeUndefined();
  expect(said({ dns: ['spiffe://example.org/worker/w1', 'ops@example.org'] })).toBeUndefined();
  expect(said({ email: ['shop.example.org'] })).toBeUndefined();
});

test('a wildcard stands for nobody, and case matters in all but DNS names', () => {
  expect(said({ dns: ['*.example.org'] })).toBeUndefined();
  expect(said({ dns: ['SHOP.example.org'] })).toBe('shop');
  expect(said({ email: ['OPS@example.org'] })).toBeUndefined();
});

test('two names that mean something are refused, of one rule or of two', () => {
  expect(said({ uri: ['spiffe://example.org/worker/w1', 'spiffe://example.org/worker/w2'] })).toBe(
    'ambiguous_certificate',
  );
  expect(said({ uri: ['spiffe://example.org/worker/w1'], dns: ['shop.example.org'] })).toBe('ambiguous_certificate');
  expect(said({ dns: ['shop.example.org'], email: ['ops@example.org'] })).toBe('ambiguous_certificate');
});

test('names that no rule is about do no harm, but a SPIFFE ID has no other URI beside it', () => {
  expect(said({ dns: ['shop.example.org', 'www.example.org'], email: ['x@example.org'] })).toBe('shop');
  expect(said({ uri: ['spiffe://example.org/worker/w1'], dns: ['w1.example.org'] })).toBe('worker/w1');
  expect(said({ uri: ['spiffe://example.org/worker/w1', 'https://example.org/'] })).toBe('not_an_svid');
});

test('a rule is about certificates of its own authority only', () => {
  expect(said({ dns: ['shop.example.org'] }, RULES, { authority: 'other' })).toBeUndefined();
});

test('an authority speaks for its tenant and no other, whatever the rule says', () => {
  const foreign = rulesOf({ ...shop, tenant: 'beta' });
  expect(said({ dns: ['shop.example.org'] }, foreign, { tenant: 'acme' })).toBe('foreign_tenant');
  expect(said({ dns: ['shop.example.org'] }, foreign, { tenant: '*' })).toBe('shop');
  expect(said({ dns: ['shop.example.org'] }, rulesOf({ ...shop, tenant: '*' }), { tenant: 'acme' })).toBe(
    'foreign_tenant',
  );
});
