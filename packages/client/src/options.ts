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
  /** Metadata; never secrets. */
  meta?: Record<string, unknown>;
  /** A UUIDv7 of your own ({@link uuidv7}), so that repeating the call, even from another process, makes no second job. */
  id?: string;
}
