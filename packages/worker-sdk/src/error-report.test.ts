import { OjsValidationError } from '@ojs/client';
import { JobErrorReport } from '@ojs/schema';
import { expect, it } from 'vitest';
import { errorReport, misfitReport } from './error-report.ts';
import { NonRetryableError } from './worker-errors.ts';

it('makes a report that the server’s schema accepts, of whatever was thrown', () => {
  const odd = Object.assign(new Error('x'.repeat(100_000)), {
    name: 'N'.repeat(1_000),
    stack: 'x\n    at y\n'.repeat(9_999),
  });
  for (const thrown of [new TypeError('boom'), 'text', undefined, null, 7n, Symbol('s'), {}, odd]) {
    expect(JobErrorReport.safeParse(JSON.parse(JSON.stringify(errorReport(thrown)))).success).toBe(true);
  }
  expect(errorReport(odd).backtrace?.length).toBeLessThanOrEqual(50);
});

it('makes one also of what cannot be read', () => {
  const hostile = new Proxy(new Error('x'), {
    get: () => {
      throw new Error('no');
    },
  });
  const nameless = Object.assign(new Error('x'), { name: undefined, message: undefined });
  for (const thrown of [hostile, nameless, Object.create(null)])
    expect(JobErrorReport.safeParse(errorReport(thrown)).success).toBe(true);
});

it('names the class of the error, also when it did not name itself', () => {
  class Declined extends Error {}
  expect(errorReport(new Declined('x'))).toMatchObject({ type: 'Declined', details: { error_class: 'Declined' } });
  expect(errorReport(new RangeError('x')).type).toBe('RangeError');
  expect(errorReport('x').type).toBe('string');
});

it('says nothing about retrying unless the handler did', () => {
  expect(errorReport(new Error('x'))).not.toHaveProperty('retryable');
  expect(errorReport(new NonRetryableError('x')).retryable).toBe(false);
});

it('tells where something does not fit, never what was there', () => {
  const error = new OjsValidationError('x', [{ path: 'args/0/card', message: 'must be a number (was "canary")' }]);
  expect(misfitReport(error)).toMatchObject({
    code: 'invalid_payload',
    retryable: false,
    details: { paths: ['args/0/card'] },
  });
  expect(JSON.stringify([misfitReport(error), errorReport(error)])).not.toContain('canary');
});
