import { PERMISSIONS, type Permission } from '@ojs/schema';
import { type Policy, type Reach, reachOf, rulesOf, type Subject } from './decide.ts';
import { PatternSet } from './match.ts';

/**
 * The first permission that `inner` holds on some queue and `outer` does not; undefined when all that `inner` may do, `outer` may
 * do too. In doubt it names one: whoever is narrowed to a job or to job types covers nobody. And `inner` may be disabled, or have roles that
 * the policy has lost: it counts with what it has once it is enabled again, and a lost role as one that may everything.
 *
 * Pure, and about queues only: whose tenant is within whose is another question.
 */
export function uncovered(policy: Policy, outer: Subject, inner: Subject): Permission | undefined {
  const bounded = outer.narrowed?.job !== undefined || outer.narrowed?.types !== undefined;
  const atMost = policyAtMost(policy, inner);
  return PERMISSIONS.find((permission) => {
    const asked = reachOf(atMost, inner, permission);
    const within = bounded ? undefined : reachOf(policy, outer, permission);
    return asked !== undefined && !isWithin(asked, within);
  });
}

/** The policy under which the subject has the most that it can come to have by itself. */
function policyAtMost(policy: Policy, subject: Subject): Policy {
  const { roles } = policy;
  const lost = subject.roles.filter((role) => !Object.hasOwn(roles, role));
  const rules = rulesOf(policy, subject);
  if (lost.length === 0 && !rules?.disabled) return policy;
  return {
    roles: { ...roles, ...Object.fromEntries(lost.map((role) => [role, PERMISSIONS])) },
    principals: { ...policy.principals, ...(rules && { [subject.id]: { ...rules, disabled: false } }) },
  };
}

/** Patterns are prefixes: two of them share a queue only if one covers the other, and no union of smaller ones makes up a larger. */
function isWithin(asked: Reach, within: Reach | undefined): boolean {
  const gone = new PatternSet(asked.deny);
  const allowed = new PatternSet(within?.allow ?? []);
  return asked.allow
    .filter((pattern) => !gone.covers(pattern))
    .every((pattern) => {
      if (!allowed.covers(pattern)) return false;
      const one = new PatternSet([pattern]);
      // What is denied to the outer one must be denied to the inner one as well.
      return (within?.deny ?? []).every(
        (denied) => !(one.covers(denied) || new PatternSet([denied]).covers(pattern)) || gone.covers(denied),
      );
    });
}
