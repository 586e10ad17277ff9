import { operations } from '@ojs/schema';
import { eventFilter, permitWish } from './event-filter.ts';
import { answerStream } from './event-stream.ts';
import { PAGE_LIMIT } from './pagination.ts';
import { permitJob, permitQueues } from './permit.ts';
import { notFound } from './refusals.ts';
import { type Route, route } from './route.ts';

export const eventRoutes: readonly Route[] = [
  route(operations.listEvents, {
    target: 'visible',
    async handle(ask, { query }) {
      const { types, queues, job_types: jobTypes, limit = PAGE_LIMIT, after } = query;
      const wish = { types, queues, jobTypes };
      permitWish(ask, wish);
      const { events, hasMore } = await ask.services.engine.events(ask.tenant, {
        matches: eventFilter(ask, wish).matches,
        limit,
        ...(after !== undefined && { after }),
      });
      const cursor = events.at(after === undefined ? 0 : -1)?.id ?? after;
      return { body: { events, ...(cursor !== undefined && { cursor }), has_more: hasMore } };
    },
  }),

  route(operations.streamEvents, {
    target: { visible: ({ query }) => ({ job: jobOf(query) }) },
    async handle(ask, { query }) {
      const { types = query.event_types, queues, job_types: jobTypes, channel } = query;
      const [kind, name] = channel?.split(':', 2) ?? [];
      const job = jobOf(query);
      const wish = { types, queues: kind === 'queue' && name ? [name] : queues, jobTypes, job };
      if (job !== undefined) await permitJob(ask, job, 'inspect');
      permitWish(ask, wish);
      if (kind === 'queue' && name) await mustExist(ask, name);
      return answerStream(ask, wish, { channel, lastEventId: query.last_event_id });
    },
  }),

  route(operations.streamJobEvents, {
    target: { job: ({ params }) => params.id },
    handle: (ask, { params: { id }, query }) =>
      answerStream(
        ask,
        { types: query.types ?? query.event_types, job: id },
        { channel: `job:${id}`, lastEventId: query.last_event_id },
      ),
  }),

  route(operations.streamQueueEvents, {
    target: { queues: ({ params }) => [params.name] },
    async handle(ask, { params: { name }, query }) {
      permitQueues(ask, [name], 'inspect');
      await mustExist(ask, name);
      return answerStream(
        ask,
        { types: query.types ?? query.event_types, queues: [name] },
        { channel: `queue:${name}`, lastEventId: query.last_event_id },
      );
    },
  }),
];

/** The job that a stream is about, as its channel or beside it. */
function jobOf({ channel, job }: { channel?: string | undefined; job?: string | undefined }): string | undefined {
  const [kind, name] = channel?.split(':', 2) ?? [];
  return kind === 'job' ? name : job;
}

async function mustExist(ask: Parameters<typeof permitJob>[0], queue: string): Promise<void> {
  if ((await ask.services.engine.stats(ask.tenant, queue)) === undefined) throw notFound('queue', queue);
}
