import { homeOf, type Subject } from '../access/decide.ts';
import type { Scope } from '../engine/rights.ts';

/** What acts later does no more than the credential may that made it, whatever its principal may with others. */
export function scopeOf(subject: Subject): Scope {
  const { plane, roles, grants, queues, narrowed, vouchedBy, credential, lineage } = subject;
  const root = lineage?.root ?? credential;
  return {
    ...{ tenant: homeOf(subject), plane, roles, grants },
    ...(queues && { queues }),
    ...(narrowed && { narrowed }),
    ...(vouchedBy !== undefined && { vouchedBy }),
    // Of the credentials that others issue, only certificates can be revoked one by one.
    ...((vouchedBy === undefined || root.kind === 'certificate') && { credential: root.id }),
  };
}
