import { operations } from '@ojs/schema';
import { BadCursor } from '../engine/errors.ts';
import { PAGE_LIMIT } from './pagination.ts';
import { notFound } from './refusals.ts';
import { type Route, route } from './route.ts';

/** A place in a history; opaque to clients. */
const cursorAt = (place: number): string => Buffer.from(`h:${place}`).toString('base64url');

function placeOf(cursor: string): number {
  const [, place] = /^h:(\d{1,9})$/.exec(Buffer.from(cursor, 'base64url').toString('utf8')) ?? [];
  if (place === undefined || cursorAt(Number(place)) !== cursor) throw new BadCursor();
  return Number(place);
}

export const historyRoutes: readonly Route[] = [
  route(operations.getJobHistory, {
    target: { job: ({ params }) => params.id },
    async handle(ask, { params, query: { limit = PAGE_LIMIT, cursor } }) {
      const from = cursor === undefined ? 0 : placeOf(cursor);
      const history = await ask.services.engine.history(ask.tenant, params.id, ask.queue);
      if (history === undefined) throw notFound('job', params.id);
      const next = from + limit;
      return {
        body: {
          events: history.slice(from, next),
          next_cursor: next < history.length ? cursorAt(next) : null,
          total: history.length,
        },
      };
    },
  }),

  route(operations.deleteJobHistory, {
    target: { job: ({ params }) => params.id },
    async handle(ask, { params }) {
      const { engine } = ask.services;
      const count = (await engine.history(ask.tenant, params.id, ask.queue))?.length ?? 0;
      await engine.forgetHistory(ask.tenant, ask.caller, params.id, ask.queue);
      ask.record('job.history_deleted', 'success', { job_id: params.id, queue: ask.queue, events: count });
      return { body: { deleted: true, events_deleted: count } };
    },
  }),
];
