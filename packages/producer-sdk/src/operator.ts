import { type ConnectionOptions, createClient } from '@ojs/client';
import { type Bulk, bulkOf } from './operator/bulk.ts';
import { type Credentials, credentialsOf } from './operator/credentials.ts';
import { type DeadLetters, deadLettersOf } from './operator/dead-letters.ts';
import { type Jobs, jobsOf, type RateLimits, rateLimitsOf } from './operator/jobs.ts';
import { type Queues, queuesOf } from './operator/queues.ts';
import { type Webhooks, webhooksOf } from './operator/webhooks.ts';

/**
 * What an operator does: every call needs a credential of the admin plane, and the permission named in the guides. A producer
 * with the same credential enqueues, cancels and keeps schedules.
 */
export interface Operator {
  readonly queues: Queues;
  readonly deadLetters: DeadLetters;
  readonly bulk: Bulk;
  readonly jobs: Jobs;
  readonly rateLimits: RateLimits;
  readonly webhooks: Webhooks;
  readonly credentials: Credentials;
  /** Lets calls end, then closes the connections. Unused connections keep no process alive. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** @throws {OjsConfigurationError} when a setting is missing or not allowed; nothing is connected yet */
export function createOperator(options: ConnectionOptions = {}): Operator {
  const client = createClient(options);
  const close = (): Promise<void> => client.close();
  return {
    queues: queuesOf(client),
    deadLetters: deadLettersOf(client),
    bulk: bulkOf(client),
    jobs: jobsOf(client),
    rateLimits: rateLimitsOf(client),
    webhooks: webhooksOf(client),
    credentials: credentialsOf(client),
    close,
    [Symbol.asyncDispose]: close,
  };
}
