import type { Grant, Narrowing, Permission, Plane, Principal } from '@ojs/schema';
import { intersect, isNameable, PatternSet } from './match.ts';

/** A principal as a mechanism found it. */
export type Subject = Principal & {
  /** What its credential was limited to when it was issued; absent means every queue. */
  readonly queues?: readonly string[];
  /** What it was narrowed to, by the scopes of a token or by exchange: a ceiling over everything else. */
  readonly narrowed?: Narrowing;
  /** Of a token that was made here with less than what it came of: lent, for a short time, to somebody else. */
  readonly lent?: true;
  /** The only worker that it may act as. */
  readonly worker?: string;
  /** Which issuer or certificate authority vouches for it, where no credential of it is stored here. */
  readonly vouchedBy?: string;
  /** On what grounds it is believed, as a short text: what is made of it ends when they are others. */
  readonly grounds?: string;
  /** Of a token that this server issued: what it came of. */
  readonly lineage?: Lineage;
};

/** What a token came of, and ends with. */
export interface Lineage {
  /** The credential with which everything began. */
  readonly root: {
    readonly kind: string;
    readonly id: string;
    /** Its own, where a token of it is for one tenant of those that it spans. */
    readonly tenant: string;
    readonly vouchedBy?: string | undefined;
    readonly grounds?: string | undefined;
  };
  /** Ids of the tokens between the root and this one, the oldest first. */
  readonly parents: readonly string[];
}

/** What a question is about, beside a queue. Whoever does not say it is denied what was narrowed to it. */
export interface About {
  readonly job?: string | undefined;
  /** The type of the job that would be enqueued. */
  readonly type?: string | undefined;
}

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
 * - and not denied: a `deny` of the policy or of the credential wins over every allow, however exact;
 * - and within what the credential was narrowed to.
 *
 * Pure. The rules of a principal are compiled once per policy object and principal object: change neither afterwards.
 */
export function decide(
  policy: Policy,
  principal: Subject,
  permission: Permission,
  queue: string,
  about?: About,
): boolean {
  const rule = compiled(policy, principal)[permission];
  if (rule === undefined || !isNameable(queue) || !rule.allows(queue) || rule.deny.has(queue)) return false;
  return principal.narrowed === undefined || isWithin(principal.narrowed, permission, about);
}

/** Whether what is asked about is the job, and of the types, that the credential was narrowed to. */
function isWithin({ job, types }: Narrowing, permission: Permission, about: About = {}): boolean {
  if (job !== undefined && about.job !== job) return false;
  if (types === undefined || permission !== 'enqueue') return true;
  return about.type !== undefined && new PatternSet(types).has(about.type);
}

/**
 * Whether there is a queue, existing or not, on which the principal holds the permission: for lists. Who was narrowed to one job has
 * no lists, but what is said to be of that job.
 */
export function decideAnywhere(policy: Policy, principal: Subject, permission: Permission, about?: About): boolean {
  const job = principal.narrowed?.job;
  if (job !== undefined && about?.job !== job) return false;
  return compiled(policy, principal)[permission]?.anywhere ?? false;
}

/** Whether the principal holds the permission on every queue of its tenants: for what concerns the whole system. */
export function decideEverywhere(policy: Policy, principal: Subject, permission: Permission): boolean {
  const { narrowed } = principal;
  if (narrowed?.job !== undefined || narrowed?.types !== undefined) return false;
  return compiled(policy, principal)[permission]?.everywhere ?? false;
}

/** The tenant scope of whom it all began with: a token for one tenant of a credential that spans all is nobody else's. */
export const homeOf = ({ tenant, lineage }: Pick<Subject, 'tenant' | 'lineage'>): string =>
  lineage?.root.tenant ?? tenant;

/** What the policy says of this very principal, if anything. */
export function rulesOf(policy: Policy, principal: Subject): PrincipalRules | undefined {
  const { principals } = policy;
  // Ids such as `constructor` are legal: only own properties count.
  if (principals === undefined || !Object.hasOwn(principals, principal.id)) return undefined;
  const rules = principals[principal.id];
  return rules?.tenant === undefined || rules.tenant === homeOf(principal) ? rules : undefined;
}

/** On which queues a permission is held: those that `allow` matches and `deny` does not. */
export interface Reach {
  readonly allow: readonly string[];
  readonly deny: readonly string[];
}

/** The patterns behind {@link decide}; what a credential is narrowed to beside queues is not in them. */
export function reachOf(policy: Policy, principal: Subject, permission: Permission): Reach | undefined {
  return compiled(policy, principal)[permission]?.reach;
}

interface Rule {
  readonly reach: Reach;
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
    const allowed = [...intersect(limited, principal.queues ?? ['*']), ...own];
    const rule = ruleOf(intersect(allowed, ceilingOf(principal.narrowed, permission)), denied);
    if (rule !== undefined) rules[permission] = rule;
  }
  return rules;
}

const queuesOf = (grants: readonly Grant[] | undefined, effect: Grant['effect'], permission: Permission): string[] =>
  (grants ?? [])
    .filter((grant) => grant.effect === effect && grant.permissions.includes(permission))
    .flatMap((grant) => grant.queues);

const ceilingOf = (narrowed: Narrowing | undefined, permission: Permission): string[] =>
  narrowed?.within === undefined
    ? ['*']
    : narrowed.within.filter(({ permissions }) => permissions.includes(permission)).flatMap(({ queues }) => queues);

function ruleOf(allow: readonly string[], denied: readonly string[]): Rule | undefined {
  if (allow.length === 0) return undefined;
  const allowed = new PatternSet(allow);
  const deny = new PatternSet(denied);
  return {
    reach: { allow, deny: denied },
    deny,
    allows: (queue) => allowed.has(queue),
    everywhere: allowed.everything && deny.empty,
    anywhere: allow.some((pattern) => !deny.covers(pattern) && isNameable(pattern.replace('*', 'x'))),
  };
}
