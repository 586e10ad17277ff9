import type { CallAnswer, CallInput, Client, JobState } from '@ojs/client';
import { type Abortable, checkedId } from '../calls.ts';
import { defined, invalid, moment } from '../values.ts';

/**
 * What became of each job. One call looks at about 1,000 jobs: while there is a `next_cursor`, the same call with it as `cursor`
 * goes on.
 */
export type BulkAnswer = CallAnswer<'cancelJobs'>;

/** Which jobs are meant; everything that is given must hold (ojs-bulk-operations §6.1). */
export interface JobFilter {
  queue?: string;
  /** A job type, or its beginning and `*`. */
  type?: string;
  state?: JobState | JobState[];
  /** Type of the last error. */
  errorType?: string;
  priority?: number;
  enqueuedAfter?: Date | string;
  enqueuedBefore?: Date | string;
  /** All of these. */
  tags?: string[];
  /** Of the metadata, these values. */
  meta?: Record<string, unknown>;
}

/** Jobs by their ids, at most 1,000; or all that a filter means. */
export type Selection = { jobIds: readonly string[] } | { filter: JobFilter };

export interface BulkOptions extends Abortable {
  /** Must be said where a filter selects the jobs, unless it is a dry run. */
  confirm?: true;
  /** Only tells what would be done. */
  dryRun?: boolean;
  /** `atomic`: all or none, at most 100 jobs. Default `partial`: each for itself. */
  atomicity?: 'partial' | 'atomic';
  /** `next_cursor` of the answer before. */
  cursor?: string;
}

/** For operations of which a filter always selects what is meant. */
export type Confirmed = Omit<BulkOptions, 'atomicity'>;

/**
 * The same for many jobs (ojs-bulk-operations). Each job is asked about by itself: what the credential may not do is skipped.
 *
 * @throws {OjsError} with status 422 when nothing could be done to any of the ids: `details.errors` says why of each
 */
export interface Bulk {
  /** Cancels what waits. */
  cancel(which: Selection, options?: BulkOptions): Promise<BulkAnswer>;
  /** Makes available what was discarded or waits for a retry. */
  retry(which: Selection, options?: BulkOptions): Promise<BulkAnswer>;
  /** Deletes what has ended, for good. */
  delete(which: Selection, options?: BulkOptions): Promise<BulkAnswer>;
}

/** @throws {OjsValidationError} before anything is sent */
export function bulkOf(client: Client): Bulk {
  const on =
    (operation: 'cancelJobs' | 'retryJobs' | 'deleteJobs') =>
    async (which: Selection, options: BulkOptions = {}): Promise<BulkAnswer> =>
      client.call(operation, { body: requestOf(which, options) }, { signal: options.signal });

  return { cancel: on('cancelJobs'), retry: on('retryJobs'), delete: on('deleteJobs') };
}

function requestOf(which: Selection, options: BulkOptions): CallInput<'cancelJobs'>['body'] {
  const { confirm, dryRun, atomicity, cursor } = options;
  const rest = { confirm, dry_run: dryRun, atomicity, cursor };
  if ('jobIds' in which) {
    const job_ids = which.jobIds.map((id, i) => checkedId(id, `jobIds[${i}]`));
    return defined({ job_ids, ...rest });
  }
  if (!confirm && !dryRun) throw invalid('confirm', 'must be true where a filter selects the jobs');
  return defined({ filter: filterOf(which.filter), ...rest });
}

const filterOf = ({ errorType, enqueuedAfter, enqueuedBefore, ...same }: JobFilter) =>
  defined({
    ...same,
    error_type: errorType,
    enqueued_after: enqueuedAfter === undefined ? undefined : moment('enqueuedAfter', enqueuedAfter),
    enqueued_before: enqueuedBefore === undefined ? undefined : moment('enqueuedBefore', enqueuedBefore),
  });
