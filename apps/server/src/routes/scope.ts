import type { Subject } from '../access/decide.ts';
import type { Scope } from '../engine/rights.ts';

/** What acts later does no more than the credential may that made it, whatever its principal may with others. */
export function scopeOf(subject: Subject): Scope {
  const { tenant, plane, roles, grants, queues, narrowed, vouchedBy, credential, lineage } = subject;
  return {
    ...{ tenant, plane, roles, grants },
    ...(queues && { queues }),
    ...(narrowed && { narrowed }),
    ...(vouchedBy === undefined ? { credential: lineage?.root.id ?? credential.id } : { vouchedBy }),
  };
}
