import type { Job, JobState } from '@ojs/schema';
import type { Caller } from '../caller.ts';
import type { NoSuchJob, WrongState } from '../errors.ts';

/** Which dead letters; of what is given, everything must hold. */
export interface DeadLetterFilter {
  readonly visible: (queue: string) => boolean;
  readonly queue?: string | undefined;
  /** A type, or its beginning and `*`. */
  readonly type?: string | undefined;
  /** Of the error that ended the job. */
  readonly errorType?: string | undefined;
  /** When it was discarded, in milliseconds since the epoch; both included. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
}

/** `cursor` is a `next` of an earlier page; without, `offset` skips. */
export interface DeadLetterQuery extends DeadLetterFilter {
  readonly limit: number;
  readonly offset: number;
  readonly cursor?: string | undefined;
}

export interface DeadLetterPage {
  readonly jobs: readonly Job[];
  /** With a filter by type or error: of those among the ten thousand that one question looks at. */
  readonly total: number;
  /** Where the next page begins; undefined on the last one. */
  readonly next?: string;
}

export interface DeadLetterStats {
  readonly total: number;
  readonly byQueue: Readonly<Record<string, number>>;
  /** Of the newest `looked`. */
  readonly byErrorType: Readonly<Record<string, number>>;
  readonly looked: number;
  readonly oldestAt?: string;
  readonly newestAt?: string;
  readonly nextPruneAt?: string;
  readonly maxAgeMs: number;
  readonly maxCount: number;
}

/** Which jobs a bulk operation means; of what is given, everything must hold. Moments in ms since the epoch, excluded. */
export interface JobFilter {
  readonly visible: (queue: string) => boolean;
  readonly states: readonly JobState[];
  readonly queue?: string | undefined;
  /** A type, or its beginning and `*`. */
  readonly type?: string | undefined;
  readonly errorType?: string | undefined;
  readonly priority?: number | undefined;
  readonly createdAfter?: number | undefined;
  readonly createdBefore?: number | undefined;
  readonly enqueuedAfter?: number | undefined;
  readonly enqueuedBefore?: number | undefined;
  /** Names and values that the job's metadata has, among others. */
  readonly meta?: Readonly<Record<string, unknown>> | undefined;
  readonly tags?: readonly string[] | undefined;
}

/** A job and, where it was found by its state, that state: it is moved only if it still is in it. */
export interface Selected {
  readonly id: string;
  readonly queue: string;
  readonly state?: JobState;
}

/** Some of the jobs that a filter selects. `next` is where the selection goes on; absent with the last of it. */
export interface Slice {
  readonly found: readonly Selected[];
  /** How many were looked at to find them. */
  readonly looked: number;
  readonly next?: string;
}

/** Many jobs at once, a slice a script: each is moved whole or not at all, and not all of them together. */
export interface Bulk {
  /** @throws {BadCursor} */
  select(tenant: string, filter: JobFilter, cursor?: string): AsyncIterable<Slice>;
  /** @throws {BadCursor} */
  selectDeadLetters(tenant: string, filter: DeadLetterFilter, cursor?: string): AsyncIterable<Slice>;
  /**
   * Moves up to 100 jobs in one script. @throws {StaleAccess}
   * @returns of each why it was not moved, or would not be, or undefined
   */
  move(
    tenant: string,
    caller: Caller,
    move: BulkMove,
    jobs: readonly Selected[],
    how?: Extent,
  ): Promise<(NoSuchJob | WrongState | undefined)[]>;
}

/** `each` (default) for itself, the `whole` or nothing, or nothing at all: a `look` at what would be moved. */
export type Extent = 'each' | 'whole' | 'look';

/** `cancel-waiting` leaves active jobs alone; `retry` starts discarded jobs anew and ends the back-off of retryable ones. */
export type BulkMove = 'cancel-waiting' | 'retry' | 'delete' | 'retry-dead-letter' | 'delete-dead-letter';
