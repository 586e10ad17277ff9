import { type Narrowing, PERMISSIONS, type Permission } from '@ojs/schema';
import { intersect } from '../../access/match.ts';

/** What is asked for and what is held have nothing in common, in what there can be only one of, or some. */
export class NothingLeft extends Error {
  override readonly name = 'NothingLeft';
  readonly field: 'job' | 'types';

  constructor(field: 'job' | 'types') {
    super(`${field}: the token cannot be narrowed to it, since it is narrowed to others`);
    this.field = field;
  }
}

/** What both allow: a narrowed credential can be narrowed again, and never widened. @throws {NothingLeft} */
export function narrow(held: Narrowing = {}, asked: Narrowing = {}): Narrowing {
  const within = both(held.within, asked.within, narrowWithin);
  const types = both(held.types, asked.types, intersect);
  if (types?.length === 0) throw new NothingLeft('types');
  if (held.job !== undefined && asked.job !== undefined && held.job !== asked.job) throw new NothingLeft('job');
  const job = held.job ?? asked.job;
  return { ...(within && { within }), ...(types && { types: [...types] }), ...(job !== undefined && { job }) };
}

type Within = NonNullable<Narrowing['within']>;

const both = <T>(one: T | undefined, other: T | undefined, meet: (one: T, other: T) => T): T | undefined =>
  one === undefined || other === undefined ? (one ?? other) : meet(one, other);

const queuesOf = (within: Within, permission: Permission): string[] =>
  within.filter(({ permissions }) => permissions.includes(permission)).flatMap(({ queues }) => queues);

/** Permissions that are left on the same queues stand together. */
function narrowWithin(one: Within, other: Within): Within {
  const left = new Map<string, Within[number]>();
  for (const permission of PERMISSIONS) {
    const queues = intersect(queuesOf(one, permission), queuesOf(other, permission)).sort();
    if (queues.length === 0) continue;
    const key = queues.join(' ');
    left.set(key, { permissions: [...(left.get(key)?.permissions ?? []), permission], queues });
  }
  return [...left.values()];
}
