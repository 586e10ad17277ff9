import { setImmediate } from 'node:timers/promises';

/** A slice takes a millisecond or two. */
const SLICE = 100;

/** Maps many items, in their order, and lets other requests have their turns in between. */
export async function mapInSlices<Item, Mapped>(
  items: readonly Item[],
  map: (item: Item, index: number) => Mapped,
): Promise<Mapped[]> {
  const mapped: Mapped[] = [];
  for (const [index, item] of items.entries()) {
    if (index > 0 && index % SLICE === 0) await setImmediate();
    mapped.push(map(item, index));
  }
  return mapped;
}
