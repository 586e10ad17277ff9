import type { RateLimit, RetryPolicy, UniquePolicy } from '@ojs/schema';

/** A job to enqueue: validated, normalised, times in milliseconds since the epoch. */
export interface NewJob {
  readonly id: string;
  readonly type: string;
  readonly queue: string;
  readonly args: readonly unknown[];
  readonly meta: Readonly<Record<string, unknown>>;
  readonly priority: number;
  readonly pending: boolean;
  /** As the client wrote it (absolute), and as a moment; absent means now. */
  readonly scheduledAt?: { readonly text: string; readonly ms: number };
  readonly expiresAt?: { readonly text: string; readonly ms: number };
  readonly timeoutMs?: number;
  /** Length of a lease when the fetch names none. */
  readonly leaseMs?: number;
  /** How long its result is kept; 0 keeps none. Absent: as long as the job. */
  readonly resultTtlMs?: number;
  readonly retry?: RetryPolicy;
  readonly rateLimit?: RateLimit;
  readonly unique?: UniquePolicy;
  readonly tags?: readonly string[];
  readonly schema?: string;
  /** Of the arguments' shape (ojs-job-versioning §5), as the client wrote it. */
  readonly version?: string | number;
  /** Attributes that the client added, returned flat beside the others. */
  readonly extra?: Readonly<Record<string, unknown>>;
  /** `options.metadata`; never interpreted outside development. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** Set where it is a step of a workflow: `wf` of its record. */
  readonly step?: string;
}
