import { expect, it } from 'vitest';
import { type Measured, summary, table } from './report.ts';

const measured: Measured = {
  name: 'enqueue',
  title: 'Enqueue',
  sides: ['ours', 'bare'],
  rows: [
    {
      name: 'one by one',
      unit: 'jobs/s',
      ours: { value: 5_000.4, cpu: { server: 120.4, redis: 31 } },
      theirs: { value: 4_000 },
      ratio: 1.25,
      ratios: [1.2, 1.25, 1.3],
      cost: 0.9,
      aim: { of: 'ratio', atLeast: 1 },
    },
    {
      name: 'pickup',
      unit: 'ms',
      ours: { value: 3.5 },
      theirs: { value: 1 },
      ratio: 3.5,
      ratios: [3.5],
      aim: { of: 'ours', atMost: 3 },
    },
    { name: 'untold', unit: 'ms', ours: { value: 1 }, theirs: { value: 1 }, ratio: 1, ratios: [1] },
  ],
};

it('says of each aim whether it was reached, whether it is a ratio or a value', () => {
  const [title, head, rate, latency, untold] = table(measured).split('\n');
  expect(title).toBe('Enqueue');
  expect(head).toMatch(/ours +bare +ratio/);
  expect(rate).toMatch(
    /one by one +5,000 jobs\/s +4,000 jobs\/s +1.25 +1.20–1.30 +0.90 +≥ 1 +reached +server 120, redis 31$/,
  );
  expect(latency).toMatch(/3.5 ms +1 ms +3.50 .*≤ 3 ms +MISSED$/);
  expect(untold).not.toMatch(/reached|MISSED/);
});

it('judges the CPU time where that is the aim', () => {
  const [row] = measured.rows;
  const costly = { ...measured, rows: [{ ...row!, aim: { of: 'cost' as const, atMost: 0.8 } }] };
  expect(table(costly)).toMatch(/CPU ≤ 0.8 +MISSED/);
});

it('counts what was reached among what was aimed at', () => {
  expect(summary([measured])).toBe('1 of 2 aims reached');
});
