import type { Job, Workflow } from '@ojs/client';
import type { Ledger } from '../ledger.ts';

/**
 * What must not be. `undone`: told to be so, and not so afterwards; `wrong`: ended as it cannot, or a limit or an order that
 * did not hold; `unheard`: events or deliveries that never arrived.
 */
export const KINDS = ['lost', 'doubled', 'undone', 'wrong', 'stuck', 'unheard', 'broken', 'leaked'] as const;
export interface Finding {
  readonly kind: (typeof KINDS)[number];
  readonly what: string;
}

/** What is known when all is over: the ledger, and what the server says of each job and workflow (undefined: nothing). */
export interface Evidence {
  readonly ledger: Ledger;
  readonly jobs: ReadonlyMap<string, Job | undefined>;
  readonly workflows: ReadonlyMap<string, Workflow | undefined>;
}
export type Judge = (evidence: Evidence) => Iterable<Finding>;

/** All values that have the same key. */
export function grouped<T>(values: Iterable<T>, keyOf: (value: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const key = keyOf(value);
    const group = groups.get(key);
    if (group) group.push(value);
    else groups.set(key, [value]);
  }
  return groups;
}
