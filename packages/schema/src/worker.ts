import { z } from 'zod';
import { ErrorBody, JobErrorReport } from './error.ts';
import { Job, JobState, JobSummary } from './job.ts';
import { LIMITS } from './limits.ts';
import { JobId, QueueName, WorkerId } from './names.ts';
import { Handlers } from './versions.ts';

/** Milliseconds of a lease; longer ones are cut to the server's maximum (a day). */
const Lease = z.int().min(1);
export const Attempt = z.int().min(1).optional().meta({
  description:
    'The attempt that the fetch answered with. With it, an answer that comes too late is refused even when the same worker holds a newer lease',
});

export const ReplayCount = z.int().min(0).optional().meta({
  description:
    'The replay_count that the fetch answered with, of a job that was started anew after it was discarded; goes with attempt, which begins again each time',
});

/** http-binding §10.1. */
export const FetchRequest = z
  .object({
    queues: z.array(QueueName).min(1).max(LIMITS.fetchQueues),
    count: z.int().min(1).max(LIMITS.fetchJobs).optional(),
    worker_id: WorkerId.optional(),
    visibility_timeout_ms: Lease.optional(),
    handlers: Handlers.optional(),
    wait_ms: z
      .int()
      .min(0)
      .optional()
      .meta({ description: 'How long to wait for a job, at most 25,000; absent or 0 answers at once' }),
  })
  .loose()
  .meta({ id: 'FetchRequest' });
export const FetchAnswer = z.object({ jobs: z.array(Job) }).meta({ id: 'FetchAnswer' });

/** http-binding §10.2. */
export const AckRequest = z
  .object({
    job_id: JobId,
    worker_id: WorkerId.optional(),
    attempt: Attempt,
    replay_count: ReplayCount,
    result: z.unknown().optional(),
  })
  .loose()
  .meta({ id: 'AckRequest' });
/** The same at the job's own address (`/jobs/{id}/ack`). */
export const JobAckRequest = AckRequest.omit({ job_id: true }).meta({ id: 'JobAckRequest' });
export const AckAnswer = z
  .object({
    acknowledged: z.literal(true),
    id: z.string(),
    job_id: z.string(),
    state: JobState,
    completed_at: z.string(),
    job: JobSummary,
  })
  .meta({ id: 'AckAnswer' });

/** As many as one fetch answers at most. An extension of ours: OJS has no batch here. */
export const AckBatchRequest = z
  .object({ acks: z.array(AckRequest).min(1).max(LIMITS.fetchJobs) })
  .strict()
  .meta({ id: 'AckBatchRequest' });
/** Each ack is decided for itself, in the order of the request. */
export const AckBatchResult = z
  .discriminatedUnion('acknowledged', [
    z.object({ job_id: z.string(), acknowledged: z.literal(true), state: JobState, completed_at: z.string() }),
    z.object({ job_id: z.string(), acknowledged: z.literal(false), error: ErrorBody }),
  ])
  .meta({ id: 'AckBatchResult' });
export const AckBatchAnswer = z
  .object({ results: z.array(AckBatchResult).meta({ description: 'In the order of the request' }) })
  .meta({ id: 'AckBatchAnswer' });

/** http-binding §10.3. `requeue` gives the job back without counting a failure. */
const Nack = z
  .object({
    worker_id: WorkerId.optional(),
    attempt: Attempt,
    replay_count: ReplayCount,
    error: JobErrorReport.optional(),
    requeue: z.boolean().optional(),
  })
  .loose();
const saysWhy = (nack: { error?: unknown; requeue?: boolean | undefined }): boolean =>
  nack.error !== undefined || nack.requeue === true;
const WHY = { path: ['error'], error: 'is required unless requeue is true' };
export const NackRequest = Nack.extend({ job_id: JobId }).refine(saysWhy, WHY).meta({ id: 'NackRequest' });
export const JobNackRequest = Nack.refine(saysWhy, WHY).meta({ id: 'JobNackRequest' });
export const NackAnswer = z
  .object({
    id: z.string(),
    job_id: z.string(),
    state: JobState,
    attempt: z.int(),
    max_attempts: z.int(),
    next_attempt_at: z.string().optional(),
    retry_delay_ms: z.int().optional(),
    discarded_at: z.string().optional(),
    completed_at: z.string().optional(),
    job: JobSummary,
  })
  .meta({ id: 'NackAnswer' });

/** http-binding §10.4; ids under `active_jobs`, or under `active_job_ids` as ojs-worker-protocol §4.2 has it. */
export const HeartbeatRequest = z
  .object({
    worker_id: WorkerId,
    active_jobs: z.union([z.array(JobId).max(LIMITS.heartbeatJobs), z.int().min(0)]).optional(),
    active_job_ids: z.array(JobId).max(LIMITS.heartbeatJobs).optional(),
    visibility_timeout_ms: Lease.optional(),
    state: z
      .enum(['running', 'quiet', 'terminate', 'drain'])
      .optional()
      .meta({ description: 'Absent: as it last said. In all states but running the worker is handed no jobs' }),
    handlers: Handlers.optional(),
    shutdown: z.boolean().optional().meta({ description: 'The worker will end when its jobs have' }),
  })
  .loose()
  .meta({ id: 'HeartbeatRequest' });
export const HeartbeatAnswer = z
  .object({
    acknowledged: z.literal(true),
    state: z.enum(['running', 'quiet', 'terminate']),
    jobs_extended: z.array(z.string()),
    jobs_lost: z
      .array(z.string())
      .meta({ description: 'Jobs of the request on which the caller holds no lease any more; stop working on them' }),
    server_time: z.string(),
  })
  .meta({ id: 'HeartbeatAnswer' });

/** What a worker last said of itself. */
export const WorkerHealth = z
  .object({
    worker_id: z.string(),
    status: z.enum(['ok', 'degraded']),
    state: z.enum(['running', 'quiet', 'terminate', 'drain', 'shutting_down']),
    active_jobs: z.int(),
    last_seen_at: z.string(),
  })
  .meta({ id: 'WorkerHealth' });

export type FetchRequest = z.infer<typeof FetchRequest>;
export type AckRequest = z.infer<typeof AckRequest>;
export type AckBatchResult = z.infer<typeof AckBatchResult>;
export type NackRequest = z.infer<typeof NackRequest>;
export type HeartbeatRequest = z.infer<typeof HeartbeatRequest>;
export type HeartbeatAnswer = z.infer<typeof HeartbeatAnswer>;
