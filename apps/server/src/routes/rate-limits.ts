import { operations } from '@ojs/schema';
import { permitEverywhere } from './permit.ts';
import { type Route, route } from './route.ts';

export const rateLimitRoutes: readonly Route[] = [
  route(operations.getRateLimit, {
    target: 'visible',
    async handle(ask, { params: { key } }) {
      // A key may count jobs of any queue.
      permitEverywhere(ask, 'inspect');
      return { body: await ask.services.engine.limits.read(ask.tenant, key) };
    },
  }),
];
