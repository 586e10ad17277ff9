/** Defaults of every limit; each is a setting `limits.*` of the server. Sizes in bytes of UTF-8 JSON, times in milliseconds. */
export const LIMITS = {
  /** Security page, Payload size. */
  argsBytes: 1024 * 1024,
  /** ojs-security §8.3. */
  metaBytes: 64 * 1024,
  /** ojs-security §10.3. */
  bodyBytes: 2 * 1024 * 1024,
  batchBodyBytes: 8 * 1024 * 1024,
  batchJobs: 1_000,
  /** Nesting of arrays and objects in a body (security page, JSON depth). */
  depth: 32,
  /** Security page, Connection limit; per client address. */
  connectionsPerClient: 100,
  /** Of all clients together, per listener; more are closed unanswered. Below what the system lets a process open. */
  connections: 10_000,
  /** Security page, Request timeout. */
  requestMs: 30_000,
  headersMs: 30_000,
  /** ojs-security §10.5. */
  idleMs: 120_000,
  /** The longest wait of a fetch or of a GET for a result; below the request time. */
  waitMs: 25_000,
  fetchJobs: 100,
  fetchQueues: 100,
  heartbeatJobs: 1_000,
  /** Worker ids of one principal that were seen within the last hour. */
  workers: 10_000,
  /** ojs-worker-protocol §5.2. */
  leaseMs: 1_800_000,
  leaseMaxMs: 24 * 3_600_000,
  /** Longest execution time of one attempt: seven days. */
  timeoutMaxMs: 7 * 86_400_000,
  maxAttempts: 1_000,
  /** Of a tenant; a fetch makes a queue that nobody enqueued to only while there is a tenth of them. */
  queues: 10_000,
  resultBytes: 1024 * 1024,
  /** Open event streams: of all callers together in one process, and of one principal (ojs-realtime §5.2). */
  streams: 1_000,
  streamsPerPrincipal: 100,
  /** How long a stream of events lasts before the client has to connect again. */
  streamMs: 3_600_000,
  /** Cron entries of a tenant. */
  crons: 20_000,
  /** One cron entry with its job. */
  cronBytes: 64 * 1024,
  /** ojs-durable-execution §9.1. */
  checkpointBytes: 1024 * 1024,
  /** Of a progress report's `data`; ojs-progress §5.2 recommends workers a quarter of it. */
  progressBytes: 16 * 1024,
} as const;

/** Longest time, in seconds, that a job can ask for its result to be kept: a year; not a setting. */
export const RESULT_TTL_MAX_SECONDS = 365 * 86_400;

/** What is kept of a job's failures; not settings. */
export const HISTORY = {
  errors: 25,
  /** ojs-core §8.1. */
  backtraceFrames: 50,
  backtraceChars: 10_000,
} as const;

export type Limits = { -readonly [K in keyof typeof LIMITS]: number };
