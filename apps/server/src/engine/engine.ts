import type {
  EffectiveRetryPolicy,
  Handlers,
  HistoryEvent,
  Job,
  JobError,
  JobErrorReport,
  JobState,
  JobSummary,
  OjsEvent,
  QueueConfig,
  QueueCounts,
  QueueStatus,
} from '@ojs/schema';
import type { Attempts } from './attempts/attempts.ts';
import type { Bulk, DeadLetterFilter, DeadLetterPage, DeadLetterQuery, DeadLetterStats } from './bulk/selection.ts';
import type { Caller, LeaseClaim } from './caller.ts';
import type { Crons } from './crons/crons.ts';
import type { EventFollower } from './events/follow.ts';
import type { LoggedEvent } from './events/log.ts';
import type { Limits } from './limits.ts';
import type { NewJob } from './new-job.ts';
import type { QueueControl } from './queues/queue-control.ts';
import type { Webhooks } from './webhooks/webhooks.ts';
import type { Workflows } from './workflows/workflows.ts';

export type { Caller, LeaseClaim } from './caller.ts';
export type { NewJob } from './new-job.ts';

export interface Fetch {
  readonly queues: readonly string[];
  readonly count: number;
  readonly workerId?: string;
  /** Milliseconds; absent: the job's own, else the server's default. */
  readonly leaseMs?: number;
  /** Absent: as the worker last said. */
  readonly handlers?: Handlers;
  /** Called when there was nothing for the caller, but jobs of versions that it does not take. */
  readonly onOthersOnly?: () => void;
}

/** How an attempt ended. Moments are RFC 3339. */
export interface Settled extends JobSummary {
  /** Since the attempt began. */
  readonly durationMs: number;
  readonly completedAt?: string;
  readonly discardedAt?: string;
  readonly nextAttemptAt?: string;
  readonly retryDelayMs?: number;
}

export interface Heartbeat {
  readonly workerId: string;
  readonly ids: readonly string[];
  readonly leaseMs?: number;
  /** Absent: as it last said. */
  readonly state?: WorkerState;
  /** How many jobs the worker has; absent: as many as it names. */
  readonly active?: number;
  /** Which versions it takes (ojs-job-versioning §8.1); absent: as it last said, empty: any. */
  readonly handlers?: Handlers;
}

/** What a worker may say of itself (ojs-worker-protocol §2.1), `drain` and `shutting_down` as existing clients do. Only `running` ones are handed jobs. */
export type WorkerState = 'running' | 'quiet' | 'terminate' | 'drain' | 'shutting_down';

export interface WorkerRecord {
  readonly state: WorkerState;
  readonly active: number;
  /** Milliseconds since the epoch. */
  readonly seen: number;
}

export interface HeartbeatOutcome {
  readonly extended: readonly string[];
  readonly lost: readonly string[];
  /** `metadata.test_directive` of an active job, if one carries it; the caller decides whether to believe it. */
  readonly directive?: string;
  readonly state: WorkerState;
  readonly now: number;
}

/** A page of queues, by name. */
export interface QueuePage {
  readonly visible: (queue: string) => boolean;
  /** Only names after this one. */
  readonly after?: string | undefined;
  readonly offset: number;
  readonly limit: number;
}

export interface QueueDetails {
  readonly name: string;
  readonly status: QueueStatus;
  readonly counts: QueueCounts;
  readonly createdAt: string;
  readonly config: QueueConfig;
}

export interface Overview {
  /** Jobs by state, queues of the same name added up over the tenants. */
  readonly queues: ReadonlyMap<string, Readonly<Record<JobState, number>>>;
  /** Queues that were not counted. */
  readonly skipped: number;
  /** Workers that were seen within 30 seconds. */
  readonly workers: number;
}

export interface EventFilter {
  readonly matches: (event: LoggedEvent) => boolean;
  readonly after?: string;
  readonly limit: number;
}

/**
 * The job engine in the specification's words. It knows tenants and jobs, never credentials. Every method that changes
 * something does so in one atomic script: it happens whole, or not at all and one of the errors of `errors.ts` is thrown.
 */
export interface Engine {
  /**
   * All or none. Where a unique job ignores a conflict, the answer is the job that exists: its id is not the one sent.
   * @throws {JobExists} {@link DuplicateJob} {@link ReplaceForbidden} {@link TooManyReplaced} {@link StaleAccess}
   */
  push(tenant: string, caller: Caller, jobs: readonly NewJob[]): Promise<Job[]>;
  /** Claims up to `count` jobs, left queue first. @throws {WorkerTaken} {@link TooManyWorkers} {@link WorkerDraining} {@link StaleAccess} */
  fetch(tenant: string, caller: Caller, fetch: Fetch): Promise<Job[]>;
  /**
   * Resolves when a job may have become available in one of the queues, or the time is up, or the signal fires.
   * @param othersOnly what is there now is not for the caller: it must not resolve by that
   */
  waitForJobs(
    tenant: string,
    queues: readonly string[],
    ms: number,
    signal: AbortSignal,
    othersOnly?: boolean,
  ): Promise<void>;
  /** @throws {LeaseLost} {@link NoSuchJob} {@link StaleAccess} */
  ack(tenant: string, caller: Caller, claim: LeaseClaim, result: unknown): Promise<Settled>;
  /** @throws {LeaseLost} {@link NoSuchJob} {@link StaleAccess} */
  nack(tenant: string, caller: Caller, claim: LeaseClaim, error: JobErrorReport): Promise<Settled>;
  /** Gives a leased job back without counting a failure. @throws {LeaseLost} {@link NoSuchJob} {@link StaleAccess} */
  requeue(tenant: string, caller: Caller, claim: LeaseClaim): Promise<Settled>;
  /** Jobs of others are reported as lost, like jobs that do not exist. @throws {WorkerTaken} {@link TooManyWorkers} {@link StaleAccess} */
  heartbeat(tenant: string, caller: Caller, beat: Heartbeat): Promise<HeartbeatOutcome>;
  /** What the principal's worker last said of itself; undefined for one that was not seen within an hour, or is another's. */
  worker(tenant: string, principal: string, workerId: string): Promise<WorkerRecord | undefined>;

  /** What attempts tell and leave behind: progress, checkpoints. */
  readonly attempts: Attempts;

  /** The queue that a job is in, or undefined. Cheap: answered from memory for jobs that this process saw. */
  locate(tenant: string, id: string): Promise<string | undefined>;
  info(tenant: string, id: string): Promise<Job | undefined>;
  /** What happened to the job, oldest first; undefined when it is not in the queue. */
  history(tenant: string, id: string, queue: string): Promise<HistoryEvent[] | undefined>;
  /** Forgets it until now. @throws {NoSuchJob} {@link StaleAccess} */
  forgetHistory(tenant: string, caller: Caller, id: string, queue: string): Promise<void>;
  /** Resolves when the job may have reached a terminal state, or the time is up, or the signal fires. */
  waitForJob(tenant: string, id: string, ms: number, signal: AbortSignal): Promise<void>;
  /** @throws {WrongState} {@link NoSuchJob} {@link StaleAccess} */
  cancel(tenant: string, caller: Caller, id: string, queue: string): Promise<{ job: Job; previous: JobState }>;
  /** @throws {WrongState} {@link NoSuchJob} {@link StaleAccess} */
  activate(tenant: string, caller: Caller, id: string, queue: string): Promise<{ job: Job; previous: JobState }>;

  isDeadLetter(tenant: string, id: string, queue: string): Promise<boolean>;
  /** Newest first. @throws {BadCursor} */
  deadLetters(tenant: string, query: DeadLetterQuery): Promise<DeadLetterPage>;
  deadLetterStats(tenant: string, filter: DeadLetterFilter): Promise<DeadLetterStats>;
  /** Attempt 0, available, its errors become `previous_errors`. @throws {NoSuchJob} {@link StaleAccess} */
  retryDeadLetter(tenant: string, caller: Caller, id: string, queue: string): Promise<Job>;
  /** @throws {NoSuchJob} {@link StaleAccess} */
  deleteDeadLetter(tenant: string, caller: Caller, id: string, queue: string): Promise<void>;

  readonly bulk: Bulk;
  /** Cron entries. */
  readonly crons: Crons;

  /** By name; `next` is what the next page comes after. */
  queues(tenant: string, page: QueuePage): Promise<{ queues: QueueDetails[]; total: number; next?: string }>;
  /** Undefined when it does not exist. */
  queue(tenant: string, queue: string): Promise<QueueDetails | undefined>;
  stats(tenant: string, queue: string): Promise<(QueueCounts & { paused: boolean }) | undefined>;
  /** Pausing makes a queue that does not exist. @returns false when it does not. @throws {TooManyQueues} {@link StaleAccess} */
  setPaused(tenant: string, caller: Caller, queue: string, paused: boolean): Promise<boolean>;
  readonly queueControl: QueueControl;
  readonly limits: Limits;
  /** Newest first; with `after`, oldest first from there on. */
  events(tenant: string, filter: EventFilter): Promise<{ events: OjsEvent[]; hasMore: boolean }>;
  /** The events after the one with this id, or from now on, as they happen. */
  followEvents(tenant: string, after?: string): Promise<EventFollower>;
  readonly webhooks: Webhooks;

  /** What all tenants have together, of at most `mostQueues` queues. */
  overview(mostQueues: number): Promise<Overview>;

  readonly workflows: Workflows;

  /** Round trip to Redis in milliseconds. @throws when it does not answer. */
  ping(): Promise<number>;
  /** Does at once all that is due in the tenant; {@link start} makes that happen by itself. */
  sweep(tenant: string): Promise<void>;
  /** Begins promoting due jobs and ending leases; stops with {@link close}. */
  start(): void;
  close(): Promise<void>;
}

/** What becomes of a job whose attempt failed (pure; see `retry.ts`). */
export type Verdict =
  | { readonly state: 'retryable'; readonly delayMs: number }
  | { readonly state: 'available' }
  | { readonly state: 'discarded'; readonly deadLetter: boolean };

export interface FailureContext {
  readonly policy: EffectiveRetryPolicy;
  readonly attempt: number;
  readonly error: JobError;
  /** In [0, 1); injected so that the decision is a pure function. */
  readonly random: number;
}
