import type { JobState } from './api.ts';

/** When a job is tried again (ojs-retry §2). Intervals in milliseconds; what is not given is the server's default. */
export interface RetryOptions {
  /** Attempts in all, the first included; 0 means none. Default 3. */
  maxAttempts?: number;
  /** Default 1,000. */
  initialIntervalMs?: number;
  /** At least 1, default 2. */
  backoffCoefficient?: number;
  /** Default `exponential`. */
  backoffStrategy?: 'none' | 'linear' | 'exponential' | 'polynomial';
  /** Default 300,000. */
  maxIntervalMs?: number;
  /** Default true. */
  jitter?: boolean;
  /** Names of error classes that are not worth another attempt; `Auth.*` means all below. */
  nonRetryableErrors?: string[];
  /** What becomes of the job in the end. Default `discard`. */
  onExhaustion?: 'discard' | 'dead_letter';
}

/** When a job is a duplicate of one that exists (ojs-unique-jobs §2). The type always counts. */
export interface UniqueOptions {
  /** What else the two must have in common. Default: nothing else. */
  by?: ('queue' | 'args' | 'meta')[];
  /** Of the arguments, only these attributes; implies `args`. */
  argsKeys?: string[];
  /** Of the metadata, these names; needed for `meta`. */
  metaKeys?: string[];
  /** How long after its creation the existing job counts, in milliseconds. Default: as long as it is in one of `states`. */
  periodMs?: number;
  /** States in which the existing job counts. Default: all that have not ended. */
  states?: JobState[];
  /**
   * What becomes of the new job. `reject` (default): an {@link OjsError} with code `duplicate`. `ignore`: the handle is that of
   * the existing job. `replace`: the existing one is cancelled; `replace_except_schedule`: and its moment is kept.
   */
  onConflict?: 'reject' | 'ignore' | 'replace' | 'replace_except_schedule';
}

/** How many jobs with the same key may be worked on (ojs-rate-limiting §6), whatever their type or queue. */
export interface RateLimitOptions {
  key: string;
  /** Active at once. */
  concurrency?: number;
  /** So many starts in a period. */
  rate?: { limit: number; periodMs: number };
  /** So many starts in a period, evenly spaced. */
  throttle?: { limit: number; periodMs: number };
  /** What becomes of a job whose turn it is and which may not start. Default `wait`. */
  onLimit?: 'wait' | 'reschedule' | 'drop';
}

/** How one job differs from others of its type. */
export interface EnqueueOptions {
  /** Default `default`. */
  queue?: string;
  /** -100 to 100, higher first. Default 0. */
  priority?: number;
  /** Not before so many milliseconds from now, by the server's clock. */
  delayMs?: number;
  /** Not before this moment. */
  scheduledAt?: Date | string;
  /** Not worth doing after this moment: a job not started by then is discarded. */
  expiresAt?: Date | string;
  retry?: RetryOptions;
  /** Longest run of one attempt, in milliseconds. */
  timeoutMs?: number;
  tags?: string[];
  /** Which jobs it is a duplicate of, and what then. */
  unique?: UniqueOptions;
  rateLimit?: RateLimitOptions;
  /** Of the arguments' shape: `'MAJOR.MINOR'`, or a whole number. The handler reads it as `ctx.version`. */
  version?: string | number;
  /** Metadata; never secrets. */
  meta?: Record<string, unknown>;
  /** A UUIDv7 of your own ({@link uuidv7}), so that repeating the call, even from another process, makes no second job. */
  id?: string;
}
