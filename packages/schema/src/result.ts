import { z } from 'zod';
import { JobError } from './error.ts';
import { JobState } from './job.ts';
import { LIMITS } from './limits.ts';
import { JobId } from './names.ts';

/** ojs-results §8.2. */
export const ResultQuery = z.object({
  wait: z.enum(['true', 'false']).optional(),
  timeout: z.coerce
    .number()
    .int()
    .min(0)
    .max(3_600)
    .optional()
    .meta({ description: 'Seconds to wait with wait=true; 30 unless said, and at most 25' }),
});

export const ResultAnswer = z
  .object({
    job_id: z.string(),
    state: JobState,
    result: z.unknown().meta({ description: 'null where the job did not complete, or with nothing' }),
    error: JobError.optional(),
    result_stored_at: z.string().optional(),
    result_expires_at: z.string().optional(),
    result_size_bytes: z.int().optional(),
  })
  .meta({ id: 'ResultAnswer' });

/** ojs-results §9.3. */
export const ResultsRequest = z
  .object({ ids: z.array(JobId).min(1).max(LIMITS.fetchJobs) })
  .strict()
  .meta({ id: 'ResultsRequest' });

export const ResultsAnswer = z
  .object({
    results: z
      .record(
        z.string(),
        z
          .object({ state: JobState, result: z.unknown(), error: JobError.optional() })
          .nullable()
          .meta({ description: 'null: no such job' }),
      )
      .meta({ description: 'By id; result is null until the job has completed, and again when it was dropped' }),
  })
  .meta({ id: 'ResultsAnswer' });
