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
  clientCredentials,
  createDpopKey,
  type DpopKey,
  defaultCredential,
  defineJob,
  dpop,
  fromEnvironment,
  fromFile,
  type Job,
  type JobDefinition,
  OjsConfigurationError,
  OjsConnectionError,
  OjsCredentialError,
  OjsError,
  OjsValidationError,
  type Presented,
  type PrivateKey,
  type StoredSource,
  workerRegistration,
} from '@ojs/client';
export type { Checkpoint } from './checkpoint.ts';
export type { JobContext } from './context.ts';
export type { WorkerEvent, WorkerState } from './events.ts';
export { inThread, type ThreadContext, type ThreadOptions } from './in-thread.ts';
export type { Middleware } from './middleware.ts';
export type { WorkerOptions } from './options.ts';
export type { HandlerOptions } from './versions.ts';
export { createWorker, type Worker } from './worker.ts';
export { type AbortReason, JobAbortedError, NonRetryableError } from './worker-errors.ts';
