import { expect, test } from 'vitest';
import { report, summary } from '../src/report.ts';
import { soak } from '../src/soak.ts';

// The long form: `npm run soak -- --minutes 10`.
test('everything at once, killed at random, loses, doubles, blocks and leaks nothing', {
  timeout: 120_000,
}, async () => {
  const verdict = await soak({
    ...{ seconds: 6, seed: 1, servers: 2, workers: 3, applications: 4, calmMs: 60, peaceMs: 300 },
    ...{ redis: false, patienceMs: 20_000, tell: console.log },
  });
  console.log(report(verdict));
  expect(verdict.findings).toEqual([]);
  expect(summary(verdict)).toMatch(/^lost 0, doubled 0, /);
  expect(verdict.counts['jobs answered']).toBeGreaterThan(50);
});
