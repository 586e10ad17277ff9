import { operations } from '@ojs/schema';
import type { Ask } from './ask.ts';
import { PAGE_LIMIT, paginationOf } from './pagination.ts';
import { permitQueues } from './permit.ts';
import { notFound } from './refusals.ts';
import { type Route, route } from './route.ts';

async function mustBeDeadLetter(ask: Ask, id: string): Promise<void> {
  if (!(await ask.services.engine.isDeadLetter(ask.tenant, id, ask.queue))) throw notFound('dead_letter_job', id);
}

export const deadLetterRoutes: readonly Route[] = [
  route(operations.listDeadLetters, {
    target: 'visible',
    async handle(ask, { query }) {
      const { queue, limit = PAGE_LIMIT, offset = 0, cursor } = query;
      if (queue !== undefined) permitQueues(ask, [queue], 'inspect', false);
      const visible = (name: string): boolean => ask.may('inspect', name);
      const page = { visible, limit, offset, ...(queue !== undefined && { queue }), ...(cursor && { cursor }) };
      const { jobs, total, next } = await ask.services.engine.deadLetters(ask.tenant, page);
      return { body: { jobs, pagination: paginationOf(query, total, next) } };
    },
  }),

  route(operations.retryDeadLetter, {
    target: { job: ({ params }) => params.id },
    async handle(ask, { params: { id } }) {
      await mustBeDeadLetter(ask, id);
      const job = await ask.services.engine.retryDeadLetter(ask.tenant, ask.caller, id, ask.queue);
      ask.record('dead_letter.retried', 'success', { job_id: id, job_type: job.type, queue: job.queue });
      return { body: { job } };
    },
  }),

  route(operations.deleteDeadLetter, {
    target: { job: ({ params }) => params.id },
    async handle(ask, { params: { id } }) {
      await mustBeDeadLetter(ask, id);
      await ask.services.engine.deleteDeadLetter(ask.tenant, ask.caller, id, ask.queue);
      ask.record('dead_letter.deleted', 'success', { job_id: id, queue: ask.queue });
      return { body: { deleted: true, job_id: id } };
    },
  }),
];
