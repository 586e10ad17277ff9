import { LIMITS } from '@ojs/schema';
import { whole } from './fields.ts';

const MIB = 1024 * 1024;
const DAY_MS = 86_400_000;

/**
 * What a limit may be set to. Where the request schemas state a limit themselves, it can only be lowered; where it
 * keeps the server alive (depth), there is a ceiling.
 */
const BOUNDS: { readonly [K in keyof typeof LIMITS]: readonly [min: number, max: number] } = {
  argsBytes: [2, 64 * MIB],
  metaBytes: [2, 64 * MIB],
  bodyBytes: [1024, 128 * MIB],
  batchBodyBytes: [1024, 128 * MIB],
  batchJobs: [1, LIMITS.batchJobs],
  depth: [4, 128],
  connectionsPerClient: [1, 100_000],
  connections: [1, 1_000_000],
  requestMs: [1_000, 600_000],
  headersMs: [1_000, 600_000],
  idleMs: [1_000, 3_600_000],
  waitMs: [0, LIMITS.waitMs],
  fetchJobs: [1, LIMITS.fetchJobs],
  fetchQueues: [1, LIMITS.fetchQueues],
  heartbeatJobs: [1, LIMITS.heartbeatJobs],
  workers: [1, 1_000_000],
  leaseMs: [100, 7 * DAY_MS],
  leaseMaxMs: [100, 7 * DAY_MS],
  timeoutMaxMs: [1, LIMITS.timeoutMaxMs],
  maxAttempts: [1, LIMITS.maxAttempts],
  queues: [1, 1_000_000],
  resultBytes: [2, 64 * MIB],
  streams: [0, 1_000_000],
  streamsPerPrincipal: [0, 1_000_000],
  streamMs: [100, DAY_MS],
  crons: [0, 1_000_000],
  cronBytes: [256, MIB],
  checkpointBytes: [2, 64 * MIB],
  progressBytes: [2, MIB],
};

type LimitName = keyof typeof LIMITS;
const limit = (name: LimitName) => whole(...BOUNDS[name]).default(LIMITS[name]);
/** The section `limits`. */
export const limits = Object.fromEntries(Object.keys(LIMITS).map((name) => [name, limit(name as LimitName)])) as Record<
  LimitName,
  ReturnType<typeof limit>
>;
