import {
  type AnyJob,
  type EnqueueOptions,
  type EnqueueRequest,
  type JobDefinition,
  OjsValidationError,
  resultOf,
} from '@ojs/client';
import { enqueueRequest } from './enqueue-request.ts';
import { checkedArgs } from './stable-args.ts';

/** What a step differs in from other jobs of its type; its id is made by the server. */
export type StepOptions = Omit<EnqueueOptions, 'id'>;

/** One job of a workflow. */
export interface Step<Result> {
  readonly kind: 'step';
  readonly job: AnyJob;
  readonly input: unknown;
  readonly options: StepOptions;
  /** Never there: what its result will be. */
  readonly resultIs?: Result;
}

/** Steps one after the other, side by side, or side by side with callbacks when they have ended. */
export interface Flow<Results> {
  readonly kind: 'chain' | 'group' | 'batch';
  readonly parts: readonly Part[];
  readonly callbacks?: Callbacks;
  /** Never there: what the results of its parts will be. */
  readonly resultIs?: Results;
}

export type Part = Step<unknown> | Flow<unknown>;
/** A tuple of what its parts result in, nested as they are. */
export type Results<P> = P extends Step<infer R> ? R : P extends Flow<infer R> ? R : never;
type ResultsOfAll<Parts extends readonly Part[]> = { -readonly [K in keyof Parts]: Results<Parts[K]> };
type ResultsOfSome<Parts extends readonly Part[]> = { -readonly [K in keyof Parts]: Results<Parts[K]> | undefined };

/** When all jobs of a batch have ended (ojs-workflows §6.3). */
export interface Callbacks {
  onComplete?: Step<unknown>;
  /** If all succeeded. */
  onSuccess?: Step<unknown>;
  /** If one failed. */
  onFailure?: Step<unknown>;
}

/** A job as a step of a workflow. Its handler finds the results of the steps before in `context.parents`. */
export function step<Input, Result>(
  job: JobDefinition<Input, unknown, unknown, Result>,
  input: NoInfer<Input>,
  options: StepOptions = {},
): Step<Result> {
  return { kind: 'step', job: job as AnyJob, input, options };
}

/** One after the other; the next begins when the one before has succeeded. @throws {OjsValidationError} for none */
export const chain = <const Parts extends readonly Part[]>(...parts: Parts): Flow<ResultsOfAll<Parts>> =>
  flow('chain', parts);

/** Side by side; done when all have succeeded. @throws {OjsValidationError} for none */
export const group = <const Parts extends readonly Part[]>(...parts: Parts): Flow<ResultsOfAll<Parts>> =>
  flow('group', parts);

/**
 * A group that calls jobs when it has ended, and is then done even if some failed (ojs-workflows §6.4): those have no result.
 *
 * @throws {OjsValidationError} for no jobs, or no callback
 */
export function batch<const Parts extends readonly Part[]>(
  parts: Parts,
  callbacks: Callbacks,
): Flow<ResultsOfSome<Parts>> {
  if (!Object.values(callbacks).some(Boolean)) throw invalid('callbacks', 'must have at least one');
  return { ...flow('batch', parts), callbacks };
}

function flow<Parts extends readonly Part[]>(kind: Flow<unknown>['kind'], parts: Parts): Flow<ResultsOfAll<Parts>> {
  if (parts.length === 0) throw invalid('steps', 'must have at least one');
  return { kind, parts };
}

const invalid = (path: string, message: string): OjsValidationError =>
  new OjsValidationError('The workflow is not valid', [{ path, message }]);

/** A part as it is sent. @throws {OjsValidationError} when the input of a step does not fit */
export async function requestOf(part: Part): Promise<Record<string, unknown>> {
  if (part.kind === 'step') return stepRequest(part);
  const parts = await Promise.all(part.parts.map(requestOf));
  const { callbacks } = part;
  return {
    type: part.kind,
    [part.kind === 'chain' ? 'steps' : 'jobs']: parts,
    ...(callbacks && { callbacks: await callbackRequests(callbacks) }),
  };
}

async function stepRequest({ job, input, options }: Step<unknown>): Promise<EnqueueRequest> {
  const { id, specversion, ...request } = enqueueRequest(job, PLACEHOLDER, await checkedArgs(job, input), options);
  return request;
}

/** Steps are sent without an id; the server makes theirs. */
const PLACEHOLDER = '00000000-0000-7000-8000-000000000000';

async function callbackRequests({ onComplete, onSuccess, onFailure }: Callbacks): Promise<Record<string, unknown>> {
  const named = { on_complete: onComplete, on_success: onSuccess, on_failure: onFailure };
  const given = Object.entries(named).filter((entry): entry is [string, Step<unknown>] => entry[1] !== undefined);
  return Object.fromEntries(await Promise.all(given.map(async ([name, each]) => [name, await stepRequest(each)])));
}

/** A part of an answer. */
export interface AnsweredPart {
  readonly state?: string;
  readonly result?: unknown;
  readonly steps?: readonly AnsweredPart[];
  readonly jobs?: readonly AnsweredPart[];
}

/** The results in an answer, checked by the definitions. @throws {OjsValidationError} */
export async function resultsOf(part: Part, answered: AnsweredPart | undefined): Promise<unknown> {
  if (part.kind === 'step') return answered?.state === 'completed' ? resultOf(part.job, answered.result) : undefined;
  const parts = answered?.steps ?? answered?.jobs ?? [];
  return Promise.all(part.parts.map((each, i) => resultsOf(each, parts[i])));
}
