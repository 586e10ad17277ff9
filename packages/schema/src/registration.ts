import { z } from 'zod';
import { LIMITS } from './limits.ts';
import { QueueName, WorkerId } from './names.ts';
import { Timestamp } from './time.ts';

/**
 * ojs-worker-protocol §3.1. What describes the process is for the audit log only. Nothing else is taken: a misspelt `queues` must
 * not give a token for all of them.
 */
export const RegisterWorkerRequest = z
  .strictObject({
    worker_id: WorkerId.meta({ description: 'Of this process: the token speaks for it and no other' }),
    queues: z
      .array(QueueName)
      .min(1)
      .max(LIMITS.fetchQueues)
      .optional()
      .meta({ description: 'The token reaches these only. Absent: every queue of the registration' }),
    labels: z.array(z.string().min(1).max(64)).max(20).optional(),
    hostname: z.string().min(1).max(255).optional(),
    pid: z.int().min(0).optional(),
    concurrency: z.int().min(1).optional(),
    started_at: Timestamp.optional(),
  })
  .meta({ id: 'RegisterWorkerRequest' });

/** ojs-worker-protocol §3.3, with a token as RFC 6749 §5.1 has it. */
export const RegisterWorkerAnswer = z
  .object({
    ok: z.literal(true),
    worker_id: z.string(),
    access_token: z.string(),
    token_type: z.enum(['Bearer', 'DPoP']),
    expires_in: z.int().meta({ description: 'Seconds; register again before' }),
    server_time: z.string(),
    visibility_timeout_default: z.number().meta({ description: 'Seconds' }),
  })
  .meta({ id: 'RegisterWorkerAnswer' });

export type RegisterWorkerRequest = z.infer<typeof RegisterWorkerRequest>;
