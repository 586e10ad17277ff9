import type { CallAnswer, Client } from '@ojs/client';
import { type Abortable, checkedId, pages } from './calls.ts';

/** Something that happened to a job (ojs-execution-history §4). */
export type HistoryEvent = CallAnswer<'getJobHistory'>['events'][number];
/** How far a job says that it is (ojs-progress): `progress` from 0 to 1. */
export type JobProgress = CallAnswer<'getProgress'>;
/** What a job came to, or null for one that does not exist. */
export type JobOutcome = CallAnswer<'getResults'>['results'][string];

export interface JobReads {
  /** What happened to a job, oldest first, page by page as far as one iterates. */
  history(id: string, options?: Abortable): AsyncIterable<HistoryEvent>;
  /** How far the job says it is. @throws {OjsError} with code `not_found` */
  progress(id: string, options?: Abortable): Promise<JobProgress>;
  /** What up to 100 jobs came to, by their ids, without waiting and unchecked; see also `producer.result`. */
  results(ids: readonly string[], options?: Abortable): Promise<Readonly<Record<string, JobOutcome>>>;
}

const PAGE = 200;

export const jobReadsOf = (client: Client): JobReads => ({
  history: (id, { signal } = {}) =>
    pages(async (place) => {
      const input = { path: { id: checkedId(id) }, query: { limit: PAGE, ...place } };
      const { events, next_cursor } = await client.call('getJobHistory', input, { signal });
      return { items: events, next: next_cursor };
    }),
  progress: async (id, { signal } = {}) => client.call('getProgress', { path: { id: checkedId(id) } }, { signal }),
  results: async (ids, { signal } = {}) => {
    const body = { ids: ids.map((id, i) => checkedId(id, `ids[${i}]`)) };
    return (await client.call('getResults', { body }, { signal })).results;
  },
});
