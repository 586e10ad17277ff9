import type { CallAnswer, Client, Job } from '@ojs/client';
import { type Abortable, checkedId, gone, pages } from '../calls.ts';
import { defined, moment } from '../values.ts';
import type { BulkAnswer, Confirmed } from './bulk.ts';

/** Which dead letters are meant; everything that is given must hold (ojs-dead-letter §9.1). */
export interface DeadLetterFilter {
  queue?: string;
  /** A job type, or its beginning and `*`. */
  type?: string;
  /** Type of the error that ended the job. */
  errorType?: string;
  /** Discarded at that moment or later. */
  since?: Date | string;
  /** Discarded at that moment or before. */
  until?: Date | string;
}

export type DeadLetterStats = CallAnswer<'getDeadLetterStats'>;

/** Jobs that failed for good and are kept to be looked at. */
export interface DeadLetters {
  /** Newest first, page by page as far as one iterates. */
  list(filter?: DeadLetterFilter & Abortable): AsyncIterable<Job>;
  /** How many there are, and of what errors. */
  stats(filter?: { queue?: string } & Abortable): Promise<DeadLetterStats>;
  /** With all its errors. @throws {OjsError} with code `not_found` */
  get(id: string, options?: Abortable): Promise<Job>;
  /** Starts the job anew, with attempt 0. The credential must be allowed to enqueue on its queue. */
  retry(id: string, options?: Abortable): Promise<Job>;
  /** For good. */
  delete(id: string, options?: Abortable): Promise<void>;
  /** Starts all that the filter means anew; a part at a time: see {@link BulkAnswer}. */
  retryAll(filter: DeadLetterFilter, options: Confirmed): Promise<BulkAnswer>;
  /** Deletes all that the filter means, for good; a part at a time: see {@link BulkAnswer}. */
  purge(filter: DeadLetterFilter, options: Confirmed): Promise<BulkAnswer>;
}

const PAGE = 100;

export function deadLettersOf(client: Client): DeadLetters {
  return {
    list: ({ signal, ...filter } = {}) =>
      pages(async (place) => {
        const query = { limit: PAGE, ...filterOf(filter), ...place };
        const { jobs, pagination } = await client.call('listDeadLetters', { query }, { signal });
        return { items: jobs, next: pagination.next_cursor };
      }),
    stats: ({ signal, ...query } = {}) => client.call('getDeadLetterStats', { query }, { signal }),
    get: async (id, { signal } = {}) =>
      (await client.call('getDeadLetter', { path: { id: checkedId(id) } }, { signal })).job,
    retry: async (id, { signal } = {}) =>
      (await client.call('retryDeadLetter', { path: { id: checkedId(id) } }, { signal })).job,
    delete: async (id, { signal } = {}) =>
      gone(client.call('deleteDeadLetter', { path: { id: checkedId(id) } }, { signal })),
    retryAll: async (filter, options) =>
      client.call('retryDeadLetters', { body: requestOf(filter, options) }, { signal: options.signal }),
    purge: async (filter, options) =>
      client.call('purgeDeadLetters', { body: requestOf(filter, options) }, { signal: options.signal }),
  };
}

const filterOf = ({ queue, type, errorType, since, until }: DeadLetterFilter) =>
  defined({
    queue,
    type,
    error_type: errorType,
    since: since === undefined ? undefined : moment('since', since),
    until: until === undefined ? undefined : moment('until', until),
  });

const requestOf = (filter: DeadLetterFilter, { confirm, dryRun, cursor }: Confirmed) =>
  defined({ filter: filterOf(filter), confirm, dry_run: dryRun, cursor });
