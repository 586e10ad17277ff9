export {
  apiKey,
  type Chain,
  type ConnectionOptions,
  type Credential,
  type CredentialSource,
  defineJob,
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
  OjsError,
  type OjsEvent,
  OjsTimeoutError,
  OjsValidationError,
  type RetryOptions,
  type StateChangeEvent,
  type StreamedEvent,
  uuidv7,
} from '@ojs/client';
export { JobCancelledError, JobDroppedError, JobFailedError } from './job-errors.ts';
export type { EnqueueMiddleware, EnqueueNext } from './middleware.ts';
export { type Abortable, createProducer, type Entry, type JobHandle, type Producer } from './producer.ts';
export type { WaitOptions } from './wait.ts';
