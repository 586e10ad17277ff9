import { describe, expect, it } from 'vitest';
import type { Subject } from '../access/decide.ts';
import { agree } from './agree.ts';

const known = (id: string, tenant = 'acme'): { principal: Subject } => ({
  principal: {
    ...{ id, tenant, plane: 'worker', roles: [], grants: [], mfa: false },
    credential: { kind: 'k', id: 'k' },
  },
});
const bad = { refused: 'expired' };

describe('credentials in one request', () => {
  it('are none: refused', () => {
    expect(agree(undefined, undefined)).toEqual({ refused: 'no_credential' });
  });

  it('decide alone when they are one', () => {
    const [one, other] = [known('a'), known('a')];
    expect(agree(one, undefined)).toBe(one);
    expect(agree(undefined, other)).toBe(other);
  });

  it('of the same principal and tenant: the header decides the rights', () => {
    const one = known('a');
    expect(agree(one, known('a'))).toBe(one);
    const narrowed = {
      principal: { ...one.principal, lineage: { root: { kind: 'k', id: 'k', tenant: '*' }, parents: [] } },
    };
    expect(agree(narrowed, known('a', '*'))).toBe(narrowed);
  });

  it.each([
    ['another principal', known('b')],
    ['another tenant', known('a', 'beta')],
    ['all tenants', known('a', '*')],
  ])('of %s are refused', (_, other) => {
    expect(agree(known('a'), other)).toMatchObject({ refused: 'credentials_disagree', answer: 'permission_denied' });
  });

  it('a header that spans tenants is not confirmed by a certificate of one', () => {
    expect(agree(known('a', '*'), known('a'))).toMatchObject({ refused: 'credentials_disagree' });
  });

  it('a bad one is not saved by a good one', () => {
    expect(agree(bad, known('a'))).toBe(bad);
    expect(agree(known('a'), bad)).toBe(bad);
  });
});
