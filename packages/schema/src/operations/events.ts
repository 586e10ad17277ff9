import { z } from 'zod';
import { ChannelQuery, EventStreamQuery, EventsAnswer, EventsQuery } from '../events.ts';
import { define, jobParams, queueParams } from './operation.ts';

const stream = {
  method: 'GET',
  permission: 'inspect',
  planes: ['producer', 'worker'],
  status: 200,
  answer: z.string(),
  media: 'text/event-stream',
} as const;

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
  streamEvents: define({
    ...stream,
    id: 'streamEvents',
    path: '/ojs/v1/events/stream',
    summary: 'Events as they happen, as Server-Sent Events; goes on after Last-Event-ID',
    query: EventStreamQuery,
  }),
  streamJobEvents: define({
    ...stream,
    id: 'streamJobEvents',
    path: '/ojs/v1/jobs/{id}/events',
    summary: 'Events of a job as they happen, until it has ended',
    params: jobParams,
    query: ChannelQuery,
  }),
  streamQueueEvents: define({
    ...stream,
    id: 'streamQueueEvents',
    path: '/ojs/v1/queues/{name}/events',
    summary: 'Events of a queue and its jobs as they happen',
    params: queueParams,
    query: ChannelQuery,
  }),
};
