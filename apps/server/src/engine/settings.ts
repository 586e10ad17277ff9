import { LIMITS } from '@ojs/schema';

/** How long things are kept, and for how long they are held. Milliseconds, unless the name says otherwise. */
export interface EngineSettings {
  readonly leaseMs: number;
  readonly leaseMaxMs: number;
  readonly completedMs: number;
  readonly cancelledMs: number;
  readonly discardedMs: number;
  readonly deadLetterMs: number;
  /** Dead letters kept per queue; the oldest gives way. */
  readonly deadLetters: number;
  /** Events kept per tenant, about. */
  readonly events: number;
  /** How long a worker id stays bound to its principal after its last sign of life. */
  readonly workerMs: number;
  /** Worker ids that a principal may have in use at a time. */
  readonly workers: number;
  /** Attempts of a job that its history keeps besides the last; 0 keeps none. */
  readonly history: number;
  /** Bytes of records after which a fetch, or a page of dead letters, hands out no more: what is one answer is in memory at once. */
  readonly answerBytes: number;
  /** Bytes of results that one step of a workflow is handed, and of one that is handed on. */
  readonly handedOnBytes: number;
  /** How long the steps of a workflow may stand about before it is created. */
  readonly stagedMs: number;
  /** Cron entries of a tenant. */
  readonly crons: number;
  /** How long the checkpoint of a job that ended for good can still be read. */
  readonly checkpointMs: number;
  /** Between two progress events of one job (ojs-progress §6.2). */
  readonly progressEventMs: number;
  /** Queues that a tenant may have; fetches alone make a tenth of them. */
  readonly queues: number;
}

const DAY = 86_400_000;

export const DEFAULT_SETTINGS: EngineSettings = {
  leaseMs: 1_800_000,
  leaseMaxMs: DAY,
  completedMs: 7 * DAY,
  cancelledMs: 7 * DAY,
  discardedMs: 7 * DAY,
  deadLetterMs: 180 * DAY,
  deadLetters: 10_000,
  events: 10_000,
  workerMs: 3_600_000,
  workers: LIMITS.workers,
  history: 250,
  queues: LIMITS.queues,
  answerBytes: 16 * 1024 * 1024,
  handedOnBytes: 256 * 1024,
  stagedMs: 60_000,
  crons: 20_000,
  checkpointMs: 60_000,
  progressEventMs: 1_000,
};
