import { type Grant, PERMISSIONS, type Permission, PLANES } from '@ojs/schema';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { uncovered } from './covers.ts';
import { decide, type Policy, rulesOf, type Subject } from './decide.ts';

/** Few names, so that patterns meet. */
const queue = fc.constantFrom('a', 'b', 'a.a', 'a.b', 'a.a.a', 'b.a');
const pattern = fc.oneof(queue, fc.constantFrom('*', 'a.*', 'b.*', 'a.a.*'));
const patterns = fc.array(pattern, { minLength: 1, maxLength: 3 });
const permissions = fc.uniqueArray(fc.constantFrom(...PERMISSIONS), { minLength: 1 });
const grant: fc.Arbitrary<Grant> = fc.record({
  effect: fc.constantFrom('allow', 'deny'),
  permissions,
  queues: patterns,
});
const grants = fc.array(grant, { maxLength: 3 });
const ids = fc.constantFrom('one', 'other');
const roles = fc.uniqueArray(fc.constantFrom('r', 's'), { maxLength: 2 });

const policy: fc.Arbitrary<Policy> = fc.record({
  roles: fc.record({ r: permissions, s: permissions }),
  principals: fc.dictionary(
    ids,
    fc.record({ roles, grants, disabled: fc.boolean(), tenant: fc.constantFrom(undefined, 't', '*') }),
  ),
});
const subject: fc.Arbitrary<Subject> = fc.record({
  id: ids,
  tenant: fc.constantFrom('t', '*'),
  plane: fc.constantFrom(...PLANES),
  roles,
  grants,
  queues: patterns,
  credential: fc.constant({ kind: 'api_key', id: 'k' }),
  mfa: fc.constant(false),
});

const QUEUES = ['a', 'b', 'c', 'a.a', 'a.b', 'a.c', 'a.a.a', 'a.a.c', 'b.a', 'b.c', 'c.a'];
const held = (rules: Policy, who: Subject): [Permission, string][] =>
  PERMISSIONS.flatMap((permission) =>
    QUEUES.filter((each) => decide(rules, who, permission, each)).map((each): [Permission, string] => [
      permission,
      each,
    ]),
  );

test('what is covered holds nothing on any queue that the outer one does not hold (K12)', () => {
  let [covered, holding] = [0, 0];
  fc.assert(
    fc.property(policy, subject, subject, (rules, outer, inner) => {
      if (uncovered(rules, outer, inner) !== undefined) return true;
      const rights = held(rules, inner);
      covered++;
      if (rights.length > 0) holding++;
      return rights.every(([permission, each]) => decide(rules, outer, permission, each));
    }),
    { numRuns: 5_000 },
  );
  // Not because nothing is ever covered.
  expect(covered).toBeGreaterThan(500);
  expect(holding).toBeGreaterThan(50);
});

test('everybody who is not disabled covers itself, and what is refused is the permission that is missing', () => {
  fc.assert(
    fc.property(
      policy,
      subject,
      (rules, one) => rulesOf(rules, one)?.disabled === true || uncovered(rules, one, one) === undefined,
    ),
    { numRuns: 1_000 },
  );
});

test('who is disabled, or has a role that the policy has lost, counts with what it has when that ends', () => {
  const who = (id: string, role: string): Subject => ({
    ...{ id, tenant: 't', plane: 'admin', roles: [role], grants: [], mfa: false },
    credential: { kind: 'api_key', id },
  });
  const eve = { roles: ['all'], grants: [], disabled: true };
  const rules: Policy = { roles: { all: PERMISSIONS, some: ['admin', 'inspect'] }, principals: { eve } };
  for (const inner of [who('eve', 'some'), who('bob', 'lost')]) {
    expect(uncovered(rules, who('keeper', 'some'), inner)).toBe('enqueue');
    expect(uncovered(rules, who('root', 'all'), inner)).toBeUndefined();
  }
  // Nobody has more by what it has lost itself.
  expect(uncovered(rules, who('keeper', 'lost'), who('bob', 'some'))).toBe('inspect');
});

test('who is narrowed to a job or to job types covers nobody', () => {
  const rules: Policy = { roles: { r: PERMISSIONS } };
  const one: Subject = {
    ...{ id: 'one', tenant: 't', plane: 'admin', roles: ['r'], grants: [], mfa: false },
    credential: { kind: 'token', id: 'k' },
  };
  expect(uncovered(rules, { ...one, narrowed: { types: ['a'] } }, one)).toBe('enqueue');
  expect(uncovered(rules, { ...one, narrowed: { within: [{ permissions: ['admin'], queues: ['*'] }] } }, one)).toBe(
    'enqueue',
  );
});
