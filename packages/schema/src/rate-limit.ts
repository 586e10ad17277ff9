import { z } from 'zod';
import { Duration, parseDuration } from './time.ts';

/** Longest window: what it counts is kept that long. Shortest: below it, a window says nothing a concurrency limit would not. */
export const RATE_PERIOD_MAX_MS = 31 * 86_400_000;
export const RATE_PERIOD_MIN_MS = 100;
/** The largest number that a limit can state. */
export const RATE_LIMIT_MAX = 1_000_000;

/** ojs-rate-limiting §6.2. */
export const RateLimitKey = z
  .string()
  .regex(/^[a-zA-Z0-9][a-zA-Z0-9._:-]{0,254}$/)
  .meta({ id: 'RateLimitKey', example: 'stripe-api' });

const WORDS = { second: 1_000, minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;
const inRange = (text: string): boolean => {
  const ms = parseDuration(text) ?? 0;
  return ms >= RATE_PERIOD_MIN_MS && ms <= RATE_PERIOD_MAX_MS;
};
const Period = Duration.refine(inRange, 'must be between 0.1 seconds and 31 days');
const Count = z.int().min(1).max(RATE_LIMIT_MAX);

/** So many starts in a period (ojs-rate-limiting §6.1). */
export const Rate = z.object({ limit: Count, period: Period }).strict().meta({ id: 'Rate' });
export type Rate = z.infer<typeof Rate>;

/**
 * ojs-rate-limiting §6.1. Besides, two short forms that clients send: `rate` as a number with `period` beside it (a
 * duration, or `second`, `minute`, `hour`, `day`), and `max_per_second`, whose key is the job's queue unless one is named.
 */
export const RateLimit = z
  .object({
    key: RateLimitKey.optional(),
    concurrency: z
      .int()
      .min(0)
      .max(RATE_LIMIT_MAX)
      .nullish()
      .meta({ description: 'Jobs of the key that are active at once' }),
    rate: z.union([Count, Rate]).nullish(),
    period: z.union([z.enum(['second', 'minute', 'hour', 'day']), Period]).optional(),
    throttle: Rate.nullish().meta({ description: 'Starts that are evenly spaced' }),
    max_per_second: Count.optional(),
    on_limit: z.enum(['wait', 'reschedule', 'drop']).optional(),
  })
  .strict()
  .superRefine(({ key, concurrency, rate, period, throttle, max_per_second }, { addIssue }) => {
    const issue = (field: string, message: string): void =>
      addIssue({ code: 'custom', path: [field], message, input: undefined });
    const limits = [concurrency, rate, throttle, max_per_second].filter(
      (limit) => limit !== undefined && limit !== null,
    );
    if (limits.length === 0) issue('concurrency', 'is required unless there is rate, throttle or max_per_second');
    if (key === undefined && max_per_second === undefined) issue('key', 'is required');
    if (max_per_second !== undefined && rate) issue('max_per_second', 'contradicts rate, which says the same');
    if (typeof rate === 'number' && period === undefined) issue('period', 'is required beside a rate that is a number');
    if (typeof rate !== 'number' && period !== undefined) issue('period', 'belongs beside a rate that is a number');
  })
  .meta({ id: 'RateLimit' });
export type RateLimit = z.infer<typeof RateLimit>;

/**
 * ojs-rate-limiting §10.1. A key of which nothing is active, nothing waits and nothing is counted is one that says so: keys are
 * no records. The limits told are those of one job of the key; each job is judged by its own.
 */
export const RateLimitAnswer = z
  .object({
    key: z.string(),
    concurrency: z.object({ limit: z.int().optional(), active: z.int(), available: z.int().optional() }),
    rate: Rate.extend({ current_count: z.int(), window_resets_at: z.string() }).optional(),
    throttle: Rate.extend({ next_allowed_at: z.string() }).optional(),
    waiting_count: z.int(),
  })
  .meta({ id: 'RateLimitAnswer' });
export type RateLimitAnswer = z.infer<typeof RateLimitAnswer>;

/** So many starts in so many milliseconds. */
export interface EffectiveRate {
  readonly limit: number;
  readonly periodMs: number;
}

/** A rate limit in one form, its key decided. */
export interface EffectiveRateLimit {
  readonly key: string;
  readonly concurrency?: number;
  readonly rate?: EffectiveRate;
  readonly throttle?: EffectiveRate;
  readonly onLimit: 'wait' | 'reschedule' | 'drop';
}

export const effectiveRate = ({ limit, period }: Rate): EffectiveRate => ({
  limit,
  periodMs: parseDuration(period) ?? RATE_PERIOD_MIN_MS,
});

function rateOf({ rate, period, max_per_second }: RateLimit): EffectiveRate | undefined {
  if (max_per_second !== undefined) return { limit: max_per_second, periodMs: 1_000 };
  if (typeof rate !== 'number') return rate ? effectiveRate(rate) : undefined;
  const word = Object.entries(WORDS).find(([name]) => name === period);
  return word ? { limit: rate, periodMs: word[1] } : effectiveRate({ limit: rate, period: period ?? 'PT1S' });
}

/** The limit that a job in the queue asks for. */
export function effectiveRateLimit(sent: RateLimit, queue: string): EffectiveRateLimit {
  const rate = rateOf(sent);
  return {
    key: sent.key ?? `queue:${queue}`,
    ...(typeof sent.concurrency === 'number' && { concurrency: sent.concurrency }),
    ...(rate && { rate }),
    ...(sent.throttle && { throttle: effectiveRate(sent.throttle) }),
    onLimit: sent.on_limit ?? 'wait',
  };
}
