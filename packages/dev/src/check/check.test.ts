import { expect, test } from 'vitest';
import { worthReading } from '../conformance/server-log.ts';
import { countTests } from './vitest.ts';

const report = (passed: number, failed: number, broken = 0) => ({
  numPassedTests: passed,
  numFailedTests: failed,
  testResults: Array.from({ length: broken }, () => ({ status: 'failed', assertionResults: [] })),
});

test('a test file that cannot be loaded counts as a failure', () => {
  expect(countTests(report(3, 0, 1), 1)).toEqual({ passed: 3, failed: 1 });
});

test('an error outside of any test counts as a failure', () => {
  expect(countTests(report(3, 0), 1)).toEqual({ passed: 3, failed: 1 });
  expect(countTests(report(3, 2), 1)).toEqual({ passed: 3, failed: 2 });
  expect(countTests(report(3, 0), 0)).toEqual({ passed: 3, failed: 0 });
});

test('of a server log the warnings and what is not JSON are worth reading', () => {
  const log = ['{"severity_number":9,"message":"ready"}', '{"severity_number":17,"message":"bad"}', 'Error: stack'];
  expect(worthReading(log.join('\n'))).toBe(log.slice(1).join('\n'));
});
