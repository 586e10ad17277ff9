export {
  apiKey,
  type Chain,
  type ConnectionOptions,
  type Credential,
  type CredentialSource,
  defineJob,
  type EnqueueOptions,
  type EnqueueRequest,
  fromEnvironment,
  fromFile,
  type Job,
  type JobDefinition,
  type JobError,
  type JobState,
  OjsConfigurationError,
  OjsConnectionError,
  OjsError,
  OjsTimeoutError,
  OjsValidationError,
  type RetryOptions,
  uuidv7,
} from '@ojs/client';
export { JobCancelledError, JobDroppedError, JobFailedError } from './job-errors.ts';
export type { EnqueueMiddleware, EnqueueNext } from './middleware.ts';
export { type Abortable, createProducer, type Entry, type JobHandle, type Producer } from './producer.ts';
export type { WaitOptions } from './wait.ts';
