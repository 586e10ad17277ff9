import { type DeadLetterBulkRequest, type DeadLetterPurgeRequest, operations, parseTimestamp } from '@ojs/schema';
import type { z } from 'zod';
import { refuse } from '../connection/refusal.ts';
import type { DeadLetterFilter } from '../engine/bulk/selection.ts';
import type { Ask } from './ask.ts';
import { mustConfirm, permitNamed } from './bulk.ts';
import { type Deed, moveSelected } from './bulk-run.ts';
import { invalid } from './issues.ts';
import { PAGE_LIMIT, paginationOf } from './pagination.ts';
import { permitQueues } from './permit.ts';
import { notFound } from './refusals.ts';
import { type Answer, type Route, route } from './route.ts';

const RETRY: Deed = {
  action: 'retry',
  move: 'retry-dead-letter',
  permission: 'enqueue',
  told: 'dead_letters.bulk_retried',
};
const DELETE: Deed = { action: 'delete', move: 'delete-dead-letter', permission: 'admin', told: 'dead_letters.purged' };

type Filter = NonNullable<DeadLetterBulkRequest['filter']>;

async function mustBeDeadLetter(ask: Ask, id: string): Promise<void> {
  if (!(await ask.services.engine.isDeadLetter(ask.tenant, id, ask.queue))) throw notFound('dead_letter_job', id);
}

const moment = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : parseTimestamp(text);

const filterOf = (filter: Filter, visible: (queue: string) => boolean): DeadLetterFilter => ({
  visible,
  queue: filter.queue,
  type: filter.type,
  errorType: filter.error_type,
  since: moment(filter.since),
  until: moment(filter.until),
});

type ListQuery = z.output<typeof operations.listDeadLetters.query>;

async function list(ask: Ask, query: ListQuery) {
  const { queue, page, per_page, cursor } = query;
  if (queue !== undefined) permitQueues(ask, [queue], 'inspect');
  const limit = query.limit ?? per_page ?? PAGE_LIMIT;
  if (page !== undefined && (query.offset !== undefined || cursor !== undefined)) {
    throw invalid('page', 'conflict', 'must not be given together with offset or cursor');
  }
  const offset = query.offset ?? ((page ?? 1) - 1) * limit;
  const visible = (name: string): boolean => ask.may('inspect', name);
  const asked = { ...filterOf(query, visible), limit, offset, cursor };
  const { jobs, total, next } = await ask.services.engine.deadLetters(ask.tenant, asked);
  const place = { page: page ?? Math.floor(offset / limit) + 1, per_page: limit };
  return { jobs, pagination: { ...paginationOf({ limit, offset }, total, next), ...place } };
}

async function stats(ask: Ask, { queue }: { queue?: string | undefined }): Promise<Answer> {
  if (queue !== undefined) permitQueues(ask, [queue], 'inspect');
  const filter = { queue, visible: (name: string) => ask.may('inspect', name) };
  const found = await ask.services.engine.deadLetterStats(ask.tenant, filter);
  return {
    body: {
      total: found.total,
      by_queue: found.byQueue,
      by_error_type: found.byErrorType,
      looked_at: found.looked,
      oldest_at: found.oldestAt,
      newest_at: found.newestAt,
      retention: {
        max_age: `PT${found.maxAgeMs / 1_000}S`,
        max_count: found.maxCount,
        next_prune_at: found.nextPruneAt,
      },
    },
  };
}

async function read(ask: Ask, id: string): Promise<Answer> {
  await mustBeDeadLetter(ask, id);
  const job = await ask.services.engine.info(ask.tenant, id);
  if (job === undefined || job.queue !== ask.queue) throw notFound('dead_letter_job', id);
  return { body: { job } };
}

async function retry(ask: Ask, id: string): Promise<Answer> {
  const sent = ask.bodyBytes > 0 ? ask.body() : undefined;
  if (typeof sent === 'object' && sent !== null && 'override' in sent) {
    throw refuse('unsupported', 'override: this server starts a dead letter anew as it was.', {
      hint: 'Enqueue a new job with what is to be different.',
      details: { field: 'override', rule: 'unsupported' },
    });
  }
  await mustBeDeadLetter(ask, id);
  const job = await ask.services.engine.retryDeadLetter(ask.tenant, ask.caller, id, ask.queue);
  ask.record('dead_letter.retried', 'success', { job_id: id, job_type: job.type, queue: job.queue });
  return { body: { job: { ...job, re_enqueued_at: job.enqueued_at } } };
}

async function remove(ask: Ask, id: string): Promise<Answer> {
  await mustBeDeadLetter(ask, id);
  await ask.services.engine.deleteDeadLetter(ask.tenant, ask.caller, id, ask.queue);
  ask.record('dead_letter.deleted', 'success', { job_id: id, queue: ask.queue });
  return { body: { deleted: true, job_id: id } };
}

/** All dead letters that the filter means, and on whose queues the caller may do it. */
function all(ask: Ask, deed: Deed, filter: Filter, request: DeadLetterBulkRequest): Promise<Answer> {
  permitNamed(ask, deed, filter.queue);
  const visible = (queue: string): boolean => ask.may('inspect', queue) && ask.may(deed.permission, queue);
  const { selectDeadLetters } = ask.services.engine.bulk;
  const selection = selectDeadLetters(ask.tenant, filterOf(filter, visible), request.cursor);
  return moveSelected(ask, deed, selection, request.dry_run ?? false, { filter });
}

type Confirmed = { readonly confirm?: string | undefined };

function retryAll(ask: Ask, body: DeadLetterBulkRequest, query: Confirmed): Promise<Answer> {
  mustConfirm(body, query);
  return all(ask, RETRY, body.filter ?? {}, body);
}

function purge(ask: Ask, request: DeadLetterPurgeRequest, query: Confirmed): Promise<Answer> {
  mustConfirm(request, query);
  const { filter, older_than, confirm: _c, dry_run: _d, cursor: _n, ...beside } = request;
  const until = filter?.until ?? beside.until ?? older_than;
  return all(ask, DELETE, { ...beside, ...filter, ...(until !== undefined && { until }) }, request);
}

export const deadLetterRoutes: readonly Route[] = [
  route(operations.listDeadLetters, {
    target: 'visible',
    handle: async (ask, { query }) => ({ body: await list(ask, query) }),
  }),
  route(operations.adminListDeadLetters, {
    target: 'visible',
    async handle(ask, { query }) {
      const page = await list(ask, query);
      return { body: { items: page.jobs, ...page } };
    },
  }),
  route(operations.getDeadLetterStats, { target: 'visible', handle: (ask, { query }) => stats(ask, query) }),
  route(operations.adminGetDeadLetterStats, { target: 'visible', handle: (ask, { query }) => stats(ask, query) }),
  route(operations.getDeadLetter, {
    target: { job: ({ params }) => params.id },
    handle: (ask, { params }) => read(ask, params.id),
  }),
  route(operations.adminGetDeadLetter, {
    target: { job: ({ params }) => params.id },
    handle: (ask, { params }) => read(ask, params.id),
  }),
  route(operations.retryDeadLetter, {
    target: { job: ({ params }) => params.id },
    handle: (ask, { params }) => retry(ask, params.id),
  }),
  route(operations.adminRetryDeadLetter, {
    target: { job: ({ params }) => params.id },
    handle: (ask, { params }) => retry(ask, params.id),
  }),
  route(operations.retryDeadLetters, {
    target: 'visible',
    handle: (ask, { body, query }) => retryAll(ask, body, query),
  }),
  route(operations.adminRetryDeadLetters, {
    target: 'visible',
    handle: (ask, { body, query }) => retryAll(ask, body, query),
  }),
  route(operations.deleteDeadLetter, {
    target: { job: ({ params }) => params.id },
    handle: (ask, { params }) => remove(ask, params.id),
  }),
  route(operations.adminDeleteDeadLetter, {
    target: { job: ({ params }) => params.id },
    handle: (ask, { params }) => remove(ask, params.id),
  }),
  route(operations.purgeDeadLetters, { target: 'visible', handle: (ask, { body, query }) => purge(ask, body, query) }),
  route(operations.adminPurgeDeadLetters, {
    target: 'visible',
    handle: (ask, { body, query }) => purge(ask, body, query),
  }),
];
