import { z } from 'zod';
import { Confirm, ErrorType, JobTypePattern } from './bulk.ts';
import { Job } from './job.ts';
import { QueueName } from './names.ts';
import { Page, Pagination } from './queue.ts';
import { Timestamp } from './time.ts';

/** What narrows a list of dead letters (ojs-dead-letter §9.1); everything that is given must hold. */
const filter = {
  queue: QueueName.optional(),
  type: JobTypePattern.optional(),
  error_type: ErrorType.optional().meta({ description: 'Type of the error that ended the job' }),
  since: Timestamp.optional().meta({ description: 'Discarded at that moment or later' }),
  until: Timestamp.optional().meta({ description: 'Discarded at that moment or before' }),
};

/** Pages by cursor or offset (http-binding §17), or by number (ojs-admin-api §7.1). */
export const DeadLetterQuery = Page.extend({
  ...filter,
  page: z.coerce.number().int().min(1).max(1_000_000).optional().meta({ description: 'The first is 1' }),
  per_page: z.coerce.number().int().min(1).max(200).optional().meta({ description: 'The same as limit' }),
});

const PagePlace = Pagination.extend({ page: z.int(), per_page: z.int() }).meta({ id: 'PagePlace' });
export const DeadLetterAnswer = z
  .object({ jobs: z.array(Job), pagination: PagePlace })
  .meta({ id: 'DeadLetterAnswer' });
export const AdminDeadLetterAnswer = DeadLetterAnswer.extend({
  items: z.array(Job).meta({ description: 'The same as jobs, as ojs-admin-api has it' }),
}).meta({ id: 'AdminDeadLetterAnswer' });

export const DeadLetterStatsQuery = z.object({ queue: QueueName.optional() });
export const DeadLetterStatsAnswer = z
  .object({
    total: z.int(),
    by_queue: z.record(z.string(), z.int()),
    by_error_type: z.record(z.string(), z.int()).meta({ description: 'Of the newest `looked_at`' }),
    looked_at: z.int(),
    oldest_at: z.string().optional(),
    newest_at: z.string().optional(),
    retention: z.object({ max_age: z.string(), max_count: z.int(), next_prune_at: z.string().optional() }),
  })
  .meta({ id: 'DeadLetterStatsAnswer' });

export const DeletedAnswer = z.object({ deleted: z.literal(true), job_id: z.string() }).meta({ id: 'DeletedAnswer' });

/** ojs-dead-letter §6.2. */
export const DeadLetterBulkRequest = z
  .object({ filter: z.object(filter).strict().optional(), ...Confirm })
  .strict()
  .meta({ id: 'DeadLetterBulkRequest' });
export type DeadLetterBulkRequest = z.infer<typeof DeadLetterBulkRequest>;

/** The filter may stand beside `confirm` too, and `older_than` means `until` (ojs-admin-api §11.3). */
export const DeadLetterPurgeRequest = DeadLetterBulkRequest.extend({ ...filter, older_than: Timestamp.optional() })
  .strict()
  .meta({ id: 'DeadLetterPurgeRequest' });
export type DeadLetterPurgeRequest = z.infer<typeof DeadLetterPurgeRequest>;
