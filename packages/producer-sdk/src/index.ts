export {
  type Asked,
  apiKey,
  type Chain,
  type ClientCertificate,
  type ClientCredentialsOptions,
  type ConnectionOptions,
  type Credential,
  type CredentialHeaders,
  type CredentialSource,
  type CronFiring,
  type CronJob,
  clientCredentials,
  createDpopKey,
  type DpopKey,
  defaultCredential,
  defineJob,
  dpop,
  type EnqueueOptions,
  type EnqueueRequest,
  type EventFilter,
  type EventPattern,
  type EventType,
  fromEnvironment,
  fromFile,
  type GapEvent,
  type Job,
  type JobDefinition,
  type JobError,
  type JobState,
  OjsConfigurationError,
  OjsConnectionError,
  OjsCredentialError,
  OjsError,
  type OjsEvent,
  OjsTimeoutError,
  OjsValidationError,
  type Presented,
  type PrivateKey,
  type RateLimitOptions,
  type RetryOptions,
  type SecondFactor,
  type StateChangeEvent,
  type StoredSource,
  type StreamedEvent,
  type UniqueOptions,
  uuidv7,
  type Workflow,
  type WorkflowState,
  type WorkflowSummary,
} from '@ojs/client';
export type { Abortable } from './calls.ts';
export {
  batch,
  type Callbacks,
  chain,
  type Flow,
  group,
  type Part,
  type Results,
  type Step,
  type StepOptions,
  step,
} from './flow.ts';
export { createProducer } from './http-producer.ts';
export { JobCancelledError, JobDroppedError, JobFailedError } from './job-errors.ts';
export type { JobHandle } from './job-handle.ts';
export type { HistoryEvent, JobOutcome, JobProgress, JobReads } from './job-reads.ts';
export type { EnqueueMiddleware, EnqueueNext } from './middleware.ts';
export type { NarrowedToken, NarrowOptions } from './narrow.ts';
export type { Bulk, BulkAnswer, BulkOptions, Confirmed, JobFilter, Selection } from './operator/bulk.ts';
export type {
  CredentialChanges,
  CredentialFilter,
  Credentials,
  CredentialWithKey,
  NewCredential,
  RevocationReason,
  RotateOptions,
  StoredCredential,
} from './operator/credentials.ts';
export type { DeadLetterFilter, DeadLetterStats, DeadLetters } from './operator/dead-letters.ts';
export type { Jobs, RateLimits, RateLimitUse } from './operator/jobs.ts';
export type {
  DeleteQueueOptions,
  PurgeOptions,
  QueueConfig,
  QueueDetails,
  QueueLimits,
  QueueState,
  QueueStats,
  QueueSummary,
  Queues,
} from './operator/queues.ts';
export type {
  Webhook,
  WebhookChanges,
  WebhookDelivery,
  WebhookSubscription,
  Webhooks,
  WebhookTest,
  WebhookWithSecret,
} from './operator/webhooks.ts';
export { createOperator, type Operator } from './operator.ts';
export type { Entry, Producer } from './producer.ts';
export type { Schedule, Schedules } from './schedules.ts';
export type { WaitOptions } from './wait.ts';
export { type StartOptions, WorkflowEndedError, type WorkflowHandle, type Workflows } from './workflows.ts';
