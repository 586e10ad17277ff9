import { ackRoutes } from './acks.ts';
import { attemptRoutes } from './attempts.ts';
import { bulkRoutes } from './bulk.ts';
import { bulkEnqueueRoutes } from './bulk-enqueue.ts';
import { credentialRoutes } from './credentials.ts';
import { cronRoutes } from './crons.ts';
import { deadLetterRoutes } from './dead-letter.ts';
import { elevationRoutes } from './elevation.ts';
import { eventRoutes } from './events.ts';
import { historyRoutes } from './history.ts';
import { jobRoutes } from './jobs.ts';
import { queueControlRoutes } from './queue-control.ts';
import { queueRoutes } from './queues.ts';
import { rateLimitRoutes } from './rate-limits.ts';
import { registrationRoutes } from './registration.ts';
import { resultRoutes } from './results.ts';
import type { Route } from './route.ts';
import { signingKeyRoutes } from './signing-keys.ts';
import { systemRoutes } from './system.ts';
import { tokenRevocationRoutes } from './token-revocation.ts';
import { tokenRoutes } from './tokens.ts';
import { webhookRoutes } from './webhooks.ts';
import { workerRoutes } from './workers.ts';
import { workflowRoutes } from './workflows.ts';

/** Everything that the server answers. */
export const ROUTES: readonly Route[] = [
  ...systemRoutes,
  ...jobRoutes,
  ...historyRoutes,
  ...workerRoutes,
  ...workflowRoutes,
  ...ackRoutes,
  ...attemptRoutes,
  ...deadLetterRoutes,
  ...bulkRoutes,
  ...bulkEnqueueRoutes,
  ...resultRoutes,
  ...queueRoutes,
  ...cronRoutes,
  ...queueControlRoutes,
  ...rateLimitRoutes,
  ...eventRoutes,
  ...webhookRoutes,
  ...tokenRoutes,
  ...tokenRevocationRoutes,
  ...signingKeyRoutes,
  ...elevationRoutes,
  ...credentialRoutes,
  ...registrationRoutes,
];
