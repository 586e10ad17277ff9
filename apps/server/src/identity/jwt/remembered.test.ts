import { expect, test } from 'vitest';
import { Remembered } from './remembered.ts';

test('what was not asked for longest is forgotten first, and never more is kept than may be', () => {
  const memory = new Remembered<{ weight: number }>(10);
  for (const name of ['a', 'b', 'c']) memory.set(name, { weight: 3 });
  memory.get('a');
  memory.set('d', { weight: 4 });
  expect(['a', 'b', 'c', 'd'].filter((name) => memory.get(name))).toEqual(['a', 'c', 'd']);
  memory.set('d', { weight: 1 });
  memory.set('e', { weight: 3 });
  expect(['a', 'c', 'd', 'e'].filter((name) => memory.get(name))).toEqual(['a', 'c', 'd', 'e']);
  memory.set('f', { weight: 11 });
  expect(['a', 'c', 'd', 'e', 'f'].filter((name) => memory.get(name))).toEqual([]);
  memory.set('g', { weight: 10 });
  expect(memory.get('g')).toBeDefined();
});
