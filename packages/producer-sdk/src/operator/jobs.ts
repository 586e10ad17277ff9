import type { CallAnswer, Client } from '@ojs/client';
import { type Abortable, checkedId } from '../calls.ts';
import { type JobReads, jobReadsOf } from '../job-reads.ts';

/** What is known of jobs beside their records. */
export interface Jobs extends JobReads {
  /** Forgets what happened to a job until now; the job stays. @returns how many events were forgotten */
  deleteHistory(id: string, options?: Abortable): Promise<number>;
}

/** How far a rate limit is used. */
export type RateLimitUse = CallAnswer<'getRateLimit'>;

export interface RateLimits {
  /** How far a key is used; one that nothing uses says so. The credential must be allowed to inspect every queue. */
  get(key: string, options?: Abortable): Promise<RateLimitUse>;
}

export const jobsOf = (client: Client): Jobs => ({
  ...jobReadsOf(client),
  deleteHistory: async (id, { signal } = {}) =>
    (await client.call('deleteJobHistory', { path: { id: checkedId(id) } }, { signal })).events_deleted,
});

export const rateLimitsOf = (client: Client): RateLimits => ({
  get: (key, { signal } = {}) => client.call('getRateLimit', { path: { key } }, { signal }),
});
