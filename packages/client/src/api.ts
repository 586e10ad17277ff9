import type { components, operations } from './generated/openapi.ts';
import type { routes } from './generated/routes.ts';

/** An operation of the API, by its id in the OpenAPI document. */
export type OperationId = keyof typeof routes & keyof operations;

type Media<T> = T extends { content: { 'application/openjobspec+json': infer Body } } ? Body : never;
type Parameter<Id extends OperationId, Place extends 'path' | 'query'> = operations[Id]['parameters'] extends {
  [K in Place]: infer Value;
}
  ? { [K in Place]: Value }
  : operations[Id]['parameters'] extends { [K in Place]?: infer Value }
    ? [NonNullable<Value>] extends [never]
      ? unknown
      : { [K in Place]?: Value }
    : unknown;

type Body<Id extends OperationId> = operations[Id] extends { requestBody: infer Content }
  ? { body: Media<Content> }
  : operations[Id] extends { requestBody?: infer Content }
    ? [NonNullable<Content>] extends [never]
      ? unknown
      : { body?: Media<NonNullable<Content>> }
    : unknown;

/** What an operation is called with: `path`, `query` and `body`, as far as it has them. */
export type CallInput<Id extends OperationId> = Parameter<Id, 'path'> & Parameter<Id, 'query'> & Body<Id>;

type Successes<Responses> = Responses extends { 200: infer Ok } ? Ok : Responses extends { 201: infer Ok } ? Ok : never;

/** What an operation answers. */
export type CallAnswer<Id extends OperationId> = Media<Successes<operations[Id]['responses']>>;

type Schemas = components['schemas'];
/** A job as the server tells it (ojs-core §5.4). */
export type Job = Schemas['Job'];
export type JobState = Schemas['JobState'];
/** One entry of a job's error history. */
export type JobError = Schemas['JobError'];
export type EnqueueRequest = Schemas['EnqueueRequest'];
/** What a worker says went wrong. */
export type JobErrorReport = Schemas['JobErrorReport'];
export type AckRequest = Schemas['AckRequest'];
/** What became of one ack of a batch. */
export type AckBatchResult = Schemas['AckBatchResult'];
export type HeartbeatAnswer = Schemas['HeartbeatAnswer'];
export type RetryPolicyRequest = Schemas['RetryPolicy'];
/** ojs-events §2. */
export type OjsEvent = Schemas['Event'];
export type EventType = Schemas['EventType'];
type Category<Type extends string> = Type extends `${infer Name}.${string}` ? Name : never;
/** A type, all of a category (`job.*`), or all (`*`). */
export type EventPattern = EventType | 'job.state_changed' | `${Category<EventType>}.*` | '*';
export type Workflow = Schemas['Workflow'];
export type WorkflowState = Schemas['WorkflowState'];
/** A workflow without its steps. */
export type WorkflowSummary = Schemas['WorkflowSummary'];
/** A cron entry. */
export type CronJob = Schemas['CronJob'];
/** One firing of a cron entry. */
export type CronFiring = CallAnswer<'getCronHistory'>['history'][number];
