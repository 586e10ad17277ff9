import { describe, expect, it } from 'vitest';
import { OjsConnectionError, OjsError, OjsValidationError } from './errors.ts';
import { backoffMs, DEFAULT_RETRY, mayRepeat, nextDelayMs, retryAfterMs } from './retry.ts';

const lost = new OjsConnectionError('lost', { code: 'connection_failed', retryable: true });
const answered = (status: number, more: object = {}): OjsError => new OjsError('no', { code: 'x', status, ...more });

describe('whether to try again', () => {
  it.each([408, 429, 502, 503, 504])('yes after status %i', (status) => {
    expect(nextDelayMs(answered(status), 1, DEFAULT_RETRY, 0.5)).toBeGreaterThan(0);
  });

  it('yes after a lost connection, and where the server says so', () => {
    expect(nextDelayMs(lost, 1, DEFAULT_RETRY, 0.5)).toBeGreaterThan(0);
    expect(nextDelayMs(answered(500, { retryable: true }), 1, DEFAULT_RETRY, 0.5)).toBeGreaterThan(0);
  });

  it.each([
    answered(400),
    answered(401),
    answered(403),
    answered(409),
    answered(500),
    new OjsConnectionError('certificate', { code: 'certificate_refused' }),
    new OjsValidationError('x', []),
    new Error('aborted'),
  ])('no after %s', (error) => {
    expect(nextDelayMs(error, 1, DEFAULT_RETRY, 0.5)).toBeUndefined();
  });

  it('no more often than allowed', () => {
    expect(nextDelayMs(lost, DEFAULT_RETRY.retries, DEFAULT_RETRY, 0.5)).toBeDefined();
    expect(nextDelayMs(lost, DEFAULT_RETRY.retries + 1, DEFAULT_RETRY, 0.5)).toBeUndefined();
  });

  it('no for what is not safe to send twice', () => {
    for (const id of ['retryDeadLetter', 'purgeQueue', 'deleteQueue', 'createWebhook', 'rotateWebhookSecret'] as const)
      expect([id, mayRepeat(id)]).toEqual([id, false]);
    for (const id of ['triggerCron', 'cancelJobs', 'retryJobs', 'deleteJobs', 'retryWebhookDelivery'] as const)
      expect([id, mayRepeat(id)]).toEqual([id, false]);
    for (const id of ['enqueueJob', 'createWorkflow', 'getJobHistory', 'configureQueue', 'deleteWebhook'] as const)
      expect([id, mayRepeat(id)]).toEqual([id, true]);
  });
});

describe('how long to wait', () => {
  it('is anything below an exponential bound, which is capped', () => {
    const settings = { baseMs: 100, capMs: 1_000 };
    expect([1, 2, 3, 9, 99].map((attempt) => backoffMs(attempt, settings, 0.999))).toEqual([99, 199, 399, 999, 999]);
    expect(backoffMs(5, settings, 0)).toBe(0);
  });

  it('is at least what the server asks for', () => {
    const delay = nextDelayMs(answered(429, { retryAfterMs: 2_000 }), 1, DEFAULT_RETRY, 0);
    expect(delay).toBe(2_000);
  });

  it('ends the tries when the server asks for too long', () => {
    expect(nextDelayMs(answered(429, { retryAfterMs: 3_600_000 }), 1, DEFAULT_RETRY, 0)).toBeUndefined();
  });

  it('reads Retry-After as seconds or as a date', () => {
    const now = Date.parse('2026-01-01T00:00:00Z');
    expect(retryAfterMs('3', now)).toBe(3_000);
    expect(retryAfterMs('Thu, 01 Jan 2026 00:00:05 GMT', now)).toBe(5_000);
    expect(retryAfterMs('soon', now)).toBeUndefined();
    expect(retryAfterMs(undefined, now)).toBeUndefined();
  });
});
