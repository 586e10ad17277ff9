import { type Grant, PERMISSIONS, type Permission, PLANES, type Plane } from '@ojs/schema';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decide, decideAnywhere, decideEverywhere, PLANE_PERMISSIONS, type Policy, type Subject } from './decide.ts';
import { isNameable, matches } from './match.ts';
import { DEFAULT_POLICY, parsePolicy } from './policy.ts';

const who = (change: Partial<Subject> = {}): Subject => ({
  ...{ id: 'shop', tenant: '_default', plane: 'admin', roles: [], grants: [], mfa: false },
  credential: { kind: 'api_key', id: 'k' },
  ...change,
});

const held = (policy: Policy, principal: Subject, queue = 'q'): Permission[] =>
  PERMISSIONS.filter((permission) => decide(policy, principal, permission, queue));

describe('roles', () => {
  test.each([
    ['producer', 'producer', ['enqueue', 'inspect']],
    ['worker', 'worker', ['dequeue', 'inspect']],
    ['operator', 'admin', ['enqueue', 'dequeue', 'cancel', 'inspect']],
    ['admin', 'admin', ['enqueue', 'dequeue', 'cancel', 'inspect', 'admin']],
  ] as const)('%s has what the security page says', (role, plane, permissions) => {
    expect(held(DEFAULT_POLICY, who({ plane, roles: [role] }))).toEqual(permissions);
  });

  test.each([
    ['producer', ['enqueue']],
    ['worker', ['dequeue']],
    ['operator', ['enqueue', 'cancel', 'inspect']],
    ['admin', ['enqueue', 'dequeue', 'cancel', 'inspect', 'admin']],
  ])('%s has what the matrix of ojs-security §7.5 says, when that is chosen', (role, permissions) => {
    expect(held(parsePolicy('{"preset":"matrix"}'), who({ roles: [role] }))).toEqual(permissions);
  });

  test('without a role or grant, or with one that does not exist, nothing is permitted', () => {
    for (const roles of [[], ['nobody'], ['constructor'], ['__proto__'], ['toString']]) {
      expect(held(DEFAULT_POLICY, who({ roles })), roles.join()).toEqual([]);
    }
    expect(held(DEFAULT_POLICY, who({ id: 'constructor' }))).toEqual([]);
  });

  test('count only where the policy itself has them, not what its objects inherit', () => {
    const rules = { roles: ['producer'], grants: [], disabled: false };
    const inherited: Policy = { roles: Object.create({ ghost: ['inspect'] }), principals: {} };
    expect(held(inherited, who({ roles: ['ghost'] }))).toEqual([]);
    expect(held({ ...DEFAULT_POLICY, principals: Object.create({ shop: rules }) }, who())).toEqual([]);
    expect(held({ ...DEFAULT_POLICY, principals: { shop: rules } }, who())).toEqual(['enqueue', 'inspect']);
  });

  test('are limited to the queues of the credential', () => {
    const principal = who({ roles: ['producer'], queues: ['a', 'b.*'] });
    const queues = ['a', 'b.c', 'b', 'c', 'a.x', 'b.c.d'];
    expect(queues.filter((queue) => decide(DEFAULT_POLICY, principal, 'enqueue', queue))).toEqual([
      'a',
      'b.c',
      'b.c.d',
    ]);
  });

  test('never give a plane what it cannot do', () => {
    expect(held(DEFAULT_POLICY, who({ plane: 'producer', roles: ['admin', 'worker'] }))).toEqual([
      'enqueue',
      'cancel',
      'inspect',
    ]);
    expect(held(DEFAULT_POLICY, who({ plane: 'worker', roles: ['admin'] }))).toEqual(['dequeue', 'inspect']);
  });
});

describe('grants', () => {
  const allow = (permissions: Permission[], ...queues: string[]): Grant => ({ effect: 'allow', permissions, queues });
  const deny = (permissions: Permission[], ...queues: string[]): Grant => ({ effect: 'deny', permissions, queues });

  test('a deny wins over every allow, however exact, wherever each stands (Z19)', () => {
    const exact = who({ roles: ['admin'], grants: [deny(['enqueue'], 'a.*'), allow(['enqueue'], 'a.b')] });
    expect(decide(DEFAULT_POLICY, exact, 'enqueue', 'a.b')).toBe(false);
    expect(decide(DEFAULT_POLICY, exact, 'inspect', 'a.b')).toBe(true);
    expect(decide(DEFAULT_POLICY, exact, 'enqueue', 'a')).toBe(true);
    const inPolicy = parsePolicy(
      JSON.stringify({
        principals: { shop: { grants: [{ effect: 'deny', permissions: ['enqueue'], queues: ['a.*'] }] } },
      }),
    );
    expect(decide(inPolicy, who({ grants: [allow(['enqueue'], 'a.b')] }), 'enqueue', 'a.b')).toBe(false);
  });

  test('of the policy count for their principal and tenant only, within the queues of the credential', () => {
    const policy = parsePolicy(
      JSON.stringify({
        principals: {
          shop: { tenant: 'acme', roles: ['worker'], grants: [{ permissions: ['cancel'], queues: ['*'] }] },
        },
      }),
    );
    expect(held(policy, who({ tenant: 'acme' }))).toEqual(['dequeue', 'cancel', 'inspect']);
    expect(held(policy, who({ tenant: 'beta' }))).toEqual([]);
    expect(held(policy, who({ tenant: 'acme', id: 'other' }))).toEqual([]);
    expect(held(policy, who({ tenant: 'acme', queues: ['elsewhere'] }))).toEqual([]);
  });

  test('of a principal that the policy disabled are nothing', () => {
    const policy = parsePolicy('{"principals":{"shop":{"disabled":true}}}');
    expect(held(policy, who({ roles: ['admin'], grants: [allow(['admin'], '*')] }))).toEqual([]);
  });

  test('of the policy count for a token as for the credential that it came of, whichever tenant it is for', () => {
    const root = { kind: 'api_key', id: 'k', tenant: '*' };
    const token = who({ tenant: 'acme', roles: ['admin'], lineage: { root, parents: [] } });
    const rules = (more: object) => parsePolicy(JSON.stringify({ principals: { shop: more } }));
    expect(held(rules({ tenant: '*', disabled: true }), token)).toEqual([]);
    expect(held(rules({ tenant: '*', grants: [deny(['admin'], '*')] }), token)).not.toContain('admin');
    const ofAnother = rules({ tenant: 'acme', roles: ['operator'] });
    expect(held(ofAnother, { ...token, roles: [] })).toEqual([]);
  });

  const pattern = fc.constantFrom('*', 'a', 'b', 'a.*', 'a.b', 'a.b.*', 'b.*', '_ojs_x');
  const patterns = fc.array(pattern, { minLength: 1, maxLength: 3 });
  const grant = fc.record({
    effect: fc.constantFrom('allow' as const, 'deny' as const),
    permissions: fc.uniqueArray(fc.constantFrom(...PERMISSIONS), { minLength: 1 }),
    queues: patterns,
  });
  const setting = fc.record({
    plane: fc.constantFrom<Plane>(...PLANES),
    roles: fc.uniqueArray(fc.constantFrom('producer', 'worker', 'operator', 'admin', 'none')),
    grants: fc.array(grant, { maxLength: 3 }),
    policyGrants: fc.array(grant, { maxLength: 3 }),
    queues: patterns,
    permission: fc.constantFrom(...PERMISSIONS),
    queue: fc.constantFrom('a', 'b', 'a.b', 'a.b.c', 'a.', 'a.x', 'ax', 'A', 'a\n', '', '_ojs_x', 'b.c'),
  });

  test('the decision is what the rules say, taken one by one', () => {
    fc.assert(
      fc.property(setting, ({ policyGrants, permission, queue, ...rest }) => {
        const policy: Policy = {
          roles: DEFAULT_POLICY.roles,
          principals: { shop: { roles: [], grants: policyGrants, disabled: false } },
        };
        const principal = who(rest);
        const some = (grants: readonly Grant[], effect: string): boolean =>
          grants.some(
            (each) =>
              each.effect === effect &&
              each.permissions.includes(permission) &&
              each.queues.some((one) => matches(one, queue)),
          );
        const limited =
          rest.roles.some((role) => policy.roles[role]?.includes(permission)) || some(policyGrants, 'allow');
        const within = rest.queues.some((one) => matches(one, queue));
        const allowed = (limited && within) || some(rest.grants, 'allow');
        const denied = some(policyGrants, 'deny') || some(rest.grants, 'deny');
        const expected = isNameable(queue) && PLANE_PERMISSIONS[rest.plane].includes(permission) && allowed && !denied;
        expect(decide(policy, principal, permission, queue)).toBe(expected);
        if (expected) expect(decideAnywhere(policy, principal, permission)).toBe(true);
        if (decideEverywhere(policy, principal, permission) && isNameable(queue)) expect(expected).toBe(true);
      }),
      { numRuns: 3_000 },
    );
  });

  test('a permission is held nowhere when each queue that allows it is denied', () => {
    const anywhere = (...grants: Grant[]): boolean => decideAnywhere(DEFAULT_POLICY, who({ grants }), 'inspect');
    expect(anywhere()).toBe(false);
    expect(anywhere(allow(['inspect'], 'a'))).toBe(true);
    expect(anywhere(allow(['enqueue'], 'a'))).toBe(false);
    expect(anywhere(allow(['inspect'], 'a'), deny(['inspect'], 'a'))).toBe(false);
    expect(anywhere(allow(['inspect'], 'a.b', 'a.c.*'), deny(['inspect'], 'a.*'))).toBe(false);
    expect(anywhere(allow(['inspect'], 'a.*'), deny(['inspect'], 'a.b'))).toBe(true);
    expect(anywhere(allow(['inspect'], '*'), deny(['inspect'], '*'))).toBe(false);
    expect(anywhere(allow(['inspect'], '_ojs_x'))).toBe(false);
  });
});

describe('what a credential was narrowed to', () => {
  const job = '019461a8-1a2b-7c3d-8e4f-5a6b7c8d9e0f';
  const wide: Subject = who({ roles: ['admin'] });
  const narrowed = (to: Subject['narrowed']): Subject => ({ ...wide, ...(to && { narrowed: to }) });

  test('is a ceiling for permissions and queues', () => {
    const subject = narrowed({ within: [{ permissions: ['inspect'], queues: ['billing.*'] }] });
    expect(decide(DEFAULT_POLICY, subject, 'inspect', 'billing.eu')).toBe(true);
    expect(decide(DEFAULT_POLICY, subject, 'inspect', 'email')).toBe(false);
    expect(decide(DEFAULT_POLICY, subject, 'enqueue', 'billing.eu')).toBe(false);
    expect(decideEverywhere(DEFAULT_POLICY, subject, 'inspect')).toBe(false);
    expect(decideAnywhere(DEFAULT_POLICY, subject, 'enqueue')).toBe(false);
  });

  test('gives nothing', () => {
    const poor = who({ narrowed: { within: [{ permissions: ['enqueue'], queues: ['*'] }] } });
    expect(decide(DEFAULT_POLICY, poor, 'enqueue', 'email')).toBe(false);
  });

  test('is nothing where it names no permission at all', () => {
    expect(decide(DEFAULT_POLICY, narrowed({ within: [] }), 'inspect', 'email')).toBe(false);
  });

  test('is one job: whoever does not say which job is meant is denied', () => {
    const subject = narrowed({ job });
    expect(decide(DEFAULT_POLICY, subject, 'inspect', 'email', { job })).toBe(true);
    expect(decide(DEFAULT_POLICY, subject, 'inspect', 'email', { job: job.replace('e0f', 'e00') })).toBe(false);
    expect(decide(DEFAULT_POLICY, subject, 'inspect', 'email')).toBe(false);
    expect(decideEverywhere(DEFAULT_POLICY, subject, 'admin')).toBe(false);
  });

  test('is some types of job: whoever does not say the type cannot enqueue', () => {
    const subject = narrowed({ types: ['report.*', 'ping'] });
    expect(decide(DEFAULT_POLICY, subject, 'enqueue', 'email', { type: 'report.daily' })).toBe(true);
    expect(decide(DEFAULT_POLICY, subject, 'enqueue', 'email', { type: 'ping' })).toBe(true);
    expect(decide(DEFAULT_POLICY, subject, 'enqueue', 'email', { type: 'pong' })).toBe(false);
    expect(decide(DEFAULT_POLICY, subject, 'enqueue', 'email')).toBe(false);
    expect(decide(DEFAULT_POLICY, subject, 'inspect', 'email')).toBe(true);
    expect(decideEverywhere(DEFAULT_POLICY, subject, 'enqueue')).toBe(false);
  });
});
