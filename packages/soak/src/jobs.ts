import { defineJob } from '@ojs/producer-sdk';
import { z } from 'zod';

/** What a handler is to do. */
export const Plan = z.object({
  /** Names what was asked for: two jobs with one mark are one too many. */
  mark: z.string(),
  takesMs: z.int().default(0),
  /** So many attempts fail first, in the first life. */
  failures: z.int().default(0),
  ending: z.enum(['return', 'refuse', 'hang']).default('return'),
  /** How many steps it saves a checkpoint after, in each attempt. */
  saves: z.int().default(0),
  /** What a unique policy looks at. */
  slot: z.string().default(''),
});
export type Plan = z.infer<typeof Plan>;
/** The same as it is asked for. */
export type Wish = z.input<typeof Plan>;

/** Where a careless worker takes part. */
export const CARELESS = 'careless';
/** Worked on by every worker; `narrow` has a limit of its own, `pausable` is paused now and then, `hooked` is told to a webhook. */
export const QUEUES = ['urgent', 'default', 'bulk', 'pausable', 'narrow', 'hooked', 'flow', 'cron', CARELESS] as const;
export type Queue = (typeof QUEUES)[number];

/** Jobs of the queue `narrow` active at once. */
export const NARROW = 3;
/** Starts of the jobs that share the key `rate`. */
export const RATE = { limit: 3, periodMs: 1_000 };
/** Of jobs that share the key: active at once. */
export const LIMITS: Readonly<Record<string, number>> = { bank: 2, press: 1 };

const result = z.object({ mark: z.string() });
/** Goes on until it succeeds: nothing but a cancellation keeps it from being completed. */
const patient = { maxAttempts: 200, initialIntervalMs: 20, maxIntervalMs: 200 };

export const work = defineJob('soak.work', Plan, { retry: patient, result });
export const unique = defineJob('soak.unique', Plan, { retry: patient, result });
export const step = defineJob('soak.step', Plan, { queue: 'flow', retry: patient, result });
/** A step that may fail for good. */
export const shaky = defineJob('soak.shaky', Plan, { queue: 'flow', retry: { ...patient, maxAttempts: 1 }, result });
export const tick = defineJob('soak.tick', Plan, { queue: 'cron', retry: patient, result });
/** Fails in its first life; an operator may give it another. */
export const doomed = defineJob('soak.doomed', Plan, {
  retry: { ...patient, maxAttempts: 2, onExhaustion: 'dead_letter' },
  result,
});
export const HANDLED = [work, unique, step, shaky, tick, doomed] as const;
export type SoakJob = typeof work;
