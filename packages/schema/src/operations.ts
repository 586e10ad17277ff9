import { attemptOperations } from './operations/attempts.ts';
import { bulkOperations } from './operations/bulk.ts';
import { credentialOperations } from './operations/credentials.ts';
import { cronOperations } from './operations/crons.ts';
import { deadLetterOperations } from './operations/dead-letters.ts';
import { elevationOperations } from './operations/elevation.ts';
import { eventOperations } from './operations/events.ts';
import { historyOperations } from './operations/history.ts';
import { jobOperations } from './operations/jobs.ts';
import type { Operation } from './operations/operation.ts';
import { queueOperations } from './operations/queues.ts';
import { rateLimitOperations } from './operations/rate-limits.ts';
import { registrationOperations } from './operations/registration.ts';
import { resultOperations } from './operations/results.ts';
import { systemOperations } from './operations/system.ts';
import { tokenOperations } from './operations/tokens.ts';
import { webhookOperations } from './operations/webhooks.ts';
import { workerOperations } from './operations/workers.ts';
import { workflowOperations } from './operations/workflows.ts';

export type { Operation } from './operations/operation.ts';

/** Everything that can be asked of a server, one file a resource. */
export const operations = {
  ...systemOperations,
  ...jobOperations,
  ...historyOperations,
  ...workerOperations,
  ...workflowOperations,
  ...attemptOperations,
  ...deadLetterOperations,
  ...bulkOperations,
  ...resultOperations,
  ...queueOperations,
  ...rateLimitOperations,
  ...eventOperations,
  ...cronOperations,
  ...webhookOperations,
  ...tokenOperations,
  ...elevationOperations,
  ...credentialOperations,
  ...registrationOperations,
} satisfies Record<string, Operation>;

export type Operations = typeof operations;
export type OperationId = keyof Operations;
