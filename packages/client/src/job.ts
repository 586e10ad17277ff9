import type { StandardSchemaV1 } from '@standard-schema/spec';
import { OjsValidationError } from './errors.ts';
import type { EnqueueOptions } from './options.ts';
import { validate } from './validate.ts';

/**
 * A job as producer and worker both know it: its type, and what its arguments (and its result) look like.
 * `Input` goes into `enqueue`, `Output` is what the handler gets; `ResultInput` is what the handler returns, `Result`
 * what a producer reads.
 */
export interface JobDefinition<Input, Output, ResultInput, Result> {
  readonly type: string;
  readonly schema: StandardSchemaV1<Input, Output>;
  /** Whether the schema describes the whole array of arguments, or its only element. */
  readonly whole: boolean;
  readonly result: StandardSchemaV1<ResultInput, Result> | undefined;
  /** What `enqueue` uses where it is told nothing else. */
  readonly options: JobDefaults;
}

/** Any definition. */
export type AnyJob = JobDefinition<unknown, unknown, unknown, unknown>;
export type InputOf<J extends AnyJob> = J extends JobDefinition<infer Input, unknown, unknown, unknown> ? Input : never;
export type ResultOf<J extends AnyJob> = J extends JobDefinition<unknown, unknown, unknown, infer R> ? R : never;

/** Options that make sense for every job of a type. */
export type JobDefaults = Pick<
  EnqueueOptions,
  'queue' | 'priority' | 'retry' | 'timeoutMs' | 'tags' | 'unique' | 'rateLimit' | 'version'
>;

/** Third argument of {@link defineJob}. */
export interface JobSettings<ResultInput, Result> extends JobDefaults {
  /** Checks what the handler returns, and what the producer reads. */
  result?: StandardSchemaV1<ResultInput, Result>;
}

type Arguments = readonly unknown[];

/** Security page, Input Validation. */
const JOB_TYPE = /^[a-zA-Z0-9._-]{1,255}$/;

/**
 * Defines a job once, for producer and worker. Its arguments are checked before they leave and again before the handler.
 *
 * - `defineJob('email.send', schema)`: the job has one argument, which the schema describes: `args` is `[value]`.
 * - `defineJob('image.resize', { args: schema })`: the schema describes the whole array of arguments (a tuple, say).
 *
 * What the schema returns is what is sent: defaults are filled in and unknown keys are dropped before they leave. So the
 * schema must accept, after JSON, what it returned; `enqueue` says so when it does not.
 *
 * @param schema of any Standard Schema library (zod, Valibot, ArkType, …)
 * @throws {OjsValidationError} when the type is not a legal name
 */
export function defineJob<Args extends Arguments, Output extends Arguments, ResultInput = unknown, Result = unknown>(
  type: string,
  schema: { args: StandardSchemaV1<Args, Output> },
  settings?: JobSettings<ResultInput, Result>,
): JobDefinition<Args, Output, ResultInput, Result>;
export function defineJob<Input, Output, ResultInput = unknown, Result = unknown>(
  type: string,
  schema: StandardSchemaV1<Input, Output>,
  settings?: JobSettings<ResultInput, Result>,
): JobDefinition<Input, Output, ResultInput, Result>;
export function defineJob(
  type: string,
  schema: StandardSchemaV1 | { args: StandardSchemaV1 },
  settings: JobSettings<unknown, unknown> = {},
): AnyJob {
  if (!JOB_TYPE.test(type))
    throw new OjsValidationError('defineJob', [{ path: 'type', message: `must match ${JOB_TYPE.source}` }]);
  const { result, ...options } = settings;
  const whole = !('~standard' in schema);
  return Object.freeze({ type, schema: whole ? schema.args : schema, whole, result, options });
}

/**
 * The arguments to send for an input.
 *
 * @throws {OjsValidationError} when the input does not fit
 */
export async function argsOf(job: AnyJob, input: unknown): Promise<unknown[]> {
  const output = await checked(job, input);
  return job.whole ? [...(output as Arguments)] : [output];
}

/**
 * What the handler gets for the arguments that arrived.
 *
 * @throws {OjsValidationError} when they do not fit
 */
export function inputOf<Output>(
  job: JobDefinition<unknown, Output, unknown, unknown>,
  args: Arguments,
): Output | Promise<Output> {
  if (job.whole) return checked(job, args);
  if (args.length === 1) return checked(job, args[0]);
  throw new OjsValidationError(subjectOf(job), [{ path: 'args', message: `must have 1 element, has ${args.length}` }]);
}

const subjectOf = (job: AnyJob): string => `The arguments of a job ${job.type} do not fit`;

function checked<Output>(
  job: JobDefinition<unknown, Output, unknown, unknown>,
  value: unknown,
): Output | Promise<Output> {
  return validate(job.schema, value, subjectOf(job), job.whole ? 'args' : 'args/0', 'invalid_payload');
}

/**
 * A result as its schema has it; unchanged when there is none.
 *
 * @throws {OjsValidationError} with code `invalid_result`
 */
export function resultOf<Result>(
  job: JobDefinition<unknown, unknown, unknown, Result>,
  value: unknown,
): Result | Promise<Result> {
  if (!job.result) return value as Result;
  return validate(job.result, value, `The result of a job ${job.type} does not fit`, 'result', 'invalid_result');
}
