import { type BulkRequest, type JobFilter, type JobState, operations, parseTimestamp } from '@ojs/schema';
import type { JobFilter as Selection } from '../engine/bulk/selection.ts';
import type { Ask } from './ask.ts';
import { type Action, type Deed, moveNamed, moveSelected } from './bulk-run.ts';
import { invalid } from './issues.ts';
import { permitQueues } from './permit.ts';
import { type Answer, type Route, route } from './route.ts';
import { checkPart } from './sizes.ts';

const DEEDS: Readonly<Record<Action, Deed>> = {
  cancel: { action: 'cancel', move: 'cancel-waiting', permission: 'cancel', told: 'jobs.bulk_cancelled' },
  retry: { action: 'retry', move: 'retry', permission: 'enqueue', told: 'jobs.bulk_retried' },
  delete: { action: 'delete', move: 'delete', permission: 'admin', told: 'jobs.bulk_deleted' },
};

/** The states in which a job can be meant, and those that are meant where the filter names none. */
const STATES: Readonly<
  Record<Action, { readonly allowed: readonly JobState[]; readonly usual?: readonly JobState[] }>
> = {
  cancel: { allowed: ['available', 'scheduled', 'retryable', 'pending'], usual: ['available', 'scheduled'] },
  retry: { allowed: ['discarded', 'retryable'], usual: ['discarded'] },
  // What is gone for good must be named.
  delete: { allowed: ['completed', 'cancelled', 'discarded'] },
};

/** @throws {Refusal} */
function statesOf(action: Action, { state }: JobFilter): readonly JobState[] {
  const { allowed, usual } = STATES[action];
  const named = state === undefined ? usual : [...new Set([state].flat())];
  if (named === undefined) throw invalid('filter.state', 'required', 'is required: what is deleted is gone');
  if (!named.every((each) => allowed.includes(each))) {
    throw invalid('filter.state', 'enum', `must be among ${allowed.join(', ')}`, { status: 422 });
  }
  return named;
}

const moment = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : parseTimestamp(text);

/** A filter as the engine takes it: only queues on which the caller may do it are looked at. */
function selectionOf(ask: Ask, { action, permission }: Deed, filter: JobFilter): Selection {
  // It is compared with what each job has, which is no larger.
  checkPart('filter.meta', filter.meta, ask.bodyBytes, ask.services.limits.metaBytes);
  return {
    visible: (queue) => ask.may('inspect', queue) && ask.may(permission, queue),
    states: statesOf(action, filter),
    queue: filter.queue,
    type: filter.type,
    errorType: filter.error_type,
    priority: filter.priority,
    createdAfter: moment(filter.since),
    createdBefore: moment(filter.until),
    enqueuedAfter: moment(filter.enqueued_after),
    enqueuedBefore: moment(filter.enqueued_before),
    tags: filter.tags,
    meta: filter.meta,
  };
}

/** A queue that the filter names must be permitted: 403, once, instead of an answer that says nothing was there. */
export function permitNamed(ask: Ask, { permission }: Deed, queue: string | undefined): void {
  if (queue === undefined) return;
  permitQueues(ask, [queue], 'inspect');
  permitQueues(ask, [queue], permission);
}

/** @throws {Refusal} */
export function mustConfirm(
  request: { confirm?: boolean | undefined; dry_run?: boolean | undefined },
  query: { confirm?: string | undefined },
): void {
  if (request.confirm === true || query.confirm === 'true' || request.dry_run === true) return;
  throw invalid('confirm', 'required', 'must be true for an operation on many jobs');
}

async function bulk(
  ask: Ask,
  action: Action,
  body: BulkRequest,
  query: { confirm?: string | undefined },
  alwaysConfirm: boolean,
): Promise<Answer> {
  const deed = DEEDS[action];
  const { job_ids, filter = {}, dry_run: dry = false, atomicity, cursor } = body;
  // Who names every job has said which ones.
  if (alwaysConfirm || job_ids === undefined) mustConfirm(body, query);
  const whole = atomicity === 'atomic';
  if (job_ids !== undefined) return moveNamed(ask, deed, job_ids, { dry, whole });
  if (whole)
    throw invalid('atomicity', 'unsupported', 'must be partial where a filter selects the jobs', { status: 422 });
  permitNamed(ask, deed, filter.queue);
  const selection = ask.services.engine.bulk.select(ask.tenant, selectionOf(ask, deed, filter), cursor);
  const { meta, ...told } = filter;
  const detail = { filter: { ...told, ...(meta && { meta: Object.keys(meta) }) } };
  return moveSelected(ask, deed, selection, dry, detail);
}

export const bulkRoutes: readonly Route[] = [
  route(operations.cancelJobs, {
    target: 'visible',
    handle: (ask, { body, query }) => bulk(ask, 'cancel', body, query, false),
  }),
  route(operations.retryJobs, {
    target: 'visible',
    handle: (ask, { body, query }) => bulk(ask, 'retry', body, query, false),
  }),
  route(operations.deleteJobs, {
    target: 'visible',
    handle: (ask, { body, query }) => bulk(ask, 'delete', body, query, false),
  }),
  route(operations.adminCancelJobs, {
    target: 'visible',
    handle: (ask, { body, query }) => bulk(ask, 'cancel', body, query, true),
  }),
  route(operations.adminRetryJobs, {
    target: 'visible',
    handle: (ask, { body, query }) => bulk(ask, 'retry', body, query, true),
  }),
  route(operations.adminDeleteJobs, {
    target: 'visible',
    handle: (ask, { body, query }) => bulk(ask, 'delete', body, query, true),
  }),
];
