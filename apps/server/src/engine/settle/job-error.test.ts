import { expect, test } from 'vitest';
import { jobErrorOf } from './job-error.ts';

test('a type that stands in the details is no longer than one that is sent as such', () => {
  const report = { code: 'x', message: 'm', details: { error_class: 'A'.repeat(1_000_000) } };
  expect(jobErrorOf(report, 1, 0).type).toBe('A'.repeat(255));
});
