import { z } from 'zod';
import type { Permission, Plane } from './access.ts';
import { EventsAnswer, EventsQuery } from './events.ts';
import { BatchAnswer, BatchRequest, EnqueueRequest, JobAnswer } from './job.ts';
import { JobId, QueueName } from './names.ts';
import {
  DeadLetterAnswer,
  DeadLetterQuery,
  DeletedAnswer,
  Page,
  QueuePausedAnswer,
  QueueStatsAnswer,
  QueuesAnswer,
} from './queue.ts';
import { HealthAnswer, Manifest } from './system.ts';
import {
  AckAnswer,
  AckBatchAnswer,
  AckBatchRequest,
  AckRequest,
  FetchAnswer,
  FetchRequest,
  HeartbeatAnswer,
  HeartbeatRequest,
  NackAnswer,
  NackRequest,
} from './worker.ts';

/** One operation of the API: what the server routes, the OpenAPI document describes and the SDKs call. */
export interface Operation {
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** With parameters as `{name}` (OpenAPI); the server turns them into `:name`. */
  readonly path: string;
  readonly summary: string;
  /** What the caller must hold, on the queue or the job's queue. `public` needs no credential and says so here. */
  readonly permission: Permission | 'public';
  /** The planes whose credentials reach it; admin credentials reach every operation. */
  readonly planes: readonly Plane[];
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  readonly status: 200 | 201;
  readonly answer: z.ZodType;
}

const define = <const T extends Operation>(operation: T): T => operation;
const jobParams = z.object({ id: JobId });
const queueParams = z.object({ name: QueueName });
const JobQuery = z.object({
  wait_ms: z.coerce
    .number()
    .int()
    .min(0)
    .optional()
    .meta({ description: 'How long to wait for a terminal state, at most 25,000' }),
});

export const operations = {
  getManifest: define({
    id: 'getManifest',
    method: 'GET',
    path: '/ojs/manifest',
    summary: 'What this server can do',
    permission: 'public',
    planes: [],
    status: 200,
    answer: Manifest,
  }),
  getHealth: define({
    id: 'getHealth',
    method: 'GET',
    path: '/ojs/v1/health',
    summary: 'Whether the server and its Redis answer',
    permission: 'public',
    planes: [],
    status: 200,
    answer: HealthAnswer,
  }),
  enqueueJob: define({
    id: 'enqueueJob',
    method: 'POST',
    path: '/ojs/v1/jobs',
    summary: 'Enqueue a job (PUSH)',
    permission: 'enqueue',
    planes: ['producer'],
    body: EnqueueRequest,
    status: 201,
    answer: JobAnswer,
  }),
  enqueueBatch: define({
    id: 'enqueueBatch',
    method: 'POST',
    path: '/ojs/v1/jobs/batch',
    summary: 'Enqueue up to 1,000 jobs, all or none',
    permission: 'enqueue',
    planes: ['producer'],
    body: BatchRequest,
    status: 201,
    answer: BatchAnswer,
  }),
  getJob: define({
    id: 'getJob',
    method: 'GET',
    path: '/ojs/v1/jobs/{id}',
    summary: 'Read a job (INFO)',
    permission: 'inspect',
    planes: ['producer', 'worker'],
    params: jobParams,
    query: JobQuery,
    status: 200,
    answer: JobAnswer,
  }),
  cancelJob: define({
    id: 'cancelJob',
    method: 'DELETE',
    path: '/ojs/v1/jobs/{id}',
    summary: 'Cancel a job (CANCEL)',
    permission: 'cancel',
    planes: ['producer'],
    params: jobParams,
    status: 200,
    answer: JobAnswer,
  }),
  activateJob: define({
    id: 'activateJob',
    method: 'POST',
    path: '/ojs/v1/jobs/{id}/activate',
    summary: 'Make a pending job available (ACTIVATE)',
    permission: 'enqueue',
    planes: ['producer'],
    params: jobParams,
    status: 200,
    answer: JobAnswer,
  }),
  fetchJobs: define({
    id: 'fetchJobs',
    method: 'POST',
    path: '/ojs/v1/workers/fetch',
    summary: 'Claim jobs (FETCH)',
    permission: 'dequeue',
    planes: ['worker'],
    body: FetchRequest,
    status: 200,
    answer: FetchAnswer,
  }),
  ackJob: define({
    id: 'ackJob',
    method: 'POST',
    path: '/ojs/v1/workers/ack',
    summary: 'Report success (ACK)',
    permission: 'dequeue',
    planes: ['worker'],
    body: AckRequest,
    status: 200,
    answer: AckAnswer,
  }),
  ackJobs: define({
    id: 'ackJobs',
    method: 'POST',
    path: '/ojs/v1/workers/ack/batch',
    summary: 'Report up to 100 successes, each decided for itself (an extension of this server, not part of OJS)',
    permission: 'dequeue',
    planes: ['worker'],
    body: AckBatchRequest,
    status: 200,
    answer: AckBatchAnswer,
  }),
  nackJob: define({
    id: 'nackJob',
    method: 'POST',
    path: '/ojs/v1/workers/nack',
    summary: 'Report failure (FAIL), or give a job back',
    permission: 'dequeue',
    planes: ['worker'],
    body: NackRequest,
    status: 200,
    answer: NackAnswer,
  }),
  heartbeat: define({
    id: 'heartbeat',
    method: 'POST',
    path: '/ojs/v1/workers/heartbeat',
    summary: 'Extend leases, hear directives (BEAT)',
    permission: 'dequeue',
    planes: ['worker'],
    body: HeartbeatRequest,
    status: 200,
    answer: HeartbeatAnswer,
  }),
  listDeadLetters: define({
    id: 'listDeadLetters',
    method: 'GET',
    path: '/ojs/v1/dead-letter',
    summary: 'List dead letters, newest first',
    permission: 'inspect',
    planes: [],
    query: DeadLetterQuery,
    status: 200,
    answer: DeadLetterAnswer,
  }),
  retryDeadLetter: define({
    id: 'retryDeadLetter',
    method: 'POST',
    path: '/ojs/v1/dead-letter/{id}/retry',
    summary: 'Start a dead letter anew',
    permission: 'enqueue',
    planes: [],
    params: jobParams,
    status: 200,
    answer: JobAnswer,
  }),
  deleteDeadLetter: define({
    id: 'deleteDeadLetter',
    method: 'DELETE',
    path: '/ojs/v1/dead-letter/{id}',
    summary: 'Delete a dead letter for good',
    permission: 'admin',
    planes: [],
    params: jobParams,
    status: 200,
    answer: DeletedAnswer,
  }),
  listQueues: define({
    id: 'listQueues',
    method: 'GET',
    path: '/ojs/v1/queues',
    summary: 'List the queues that the caller may inspect',
    permission: 'inspect',
    planes: ['producer', 'worker'],
    query: Page,
    status: 200,
    answer: QueuesAnswer,
  }),
  getQueueStats: define({
    id: 'getQueueStats',
    method: 'GET',
    path: '/ojs/v1/queues/{name}/stats',
    summary: 'How many jobs are in which state',
    permission: 'inspect',
    planes: ['producer', 'worker'],
    params: queueParams,
    status: 200,
    answer: QueueStatsAnswer,
  }),
  pauseQueue: define({
    id: 'pauseQueue',
    method: 'POST',
    path: '/ojs/v1/queues/{name}/pause',
    summary: 'Stop handing out the jobs of a queue',
    permission: 'admin',
    planes: [],
    params: queueParams,
    status: 200,
    answer: QueuePausedAnswer,
  }),
  resumeQueue: define({
    id: 'resumeQueue',
    method: 'POST',
    path: '/ojs/v1/queues/{name}/resume',
    summary: 'Hand out the jobs of a queue again',
    permission: 'admin',
    planes: [],
    params: queueParams,
    status: 200,
    answer: QueuePausedAnswer,
  }),
  listEvents: define({
    id: 'listEvents',
    method: 'GET',
    path: '/ojs/v1/events',
    summary: 'Recent events of the queues that the caller may inspect, newest first',
    permission: 'inspect',
    planes: ['producer', 'worker'],
    query: EventsQuery,
    status: 200,
    answer: EventsAnswer,
  }),
} satisfies Record<string, Operation>;

export type Operations = typeof operations;
export type OperationId = keyof Operations;
