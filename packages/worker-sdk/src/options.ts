import { type ConnectionOptions, OjsConfigurationError, uuidv7 } from '@ojs/client';
import type { WorkerEvent } from './events.ts';

/** Options of `createWorker`, beside where the server is and who is asking. Times in milliseconds. */
export interface WorkerOptions extends ConnectionOptions {
  /** Which queues to serve, the most important first. Default `['default']`. */
  queues?: readonly string[];
  /** How many handlers run at once, 1 to 1,000. Default 10. */
  concurrency?: number;
  /** How long the server waits for news of a job before it gives it to another worker. Default 60,000. */
  leaseMs?: number;
  /** How often leases are extended. Default 5,000 (ojs-worker-protocol §4.2), and never less than three times a lease. */
  heartbeatMs?: number;
  /** How long one poll waits for a job. Default and at most 25,000. */
  waitMs?: number;
  /** How long `stop` lets active jobs finish. Default 25,000 (ojs-worker-protocol §7.3). */
  graceMs?: number;
  /** Default: `worker_` and a UUIDv7. Two running workers must not share one. */
  workerId?: string;
  /**
   * For a process that is nothing but this worker: SIGTERM stops it in good order and SIGINT at once, and then the
   * process ends; SIGTSTP stops fetching, SIGCONT resumes. Default false.
   */
  handleSignals?: boolean;
  /**
   * With `@opentelemetry/api` and an SDK in place, each attempt is a span that links to the one that enqueued the job.
   * `join`: it is part of that one's trace, so that one trace leads from the producer to the handler. `link`: it begins a
   * trace of its own, as ojs-distributed-tracing §6.1 has it, which suits jobs that run long after. Default `join`.
   */
  traces?: 'join' | 'link';
  /** Hears what happens, for logs and metrics. Default: failures become process warnings. */
  onEvent?: (event: WorkerEvent) => void;
}

/** What a worker runs with: every gap filled, every value checked. */
export interface WorkerSettings {
  readonly queues: readonly string[];
  readonly concurrency: number;
  readonly leaseMs: number;
  readonly heartbeatMs: number;
  readonly waitMs: number;
  readonly graceMs: number;
  readonly workerId: string;
  readonly joinTraces: boolean;
}

const QUEUES_MAX = 100;
const CONCURRENCY_MAX = 1_000;
const WAIT_MAX_MS = 25_000;
const DAY_MS = 86_400_000;
const QUEUE = /^[a-zA-Z0-9._-]{1,255}$/;
const WORKER_ID = /^[A-Za-z0-9._:@-]{1,128}$/;

/** @throws {OjsConfigurationError} that names the option and its rule */
export function workerSettings(options: WorkerOptions): WorkerSettings {
  const { queues = ['default'], workerId = `worker_${uuidv7()}` } = options;
  if (queues.length === 0 || queues.length > QUEUES_MAX || !queues.every((queue) => QUEUE.test(queue)))
    throw new OjsConfigurationError(`\`queues\` must be 1 to ${QUEUES_MAX} names that match ${QUEUE.source}`);
  if (!WORKER_ID.test(workerId)) throw new OjsConfigurationError(`\`workerId\` must match ${WORKER_ID.source}`);
  return {
    queues: [...queues],
    workerId,
    joinTraces: options.traces !== 'link',
    concurrency: whole('concurrency', options.concurrency ?? 10, 1, CONCURRENCY_MAX),
    leaseMs: whole('leaseMs', options.leaseMs ?? 60_000, 1_000, DAY_MS),
    heartbeatMs: whole('heartbeatMs', options.heartbeatMs ?? 5_000, 100, DAY_MS),
    waitMs: whole('waitMs', options.waitMs ?? WAIT_MAX_MS, 0, WAIT_MAX_MS),
    graceMs: whole('graceMs', options.graceMs ?? 25_000, 0, DAY_MS),
  };
}

export function whole(name: string, value: number, min: number, max: number): number {
  if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
  throw new OjsConfigurationError(`\`${name}\` must be a whole number from ${min} to ${max}`);
}
