import { AccessUnavailable } from '../access/epoch.ts';
import { internalError } from '../connection/app.ts';
import { Refusal, refuse } from '../connection/refusal.ts';
import {
  BackendUnavailable,
  BadCursor,
  CronChanged,
  CronsFull,
  DuplicateJob,
  EngineRefusal,
  JobExists,
  LeaseLost,
  NoSuchJob,
  NoSuchWorkflow,
  QueueClosed,
  TooManyQueues,
  TooManyWorkers,
  WorkerTaken,
  WorkflowEnded,
  WorkflowExists,
  WrongState,
} from '../engine/errors.ts';

/** One answer for every kind of bad credential: which it was is in the audit log. @param challenge the value of WWW-Authenticate */
export function unauthenticated(challenge: string): Refusal {
  return refuse('unauthenticated', 'A valid credential is required.', {
    hint: 'Send Authorization: Bearer with a key or token that is valid. The audit log of the server says why it was refused, by request_id.',
    headers: { 'WWW-Authenticate': challenge },
  });
}

const RESOURCES = {
  job: 'job',
  queue: 'queue',
  dead_letter_job: 'dead letter',
  cron_job: 'cron job',
  worker: 'worker',
  workflow: 'workflow',
  checkpoint: 'checkpoint',
  webhook_subscription: 'subscription',
  webhook_delivery: 'delivery',
  credential: 'credential',
} as const;
export type Resource = keyof typeof RESOURCES;

/** The one answer for what does not exist and for what the caller may not know of: byte for byte the same. */
export function notFound(resource: Resource, id: string): Refusal {
  const name = RESOURCES[resource];
  return refuse('not_found', `The ${name} does not exist.`, {
    hint: `Check the id and the tenant${resource === 'job' ? '; finished jobs are deleted after the retention time' : ''}.`,
    details: { resource_type: resource, resource_id: id.slice(0, 255) },
  });
}

export const unavailable = (): Refusal =>
  refuse('backend_unavailable', 'The backend does not answer. What was asked for may have been done.', {
    hint: 'Send the request again after the time in Retry-After.',
    headers: { 'Retry-After': '1' },
  });

const conflict = (message: string, details: Record<string, unknown>, hint: string): Refusal =>
  refuse('conflict', message, { hint, details });

/** What the engine refuses, as an answer (conformance: `conflict` where a state does not allow it, `duplicate` for ids). */
function ofEngine(error: EngineRefusal): Refusal {
  if (error instanceof NoSuchJob) return notFound('job', error.id);
  if (error instanceof JobExists) {
    return refuse('duplicate', 'A job with this id exists already.', {
      hint: 'If this was a retry, the first attempt succeeded: read the job.',
      details: { existing_job_id: error.id, index: error.index },
    });
  }
  if (error instanceof DuplicateJob) {
    const { existing, key, index } = error;
    return refuse('duplicate', 'A job with the same uniqueness key exists already.', {
      hint: 'unique.on_conflict says what else can be done: ignore, replace or replace_except_schedule.',
      details: {
        ...(existing && { existing_job_id: existing.id, existing_job_state: existing.state }),
        uniqueness_key: key,
        unique_key: key,
        index,
      },
    });
  }
  if (error instanceof WrongState) {
    return conflict(
      `The job is ${error.state}, which does not allow this.`,
      { job_id: error.id, current_state: error.state },
      'Read the job to see what became of it.',
    );
  }
  if (error instanceof NoSuchWorkflow) return notFound('workflow', error.id);
  if (error instanceof WorkflowExists) {
    return refuse('duplicate', 'A workflow with this id exists already.', {
      hint: 'If this was a retry, the first attempt succeeded: read the workflow.',
      details: { existing_workflow_id: error.id },
    });
  }
  if (error instanceof WorkflowEnded) {
    return conflict(
      `The workflow is ${error.state}, which does not allow this.`,
      { workflow_id: error.id, current_state: error.state },
      'Read the workflow to see what became of it.',
    );
  }
  if (error instanceof LeaseLost) {
    return conflict(
      `There is no lease on the job for this worker; the job is ${error.state}.`,
      { job_id: error.id, current_state: error.state, expected_state: 'active' },
      'Stop working on it: it ended, or is given to another worker.',
    );
  }
  if (error instanceof CronChanged) {
    return conflict(
      'The cron job has changed meanwhile.',
      {},
      'Read it, and send the request again if it still holds.',
    );
  }
  if (error instanceof CronsFull) {
    return refuse('invalid_request', `name: there are ${error.limit} cron jobs, and may not be more.`, {
      status: 422,
      type: 'validation_error',
      hint: 'Delete some, or ask an operator for a higher limits.crons.',
      details: { field: 'name', rule: 'max', limit: error.limit },
    });
  }
  if (error instanceof WorkerTaken) {
    return refuse('permission_denied', 'worker_id: belongs to another principal.', {
      hint: 'Choose another worker_id.',
      details: { field: 'worker_id' },
    });
  }
  if (error instanceof TooManyWorkers) {
    return refuse('rate_limited', 'worker_id: the principal has too many workers.', {
      hint: 'Use the same worker_id for as long as the process lives; an unused one is forgotten after an hour.',
      details: { field: 'worker_id', rule: 'max' },
      headers: { 'Retry-After': '60' },
    });
  }
  if (error instanceof QueueClosed) {
    return refuse('queue_paused', 'The queue is draining: it takes no new jobs.', {
      hint: 'Enqueue to another queue, or wait until an administrator resumes it.',
      details: { queue: error.queue },
    });
  }
  if (error instanceof TooManyQueues) {
    return refuse('invalid_request', `queue: there are ${error.most} queues already; use one of those.`, {
      status: 422,
      type: 'validation_error',
      hint: 'Delete queues that are not used any more: DELETE /ojs/v1/queues/{name}.',
      details: { field: 'queue', rule: 'max', max: error.most },
    });
  }
  if (error instanceof BadCursor) {
    return refuse('invalid_request', 'cursor: is not one that this server gave.', {
      type: 'validation_error',
      details: { field: 'cursor', rule: 'format' },
    });
  }
  return error instanceof BackendUnavailable ? unavailable() : internalError();
}

/** Any error as an answer. What nobody expected becomes a 500 that says nothing. */
export function asRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof EngineRefusal) return ofEngine(error);
  return error instanceof AccessUnavailable ? unavailable() : internalError();
}
