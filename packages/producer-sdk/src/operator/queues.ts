import type { CallAnswer, Client, JobState } from '@ojs/client';
import { type Abortable, pages } from '../calls.ts';
import { defined, duration, moment } from '../values.ts';

/** A queue in a list. */
export type QueueSummary = CallAnswer<'listQueues'>['queues'][number];
/** A queue with its state, its limits and its jobs by state. */
export type QueueDetails = CallAnswer<'getQueue'>;
export type QueueStats = CallAnswer<'getQueueStats'>;
/** Whether a queue is `active`, `paused` or `draining`. */
export type QueueState = CallAnswer<'pauseQueue'>;
/** What a queue itself allows, as the server tells it. */
export type QueueConfig = CallAnswer<'getQueueConfig'>['config'];

/** What a queue itself allows, whatever its jobs say; what is not given is not limited (ojs-rate-limiting §7.2). */
export interface QueueLimits {
  /** Jobs active at once. */
  concurrency?: number;
  /** So many starts in a period. */
  rateLimit?: { limit: number; periodMs: number };
}

export interface PurgeOptions extends Abortable {
  /** Jobs are gone for good, so it must be said. */
  confirm: true;
  /** Default: all that wait (`available`, `scheduled`, `retryable`, `pending`). Active jobs are never purged. */
  states?: Exclude<JobState, 'active'>[];
  /** Only what ended before; for states in which jobs have ended. */
  olderThan?: Date | string;
}

export interface DeleteQueueOptions extends Abortable {
  confirm: true;
  /** What becomes of jobs that wait: `reject` (default) deletes nothing while there are any, `discard` discards them. */
  strategy?: 'reject' | 'discard';
}

export interface Queues {
  /** By name, page by page as far as one iterates: those that the credential may inspect. */
  list(options?: Abortable): AsyncIterable<QueueSummary>;
  /** @throws {OjsError} with code `not_found` */
  get(name: string, options?: Abortable): Promise<QueueDetails>;
  /** How many jobs are in which state. @throws {OjsError} with code `not_found` */
  stats(name: string, options?: Abortable): Promise<QueueStats>;
  /** Creates a queue before its first job. @throws {OjsError} with status 409 when it exists */
  create(name: string, limits?: QueueLimits, options?: Abortable): Promise<QueueDetails>;
  config(name: string, options?: Abortable): Promise<QueueConfig>;
  /** Replaces the limits of a queue as a whole: `{}` removes them. */
  configure(name: string, limits: QueueLimits, options?: Abortable): Promise<QueueConfig>;
  /** Hands out no more jobs; enqueueing goes on. */
  pause(name: string, options?: Abortable): Promise<QueueState>;
  /** Ends pausing and draining. */
  resume(name: string, options?: Abortable): Promise<QueueState>;
  /** Takes no new jobs, and hands out those that it has. */
  drain(name: string, options?: Abortable): Promise<QueueState>;
  /** Removes jobs by their state, at most 100,000 a call: `has_more` says whether to call again. */
  purge(name: string, options: PurgeOptions): Promise<CallAnswer<'purgeQueue'>>;
  /** Deletes a queue with the jobs that ended in it. Answered `draining`, it is to be called again. */
  delete(name: string, options: DeleteQueueOptions): Promise<CallAnswer<'deleteQueue'>>;
}

const PAGE = 100;

export function queuesOf(client: Client): Queues {
  type Switch = 'pauseQueue' | 'resumeQueue' | 'drainQueue';
  const turn =
    (operation: Switch) =>
    (name: string, { signal }: Abortable = {}): Promise<QueueState> =>
      client.call(operation, { path: { name } }, { signal });

  return {
    pause: turn('pauseQueue'),
    resume: turn('resumeQueue'),
    drain: turn('drainQueue'),

    list: ({ signal } = {}) =>
      pages(async (place) => {
        const query = { limit: PAGE, ...place };
        const { queues, pagination } = await client.call('listQueues', { query }, { signal });
        return { items: queues, next: pagination.next_cursor };
      }),
    get: (name, { signal } = {}) => client.call('getQueue', { path: { name } }, { signal }),
    stats: (name, { signal } = {}) => client.call('getQueueStats', { path: { name } }, { signal }),
    create: async (name, limits, { signal } = {}) =>
      client.call('createQueue', { body: { name, ...(limits && { config: configOf(limits) }) } }, { signal }),
    config: async (name, { signal } = {}) =>
      (await client.call('getQueueConfig', { path: { name } }, { signal })).config,
    configure: async (name, limits, { signal } = {}) =>
      (await client.call('configureQueue', { path: { name }, body: configOf(limits) }, { signal })).config,
    purge: async (name, { confirm, states, olderThan, signal }) => {
      const older_than = olderThan === undefined ? undefined : moment('olderThan', olderThan);
      return client.call('purgeQueue', { path: { name }, body: defined({ confirm, states, older_than }) }, { signal });
    },
    delete: (name, { confirm, strategy, signal }) =>
      client.call('deleteQueue', { path: { name }, body: defined({ confirm, strategy }) }, { signal }),
  };
}

const configOf = ({ concurrency, rateLimit }: QueueLimits): QueueConfig =>
  defined({
    concurrency,
    rate_limit: rateLimit && {
      limit: rateLimit.limit,
      period: duration('rateLimit.periodMs', rateLimit.periodMs),
    },
  });
