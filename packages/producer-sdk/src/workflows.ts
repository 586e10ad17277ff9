import {
  type CallInput,
  type Client,
  isJobId,
  OjsError,
  OjsTimeoutError,
  OjsValidationError,
  sleep,
  uuidv7,
  type Workflow,
  type WorkflowState,
  type WorkflowSummary,
} from '@ojs/client';
import { pages } from './calls.ts';
import { type Flow, requestOf, resultsOf } from './flow.ts';
import type { WaitOptions } from './wait.ts';

/** A workflow that was started. */
export interface WorkflowHandle<Results> {
  readonly id: string;
  /** As the server answered when it was started. */
  readonly workflow: Workflow;
  /**
   * Waits until it has ended and returns what its steps returned, nested as they are, checked by their definitions.
   *
   * @throws {WorkflowEndedError} when it failed or was cancelled, {@link OjsTimeoutError}, {@link OjsValidationError}
   */
  results(options?: WaitOptions): Promise<Results>;
}

/** It failed, or was cancelled; `workflow` says of each step what became of it. Code `failed` or `cancelled`. */
export class WorkflowEndedError extends OjsError {
  readonly workflow!: Workflow;

  constructor(workflow: Workflow) {
    const [first] = workflow.metadata.errors ?? [];
    super(`Workflow ${workflow.id} ${workflow.state}${first ? `: ${first.message}` : ''}`, { code: workflow.state });
    // For who asks, not for logs: steps have results.
    Object.defineProperty(this, 'workflow', { value: workflow, enumerable: false });
  }
}

export interface StartOptions {
  /** To find it by. */
  name?: string;
  /** A UUIDv7 of your own, so that repeating the call makes no second workflow. */
  id?: string;
  signal?: AbortSignal;
}

export interface Workflows {
  /**
   * Starts a workflow. The credential must be allowed to enqueue every step of it.
   *
   * @throws {OjsValidationError} before anything is sent, {@link OjsError} when the server refuses: then nothing is started
   */
  start<Results>(flow: Flow<Results>, options?: StartOptions): Promise<WorkflowHandle<Results>>;
  /** @throws {OjsError} with code `not_found` */
  get(id: string, options?: { signal?: AbortSignal }): Promise<Workflow>;
  /** Nothing more of it begins; jobs that a worker has go on. @throws {OjsError} with code `conflict` when it has ended */
  cancel(id: string, options?: { signal?: AbortSignal }): Promise<Workflow>;
  /** Newest first, page by page as far as one iterates. */
  list(filter?: { state?: WorkflowState; signal?: AbortSignal }): AsyncIterable<WorkflowSummary>;
}

type WorkflowRequest = CallInput<'createWorkflow'>['body'];

/** How often the server is asked while one waits, in milliseconds: soon at first, then more rarely. */
const FIRST_PAUSE_MS = 100;
const PAUSE_MAX_MS = 2_000;
const PAGE = 100;

export function workflowsOf(client: Client): Workflows {
  const get: Workflows['get'] = async (id, { signal } = {}) =>
    (await client.call('getWorkflow', { path: { id: checkedId(id) } }, { signal })).workflow;

  async function ended(id: string, { timeoutMs, signal }: WaitOptions): Promise<Workflow> {
    const until = timeoutMs === undefined ? Number.POSITIVE_INFINITY : performance.now() + timeoutMs;
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 1.5, PAUSE_MAX_MS)) {
      const workflow = await get(id, signal ? { signal } : {});
      if (workflow.state !== 'running') return workflow;
      const left = until - performance.now();
      if (left <= 0)
        throw new OjsTimeoutError(`Workflow ${id} runs after ${timeoutMs} ms; it goes on, ask again later`, id);
      await sleep(Math.min(pause, left), signal);
    }
  }

  return {
    get,

    async start<Results>(flow: Flow<Results>, { name, id = uuidv7(), signal }: StartOptions = {}) {
      const parts = await requestOf(flow);
      const body = { ...parts, id: checkedId(id), ...(name !== undefined && { name }) } as WorkflowRequest;
      const workflow = await client.call('createWorkflow', { body }, { signal }).then(
        (answer) => answer.workflow,
        (error: unknown) => {
          // The answer to an earlier try was lost.
          const isOurs = error instanceof OjsError && error.status === 409 && error.attempts > 1;
          if (isOurs) return get(id, signal ? { signal } : {});
          throw error;
        },
      );
      return {
        id: workflow.id,
        workflow,
        async results(options: WaitOptions = {}) {
          const last = await ended(workflow.id, options);
          if (last.state !== 'completed') throw new WorkflowEndedError(last);
          return (await resultsOf(flow, last)) as Results;
        },
      };
    },

    async cancel(id, { signal } = {}) {
      try {
        return (await client.call('cancelWorkflow', { path: { id: checkedId(id) } }, { signal })).workflow;
      } catch (error) {
        // The answer to an earlier try was lost: it may have been that one that cancelled the workflow.
        if (!(error instanceof OjsError) || error.status !== 409 || error.attempts === 1) throw error;
        const workflow = await get(id, signal ? { signal } : {});
        if (workflow.state !== 'cancelled') throw error;
        return workflow;
      }
    },

    list: ({ state, signal } = {}) =>
      pages(async (place) => {
        const query = { limit: PAGE, ...(state && { state }), ...place };
        const { workflows, pagination } = await client.call('listWorkflows', { query }, { signal });
        return { items: workflows, next: pagination.next_cursor };
      }),
  };
}

function checkedId(id: string): string {
  if (isJobId(id)) return id;
  throw new OjsValidationError('The workflow id is not valid', [
    { path: 'id', message: 'must be a UUIDv7 in lower case; uuidv7() makes one' },
  ]);
}
