import { z } from 'zod';
import { WorkerId } from './names.ts';
import { Attempt, ReplayCount } from './worker.ts';

/** ojs-durable-execution §4.1. */
export const CheckpointRequest = z
  .object({
    state: z.unknown().meta({ description: 'Any JSON value, null too; at most 1 MiB, by default' }),
    worker_id: WorkerId.optional(),
    attempt: Attempt,
    replay_count: ReplayCount,
  })
  .loose()
  .refine(({ state }) => state !== undefined, { path: ['state'], error: 'is required' })
  .meta({ id: 'CheckpointRequest' });

/** Which lease a request without a body speaks of. */
export const LeaseQuery = z.object({
  worker_id: WorkerId.optional(),
  attempt: z.coerce.number().pipe(Attempt.unwrap()).optional(),
  replay_count: z.coerce.number().pipe(ReplayCount.unwrap()).optional(),
});

const told = {
  job_id: z.string(),
  sequence: z.int().meta({ description: 'How many were saved since the first, or since the last was deleted' }),
  created_at: z.string(),
};
/** The specification tells it inside `checkpoint`, existing clients read it flat: both are there. */
export const CheckpointSavedAnswer = z
  .object({ ...told, checkpoint: z.object(told) })
  .meta({ id: 'CheckpointSavedAnswer' });

export const Checkpoint = z.object({ ...told, state: z.unknown() }).meta({ id: 'Checkpoint' });
export const CheckpointAnswer = z
  .object({ ...told, state: z.unknown(), checkpoint: Checkpoint })
  .meta({ id: 'CheckpointAnswer' });

export const CheckpointDeletedAnswer = z
  .object({ deleted: z.boolean().meta({ description: 'False where there was none' }), job_id: z.string() })
  .meta({ id: 'CheckpointDeletedAnswer' });
