import { operations } from '@ojs/schema';
import { PAGE_LIMIT } from './pagination.ts';
import { permitQueues } from './permit.ts';
import { type Route, route } from './route.ts';

export const eventRoutes: readonly Route[] = [
  route(operations.listEvents, {
    target: 'visible',
    async handle(ask, { query }) {
      const { types, queues, limit = PAGE_LIMIT, after } = query;
      if (queues !== undefined) permitQueues(ask, queues, 'inspect', false);
      const named = queues && new Set(queues);
      const { events, hasMore } = await ask.services.engine.events(ask.tenant, {
        visible: (queue) => (named === undefined || named.has(queue)) && ask.may('inspect', queue),
        limit,
        ...(types !== undefined && { types }),
        ...(after !== undefined && { after }),
      });
      return { body: { events, has_more: hasMore } };
    },
  }),
];
