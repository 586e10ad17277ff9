export type { StandardSchemaV1 } from '@standard-schema/spec';
export { refusalOf } from './answer.ts';
export type {
  AckBatchResult,
  AckRequest,
  CallAnswer,
  CallInput,
  CronFiring,
  CronJob,
  EnqueueRequest,
  EventPattern,
  EventType,
  HeartbeatAnswer,
  Job,
  JobError,
  JobErrorReport,
  JobState,
  OjsEvent,
  OperationId,
  RetryPolicyRequest,
  Workflow,
  WorkflowState,
  WorkflowSummary,
} from './api.ts';
export { Chain, through } from './chain.ts';
export { type CallOptions, type Client, createClient } from './client.ts';
export type { ConnectionOptions } from './connection-options.ts';
export { defaultCredential } from './credentials/default-chain.ts';
export { createDpopKey, type DpopKey, dpop } from './credentials/dpop.ts';
export { type ClientCredentialsOptions, clientCredentials } from './credentials/oauth.ts';
export type { PrivateKey } from './credentials/private-key.ts';
export { workerRegistration } from './credentials/registration.ts';
export type { Asked, Credential, CredentialHeaders, CredentialSource, Presented } from './credentials/source.ts';
export { apiKey, fromEnvironment, fromFile, type StoredSource } from './credentials/stored.ts';
export type { SecondFactor } from './elevation.ts';
export {
  type Issue,
  OjsConfigurationError,
  OjsConnectionError,
  OjsCredentialError,
  OjsError,
  type OjsErrorInfo,
  OjsTimeoutError,
  OjsValidationError,
} from './errors.ts';
export type { EventFilter, GapEvent, StateChangeEvent, StreamedEvent } from './event-stream.ts';
export {
  type AnyJob,
  argsOf,
  defineJob,
  type InputOf,
  inputOf,
  type JobDefaults,
  type JobDefinition,
  type JobSettings,
  type ResultOf,
  resultOf,
} from './job.ts';
export type { EnqueueOptions, RateLimitOptions, RetryOptions, UniqueOptions } from './options.ts';
export { backoffMs, DEFAULT_RETRY, isTransient, type RetrySettings } from './retry.ts';
export { sleep } from './sleep.ts';
export type { ClientCertificate } from './tls.ts';
export { type TracedOutcome, traceEnqueue, traceProcess } from './tracing.ts';
export { isJobId, uuidv7 } from './uuid.ts';
export { validate } from './validate.ts';
