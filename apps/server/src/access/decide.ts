import type { Grant, Permission, Plane, Principal } from '@ojs/schema';
import { isNameable, PatternSet } from './match.ts';

/** A principal as a mechanism found it. */
export type Subject = Principal & {
  /** What its credential was limited to when it was issued; absent means every queue. */
  readonly queues?: readonly string[];
};

/** What a policy adds to a principal of that id. */
export interface PrincipalRules {
  /** Only for principals of this tenant scope; absent means a principal of that id in any tenant. */
  readonly tenant?: string | undefined;
  readonly roles: readonly string[];
  readonly grants: readonly Grant[];
  /** Its credentials are refused as if they did not exist. */
  readonly disabled: boolean;
}

/** Which permissions roles give, and what single principals have besides. Never changed in place: a new policy is a new object. */
export interface Policy {
  readonly roles: Readonly<Record<string, readonly Permission[]>>;
  readonly principals?: Readonly<Record<string, PrincipalRules>>;
}

/** What a credential of a plane can be permitted at all: a stolen producer key never fetches, whatever a policy says. */
export const PLANE_PERMISSIONS: Readonly<Record<Plane, readonly Permission[]>> = {
  producer: ['enqueue', 'cancel', 'inspect'],
  worker: ['dequeue', 'inspect'],
  admin: ['enqueue', 'dequeue', 'cancel', 'inspect', 'admin'],
};

/**
 * Whether the principal holds the permission on the queue (security page, Authorization). Denied unless allowed:
 * - allowed by a role of the credential or of the policy, or by a grant of the policy, on the queues the credential is limited to;
 * - allowed by a grant of the credential itself, on the queues that the grant names;
 * - never beyond what the credential's plane can do, never on a queue that is not nameable;
 * - and not denied: a `deny` of the policy or of the credential wins over every allow, however exact.
 *
 * Pure. The rules of a principal are compiled once per policy object and principal object: change neither afterwards.
 */
export function decide(policy: Policy, principal: Subject, permission: Permission, queue: string): boolean {
  const rule = compiled(policy, principal)[permission];
  return rule !== undefined && isNameable(queue) && rule.allows(queue) && !rule.deny.has(queue);
}

/** Whether there is a queue, existing or not, on which the principal holds the permission: for lists. */
export function decideAnywhere(policy: Policy, principal: Subject, permission: Permission): boolean {
  return compiled(policy, principal)[permission]?.anywhere ?? false;
}

/** Whether the principal holds the permission on every queue of its tenants: for what concerns the whole system. */
export function decideEverywhere(policy: Policy, principal: Subject, permission: Permission): boolean {
  return compiled(policy, principal)[permission]?.everywhere ?? false;
}

/** What the policy says of this very principal, if anything. */
export function rulesOf(policy: Policy, principal: Principal): PrincipalRules | undefined {
  const { principals } = policy;
  // Ids such as `constructor` are legal: only own properties count.
  if (principals === undefined || !Object.hasOwn(principals, principal.id)) return undefined;
  const rules = principals[principal.id];
  return rules?.tenant === undefined || rules.tenant === principal.tenant ? rules : undefined;
}

interface Rule {
  readonly deny: PatternSet;
  readonly anywhere: boolean;
  readonly everywhere: boolean;
  allows(queue: string): boolean;
}

type Compiled = Partial<Record<Permission, Rule>>;

const memory = new WeakMap<Policy, WeakMap<Subject, Compiled>>();

function compiled(policy: Policy, principal: Subject): Compiled {
  const known = memory.get(policy)?.get(principal);
  if (known !== undefined) return known;
  const rules = compile(policy, principal);
  const ofPolicy = memory.get(policy) ?? new WeakMap<Subject, Compiled>();
  memory.set(policy, ofPolicy.set(principal, rules));
  return rules;
}

function compile(policy: Policy, principal: Subject): Compiled {
  const special = rulesOf(policy, principal);
  if (special?.disabled) return {};
  const roles = new Set([...principal.roles, ...(special?.roles ?? [])]);
  const ofRoles = new Set([...roles].flatMap((role) => (Object.hasOwn(policy.roles, role) ? policy.roles[role]! : [])));
  const rules: Compiled = {};
  for (const permission of PLANE_PERMISSIONS[principal.plane]) {
    const limited = [...(ofRoles.has(permission) ? ['*'] : []), ...queuesOf(special?.grants, 'allow', permission)];
    const own = queuesOf(principal.grants, 'allow', permission);
    const denied = [
      ...queuesOf(special?.grants, 'deny', permission),
      ...queuesOf(principal.grants, 'deny', permission),
    ];
    const rule = ruleOf(limited, principal.queues ?? ['*'], own, denied);
    if (rule !== undefined) rules[permission] = rule;
  }
  return rules;
}

const queuesOf = (grants: readonly Grant[] | undefined, effect: Grant['effect'], permission: Permission): string[] =>
  (grants ?? [])
    .filter((grant) => grant.effect === effect && grant.permissions.includes(permission))
    .flatMap((grant) => grant.queues);

/** Allowed: (`limited` and within `ceiling`) or `own`. Patterns are prefixes, so two of them overlap only if one covers the other. */
function ruleOf(
  limited: readonly string[],
  ceiling: readonly string[],
  own: readonly string[],
  denied: readonly string[],
): Rule | undefined {
  const within = new PatternSet(ceiling);
  const wide = new PatternSet(limited);
  const both = [...limited.filter((each) => within.covers(each)), ...ceiling.filter((each) => wide.covers(each))];
  const allow = [...both, ...own];
  if (allow.length === 0) return undefined;
  const allowed = new PatternSet(allow);
  const deny = new PatternSet(denied);
  return {
    deny,
    allows: (queue) => allowed.has(queue),
    everywhere: allowed.everything && deny.empty,
    anywhere: allow.some((pattern) => !deny.covers(pattern) && isNameable(pattern.replace('*', 'x'))),
  };
}
