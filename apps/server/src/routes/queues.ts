import { operations } from '@ojs/schema';
import type { Ask } from './ask.ts';
import { invalid } from './issues.ts';
import { cursorAfter, nameOfCursor, PAGE_LIMIT, paginationOf } from './pagination.ts';
import { notFound } from './refusals.ts';
import { type Answer, type Route, route } from './route.ts';

const statusOf = (paused: boolean): 'paused' | 'active' => (paused ? 'paused' : 'active');

async function setPaused(ask: Ask, name: string, paused: boolean): Promise<Answer> {
  const exists = await ask.services.engine.setPaused(ask.tenant, ask.caller, name, paused);
  if (!exists) throw notFound('queue', name);
  ask.record(paused ? 'queue.paused' : 'queue.resumed', 'success', { queue: name });
  const now = new Date().toISOString();
  return {
    body: {
      queue: { name, paused },
      status: statusOf(paused),
      ...(paused ? { paused_at: now } : { resumed_at: now }),
    },
  };
}

export const queueRoutes: readonly Route[] = [
  route(operations.listQueues, {
    target: 'visible',
    async handle(ask, { query }) {
      const { limit = PAGE_LIMIT, offset = 0, cursor } = query;
      const after = cursor === undefined ? '' : nameOfCursor(cursor);
      if (after === undefined) throw invalid('cursor', 'format', 'is not one that this server gave');
      const visible = (await ask.services.engine.queues(ask.tenant)).filter(({ name }) => ask.may('inspect', name));
      const rest = visible.filter(({ name }) => name > after).slice(offset);
      const page = rest.slice(0, limit);
      const next = rest.length > page.length ? cursorAfter(page.at(-1)?.name ?? '') : undefined;
      return {
        body: {
          queues: page.map(({ name, paused, createdAt }) => ({
            name,
            status: statusOf(paused),
            created_at: createdAt,
          })),
          pagination: paginationOf(query, visible.length, next),
        },
      };
    },
  }),

  route(operations.getQueueStats, {
    target: { queues: ({ params }) => [params.name] },
    async handle(ask, { params: { name } }) {
      const stats = await ask.services.engine.stats(ask.tenant, name);
      if (stats === undefined) throw notFound('queue', name);
      const { paused, ...counts } = stats;
      return {
        body: {
          queue: { name, paused, ...counts },
          status: statusOf(paused),
          // ojs-backpressure §3: the jobs that are still to be done.
          stats: { queue: name, depth: counts.available + counts.scheduled + counts.retryable, ...counts },
          computed_at: new Date().toISOString(),
        },
      };
    },
  }),

  route(operations.pauseQueue, {
    target: { queues: ({ params }) => [params.name] },
    handle: (ask, { params }) => setPaused(ask, params.name, true),
  }),

  route(operations.resumeQueue, {
    target: { queues: ({ params }) => [params.name] },
    handle: (ask, { params }) => setPaused(ask, params.name, false),
  }),
];
