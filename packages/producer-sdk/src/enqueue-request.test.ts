import { defineJob, uuidv7 } from '@ojs/client';
import { EnqueueRequest } from '@ojs/schema';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { enqueueRequest } from './enqueue-request.ts';

const job = defineJob('email.send', z.string(), { queue: 'email', priority: 5, retry: { maxAttempts: 7 } });
const id = uuidv7();
const optionsOf = (options: Parameters<typeof enqueueRequest>[3]) => enqueueRequest(job, id, ['a'], options).options;

it('makes an envelope that the server’s schema accepts', () => {
  const request = enqueueRequest(job, id, ['a'], {
    delayMs: 1_500,
    expiresAt: new Date(Date.UTC(2030, 0)),
    retry: {
      maxAttempts: 2,
      initialIntervalMs: 10,
      backoffCoefficient: 3,
      backoffStrategy: 'linear',
      maxIntervalMs: 1_000,
      jitter: false,
      nonRetryableErrors: ['Auth.*'],
      onExhaustion: 'dead_letter',
    },
    timeoutMs: 60_000,
    tags: ['t'],
    meta: { source: 'test' },
    unique: {
      by: ['queue'],
      argsKeys: ['0'],
      metaKeys: ['source'],
      periodMs: 500,
      states: ['active'],
      onConflict: 'ignore',
    },
    rateLimit: { key: 'smtp', concurrency: 2, rate: { limit: 5, periodMs: 1_000 }, onLimit: 'drop' },
    version: 2,
  });
  const parsed = EnqueueRequest.parse(JSON.parse(JSON.stringify(request)));
  expect(parsed).toMatchObject({
    id,
    type: 'email.send',
    args: ['a'],
    meta: { source: 'test' },
    options: { queue: 'email', priority: 5, scheduled_at: '+PT1.5S', expires_at: '2030-01-01T00:00:00.000Z' },
  });
  expect(parsed.options?.retry).toMatchObject({ max_attempts: 2, on_exhaustion: 'dead_letter' });
  expect(parsed.version).toBe(2);
  expect(parsed.options?.unique).toEqual({
    keys: ['type', 'queue', 'args', 'meta'],
    args_keys: ['0'],
    meta_keys: ['source'],
    period: 'PT0.5S',
    states: ['active'],
    on_conflict: 'ignore',
  });
  expect(parsed.options?.rate_limit).toEqual({
    key: 'smtp',
    concurrency: 2,
    rate: { limit: 5, period: 'PT1S' },
    on_limit: 'drop',
  });
});

it('lets the call win over the definition, but not by being silent', () => {
  expect(optionsOf({ queue: 'other', priority: undefined as never })).toMatchObject({ queue: 'other', priority: 5 });
  expect(optionsOf({})).toEqual({ queue: 'email', priority: 5, retry: { max_attempts: 7 } });
});

it('counts a delay from the server’s clock, down to a millisecond', () => {
  expect(optionsOf({ delayMs: 1 })).toMatchObject({ scheduled_at: '+PT0.001S' });
  expect(optionsOf({ scheduledAt: '+PT5M' })).toMatchObject({ scheduled_at: '+PT5M' });
});

it.each([
  [{ delayMs: 1, scheduledAt: '+PT1S' }, /delayMs say the same thing/],
  [{ delayMs: -1 }, /delayMs: must be a whole number/],
  [{ expiresAt: new Date('never') }, /expiresAt: is an invalid Date/],
  [{ unique: { periodMs: 0 } }, /unique.periodMs: must be a whole number/],
  [{ rateLimit: { key: 'k', rate: { limit: 1, periodMs: 0.5 } } }, /rateLimit.rate.periodMs/],
])('refuses options that mean nothing: %o', (options, message) => {
  expect(() => optionsOf(options)).toThrow(message);
});

it('refuses an id that the server would refuse', () => {
  expect(() => enqueueRequest(job, 'order-1', [], {})).toThrow(/id: must be a UUIDv7/);
});
