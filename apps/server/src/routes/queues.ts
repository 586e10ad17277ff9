import { operations, type QueueStatus } from '@ojs/schema';
import type { QueueDetails } from '../engine/engine.ts';
import type { Ask } from './ask.ts';
import { invalid } from './issues.ts';
import { cursorAfter, nameOfCursor, PAGE_LIMIT, paginationOf } from './pagination.ts';
import { notFound } from './refusals.ts';
import { type Answer, type Route, route } from './route.ts';

const ofQueue = { queues: ({ params }: { params: { name: string } }) => [params.name] };

/** What pause, resume and drain answer: in both shapes that clients know. */
function stateAnswer(ask: Ask, name: string, exists: boolean, status: QueueStatus): Answer {
  if (!exists) throw notFound('queue', name);
  const event = { active: 'resumed', paused: 'paused', draining: 'draining' }[status];
  ask.record(`queue.${event}`, 'success', { queue: name });
  const paused = status === 'paused';
  return {
    body: {
      queue: { name, paused },
      name,
      paused,
      status,
      ...(status !== 'draining' && { [`${event}_at`]: new Date().toISOString() }),
    },
  };
}

async function setPaused(ask: Ask, name: string, paused: boolean): Promise<Answer> {
  const exists = await ask.services.engine.setPaused(ask.tenant, ask.caller, name, paused);
  return stateAnswer(ask, name, exists, paused ? 'paused' : 'active');
}

/** @throws {Refusal} when it does not exist */
export async function queueOf(ask: Ask, name: string): Promise<QueueDetails> {
  const found = await ask.services.engine.queue(ask.tenant, name);
  if (found === undefined) throw notFound('queue', name);
  return found;
}

/** ojs-backpressure §3: the jobs that are still to be done. */
export const depthOf = ({ counts }: QueueDetails): number => counts.available + counts.scheduled + counts.retryable;

export const queueRoutes: readonly Route[] = [
  route(operations.listQueues, {
    target: 'visible',
    async handle(ask, { query }) {
      const { limit = PAGE_LIMIT, offset = 0, cursor } = query;
      const after = cursor === undefined ? '' : nameOfCursor(cursor);
      if (after === undefined) throw invalid('cursor', 'format', 'is not one that this server gave');
      const visible = (name: string): boolean => ask.may('inspect', name);
      const page = await ask.services.engine.queues(ask.tenant, { visible, after, offset, limit });
      return {
        body: {
          queues: page.queues.map(({ name, status, createdAt }) => ({
            name,
            status,
            paused: status === 'paused',
            created_at: createdAt,
          })),
          pagination: paginationOf(query, page.total, page.next === undefined ? undefined : cursorAfter(page.next)),
        },
      };
    },
  }),

  route(operations.getQueueStats, {
    target: ofQueue,
    async handle(ask, { params: { name } }) {
      const found = await queueOf(ask, name);
      const { status, counts } = found;
      const queue = { name, paused: status === 'paused', ...counts };
      return {
        body: {
          ...queue,
          queue,
          status,
          stats: { queue: name, depth: depthOf(found), ...counts },
          computed_at: new Date().toISOString(),
        },
      };
    },
  }),

  route(operations.pauseQueue, {
    target: ofQueue,
    handle: (ask, { params }) => setPaused(ask, params.name, true),
  }),

  route(operations.resumeQueue, {
    target: ofQueue,
    handle: (ask, { params }) => setPaused(ask, params.name, false),
  }),

  route(operations.drainQueue, {
    target: ofQueue,
    async handle(ask, { params: { name } }) {
      const exists = await ask.services.engine.queueControl.drain(ask.tenant, ask.caller, name);
      return stateAnswer(ask, name, exists, 'draining');
    },
  }),
];
