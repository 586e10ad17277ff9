import { expect, it } from 'vitest';
import { mapInSlices } from './in-slices.ts';

it('maps all items in order, and others have their turns meanwhile', async () => {
  const items = Array.from({ length: 250 }, (_, i) => i);
  let most = 0;
  let inTurn = 0;
  const count = (item: number): number => {
    inTurn += 1;
    most = Math.max(most, inTurn);
    setImmediate(() => {
      inTurn = 0;
    });
    return item * 2;
  };
  expect(await mapInSlices(items, count)).toEqual(items.map((item) => item * 2));
  expect(most).toBe(100);
});

it('stops at the first that throws', async () => {
  const seen: number[] = [];
  const refuse = (item: number): void => {
    seen.push(item);
    if (item === 2) throw new Error('no');
  };
  await expect(mapInSlices([1, 2, 3], refuse)).rejects.toThrow('no');
  expect(seen).toEqual([1, 2]);
});
