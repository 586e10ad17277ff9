import { EventsAnswer, EventsQuery } from '../events.ts';
import { define } from './operation.ts';

export const eventOperations = {
  listEvents: define({
    id: 'listEvents',
    method: 'GET',
    path: '/ojs/v1/events',
    summary: 'Recent events of the queues that the caller may inspect, newest first',
    permission: 'inspect',
    planes: ['producer', 'worker'],
    query: EventsQuery,
    status: 200,
    answer: EventsAnswer,
  }),
};
