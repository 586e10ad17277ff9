import { expect, it } from 'vitest';
import { tellFailures } from './tell-failures.ts';

it('what keeps failing in the background is told some times, and then counted', () => {
  const lines: unknown[] = [];
  let now = 0;
  const tell = tellFailures({ error: (data) => void lines.push(data) }, () => now);
  const err = new Error('no');
  for (let i = 0; i < 1_000; i++) tell(err);
  expect(lines).toEqual(Array.from({ length: 20 }, () => ({ err })));
  now = 60_000;
  tell(err);
  expect(lines.slice(20)).toEqual([{ count: 980 }, { err }]);
});
