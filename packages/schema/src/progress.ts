import { z } from 'zod';
import { JobState } from './job.ts';
import { JobId, WorkerId } from './names.ts';
import { Attempt, ReplayCount } from './worker.ts';

/** Characters of a progress message, which also travels in events. */
const MESSAGE_CHARS = 1_000;

const report = {
  worker_id: WorkerId.optional(),
  attempt: Attempt,
  replay_count: ReplayCount,
  message: z.string().max(MESSAGE_CHARS).nullish(),
  data: z.record(z.string(), z.unknown()).nullish().meta({ description: 'At most 16 KiB of JSON, by default' }),
};

/** ojs-progress §5 and §6.4. A value outside 0 to 1 is clamped; one below what was reported before is ignored. */
export const ProgressRequest = z
  .object({
    ...report,
    progress: z.number().nullish().meta({ description: '0 to 1; clamped, and never goes down within an attempt' }),
    checkpoint: z.unknown().optional().meta({ description: 'Saved as the job’s checkpoint, in the same step' }),
  })
  .loose()
  .refine(({ progress, message, data }) => [progress, message, data].some((each) => each != null), {
    path: ['progress'],
    error: 'is required, unless there is data or a message',
  })
  .meta({ id: 'ProgressRequest' });

/** The same in percent, as the official JavaScript client says it. */
export const WorkerProgressRequest = z
  .object({ ...report, job_id: JobId, percentage: z.number().meta({ description: '0 to 100; clamped' }) })
  .loose()
  .meta({ id: 'WorkerProgressRequest' });

/** How far an attempt says it is. */
const reported = {
  progress: z.number().nullable().meta({ description: '0 to 1' }),
  message: z.string().nullable(),
  data: z.record(z.string(), z.unknown()).nullable(),
  updated_at: z.string().nullable(),
};
export const Progress = z.object({ job_id: z.string(), state: JobState, ...reported }).meta({ id: 'Progress' });
export type Progress = z.infer<typeof Progress>;

export const ProgressAnswer = z
  .object({
    job_id: z.string(),
    state: JobState,
    accepted: z.boolean().meta({ description: 'False where no attempt is under way: such a report is ignored' }),
    ...z.object(reported).partial().shape,
  })
  .meta({ id: 'ProgressAnswer' });
export type ProgressAnswer = z.infer<typeof ProgressAnswer>;
