import { type BulkEnqueueItem, operations } from '@ojs/schema';
import { errorBody } from '../connection/error-body.ts';
import { type Refusal, refuse } from '../connection/refusal.ts';
import type { NewJob } from '../engine/engine.ts';
import type { Ask } from './ask.ts';
import { doEach } from './each.ts';
import { claimedJob, claimedJobs, toNewJob } from './enqueue.ts';
import { invalid } from './issues.ts';
import { checkTenant } from './jobs.ts';
import { permitClaimed } from './permit.ts';
import { pushFor } from './push.ts';
import { asRefusal } from './refusals.ts';
import { type Answer, type Route, route } from './route.ts';

interface Request {
  readonly jobs: readonly unknown[];
  readonly whole: boolean;
}

/** @throws {Refusal} */
function requestOf(body: unknown, ask: Ask): Request {
  const { rules } = ask.services;
  if (typeof body !== 'object' || body === null) throw invalid('body', 'type', 'must be an object');
  const { atomicity = 'partial', idempotency_key, ...rest } = body as Record<string, unknown>;
  if (atomicity !== 'partial' && atomicity !== 'atomic') {
    throw invalid('atomicity', 'enum', 'must be one of partial, atomic');
  }
  const header = ask.request.headers['idempotency-key'];
  if (idempotency_key !== undefined || header !== undefined) {
    throw refuse('unsupported', 'idempotency_key: this server does not remember answers.', {
      hint: 'Give each job an id: a job that exists is not stored twice.',
      details: { field: 'idempotency_key', rule: 'unsupported' },
    });
  }
  const { jobs } = rest;
  const most = rules.limits.batchJobs;
  if (Array.isArray(jobs) && jobs.length > most) {
    throw refuse('batch_size_exceeded', `jobs: must not have more than ${most} jobs.`, {
      hint: 'Send them in several requests.',
      details: { field: 'jobs', rule: 'max', max_batch_size: most },
      headers: { 'X-OJS-Max-Batch-Size': String(most) },
    });
  }
  return { jobs: claimedJobs(rest, rules), whole: atomicity === 'atomic' };
}

/** Permits and validates one. @throws {Refusal} */
function accept(ask: Ask, job: unknown, index: number, now: number): NewJob {
  permitClaimed(ask, [claimedJob(job, index)], 'enqueue', false);
  const valid = toNewJob(job, ask.services.rules, now, ask.bodyBytes, index);
  checkTenant(ask, valid, index);
  return valid;
}

function failed(index: number, reason: unknown): BulkEnqueueItem {
  const { code, message, detail } = asRefusal(reason);
  return { index, status: 'failed', error: { code, message, ...(detail.details && { details: detail.details }) } };
}

function answerOf(ask: Ask, items: readonly BulkEnqueueItem[]): Answer {
  const count = items.filter(({ status }) => status === 'failed').length;
  const body = { total: items.length, succeeded: items.length - count, failed: count, items };
  if (count < items.length) return { body, status: count > 0 ? 207 : 201 };
  const refusal: Refusal = refuse('invalid_request', 'jobs: none of the jobs was stored.', {
    hint: 'Read the error of each item.',
    details: { field: 'jobs', rule: 'items' },
  });
  return { body: { ...errorBody(refusal, ask.request.id), ...body }, status: 422 };
}

/** Each job as if it had come alone. */
async function enqueueEach(ask: Ask, jobs: readonly unknown[]): Promise<BulkEnqueueItem[]> {
  const now = Date.now();
  const one = async (claimed: unknown, index: number): Promise<BulkEnqueueItem> => {
    const { created, deduplicated } = await pushFor(ask, [accept(ask, claimed, index, now)], false);
    return { index, status: deduplicated.length > 0 ? 'duplicate' : 'created', job: created[0] };
  };
  return doEach(ask, jobs, one, (_job, index, reason) => failed(index, reason));
}

/** All or none: what is wrong with any is told, and nothing is stored. */
async function enqueueWhole(ask: Ask, claimed: readonly unknown[]): Promise<BulkEnqueueItem[]> {
  const now = Date.now();
  const errors: (BulkEnqueueItem | undefined)[] = [];
  const jobs = claimed.flatMap((job, index) => {
    try {
      return [accept(ask, job, index, now)];
    } catch (reason) {
      errors[index] = failed(index, reason);
      return [];
    }
  });
  if (jobs.length < claimed.length) {
    const untouched = refuse('conflict', 'Not stored, because another job of the request was refused.');
    return claimed.map((_, index) => errors[index] ?? failed(index, untouched));
  }
  const { created, deduplicated } = await pushFor(ask, jobs, true);
  const known = new Set(deduplicated);
  return created.map((job, index) => ({ index, status: known.has(index) ? 'duplicate' : 'created', job }));
}

export const bulkEnqueueRoutes: readonly Route[] = [
  route(operations.enqueueJobs, {
    target: 'visible',
    validatesBody: true,
    async handle(ask, { body }) {
      const { jobs, whole } = requestOf(body, ask);
      return answerOf(ask, await (whole ? enqueueWhole(ask, jobs) : enqueueEach(ask, jobs)));
    },
  }),
];
