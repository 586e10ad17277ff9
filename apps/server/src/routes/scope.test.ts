import { expect, test } from 'vitest';
import type { Subject } from '../access/decide.ts';
import { scopeOf } from './scope.ts';

const subject = (more: Partial<Subject>): Subject => ({
  ...{ id: 'shop', tenant: '_default', plane: 'producer', roles: ['producer'], grants: [], mfa: false },
  credential: { kind: 'api_key', id: 'k1' },
  ...more,
});

test('a scope names the credential that can be revoked, also where a token came of it, and who vouched for it', () => {
  const certificate = { credential: { kind: 'certificate', id: 'mesh:0A' }, vouchedBy: 'certificate:mesh' };
  const token = { kind: 'token', id: 't1' };
  const issuer = 'issuer:corp';
  expect(
    [
      subject({}),
      subject({ credential: token, lineage: { root: { kind: 'api_key', id: 'k1', tenant: '*' }, parents: [] } }),
      subject(certificate),
      subject({
        ...certificate,
        credential: token,
        lineage: { root: { ...certificate.credential, tenant: '*' }, parents: [] },
      }),
      subject({ credential: { kind: 'jwt', id: 'j1' }, vouchedBy: issuer }),
    ].map((each) => {
      const { credential, vouchedBy } = scopeOf(each);
      return [credential, vouchedBy];
    }),
  ).toEqual([
    ['k1', undefined],
    ['k1', undefined],
    ['mesh:0A', 'certificate:mesh'],
    ['mesh:0A', 'certificate:mesh'],
    [undefined, issuer],
  ]);
});

test('a scope is of the tenants of the credential that it began with, so that what the policy says of that one counts', () => {
  const root = { kind: 'api_key', id: 'k1', tenant: '*' };
  const token = subject({ tenant: 'acme', credential: { kind: 'token', id: 't1' }, lineage: { root, parents: [] } });
  expect([scopeOf(token).tenant, scopeOf(subject({ tenant: 'acme' })).tenant]).toEqual(['*', 'acme']);
});
