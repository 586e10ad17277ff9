import { WORKFLOW } from '@ojs/schema';
import { invalid } from './issues.ts';

/** A step of a graph: its name, and what it says it depends on. */
export interface Needs {
  readonly id: string;
  readonly dependsOn: unknown;
}

/**
 * Orders the steps of a graph so that each comes after those that it depends on (places in the list).
 * @param path of the list
 * @throws {Refusal} where an id comes twice or is not known, or steps depend on one another in a circle
 */
export function orderOf(
  steps: readonly Needs[],
  path: string,
): { readonly order: readonly number[]; readonly after: readonly (readonly number[])[] } {
  const places = new Map<string, number>();
  steps.forEach(({ id }, i) => {
    if (places.has(id)) throw invalid(`${path}[${i}].id`, 'unique', 'is the id of another step too');
    places.set(id, i);
  });
  const after = steps.map(({ dependsOn }, i) => dependencies(dependsOn, places, `${path}[${i}].depends_on`));

  const followers = steps.map((): number[] => []);
  const open = after.map((each) => each.length);
  after.forEach((each, i) => {
    for (const n of each) followers[n]?.push(i);
  });
  const order = steps.flatMap((_, i) => (open[i] === 0 ? [i] : []));
  for (const n of order) {
    for (const follower of followers[n] ?? []) {
      open[follower] = (open[follower] ?? 0) - 1;
      if (open[follower] === 0) order.push(follower);
    }
  }
  const stuck = open.findIndex((count) => count > 0);
  if (stuck >= 0)
    throw invalid(`${path}[${stuck}].depends_on`, 'cycle', 'steps must not depend on one another in a circle');
  return { order, after };
}

function dependencies(value: unknown, places: ReadonlyMap<string, number>, path: string): number[] {
  if (!Array.isArray(value)) throw invalid(path, 'type', 'must be an array of ids of steps');
  if (value.length > WORKFLOW.dependencies) {
    throw invalid(path, 'max', `must not have more than ${WORKFLOW.dependencies} steps`, { status: 422 });
  }
  const found = value.map((id, i) => {
    const place = typeof id === 'string' ? places.get(id) : undefined;
    if (place === undefined) throw invalid(`${path}[${i}]`, 'reference', 'is not the id of a step of this workflow');
    return place;
  });
  return [...new Set(found)];
}
