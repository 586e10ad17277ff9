import { z } from 'zod';
import { EnqueueRequest, JobOptions } from './job.ts';
import { JobId } from './names.ts';
import { Page, Pagination } from './queue.ts';

/** What is bounded in a workflow; not settings. */
export const WORKFLOW = {
  /** Jobs, callbacks, chains, groups and batches, all together. */
  nodes: 5_000,
  /** Flows in one another, the outermost included (ojs-workflows §10.2). */
  depth: 8,
  /** Steps that one step of a graph depends on. */
  dependencies: 100,
} as const;

/** ojs-workflows §3.1; a graph is what the HTTP binding §14.1 sends: steps that say what they depend on. */
export const FLOW_TYPES = ['chain', 'group', 'batch'] as const;
export const WorkflowType = z.enum([...FLOW_TYPES, 'graph']).meta({ id: 'WorkflowType' });
export type WorkflowType = z.infer<typeof WorkflowType>;

/** ojs-workflows §6.3. */
export const CALLBACKS = ['on_complete', 'on_success', 'on_failure'] as const;
export const CallbackName = z.enum(CALLBACKS);
export type CallbackName = z.infer<typeof CallbackName>;

/** ojs-workflows §8.1; a workflow runs from its creation on, so there is no `pending`. */
export const WORKFLOW_STATES = ['running', 'completed', 'failed', 'cancelled'] as const;
export const WorkflowState = z.enum(WORKFLOW_STATES).meta({ id: 'WorkflowState' });
export type WorkflowState = z.infer<typeof WorkflowState>;

/** ojs-workflows §4.4; `skipped` is a callback that was not called for. */
export const StepState = z
  .enum(['waiting', 'pending', 'active', 'completed', 'failed', 'cancelled', 'skipped', 'running'])
  .meta({ id: 'StepState' });
export type StepState = z.infer<typeof StepState>;

export const WorkflowName = z
  .string()
  .min(1)
  .max(255)
  .refine((name) => !/\p{Cc}/u.test(name), 'must not contain control characters');
export const StepId = z.string().regex(/^[a-zA-Z0-9._-]{1,128}$/);

/** A step as it is sent: a job, or a chain, group or batch of its own. Validated step by step, so that errors name the place. */
const Step = z.looseObject({ type: z.string() });
const callbacks = z.object({
  on_complete: EnqueueRequest.optional(),
  on_success: EnqueueRequest.optional(),
  on_failure: EnqueueRequest.optional(),
});
const common = {
  id: JobId.optional(),
  name: WorkflowName.optional(),
  options: JobOptions.optional().meta({ description: 'Defaults for all steps' }),
};
const steps = z.array(Step).min(1).max(WORKFLOW.nodes);
const dependent = EnqueueRequest.safeExtend({
  id: StepId,
  depends_on: z.array(StepId).max(WORKFLOW.dependencies).optional(),
});

/** ojs-workflows §11.1, and the form of http-binding §14.1. */
export const WorkflowRequest = z
  .union([
    z.object({ type: z.literal('chain'), ...common, steps }),
    z.object({ type: z.literal('group'), ...common, jobs: steps }),
    z.object({ type: z.literal('batch'), ...common, jobs: steps, callbacks }),
    z.object({ ...common, steps: z.array(dependent).min(1).max(WORKFLOW.nodes) }),
  ])
  .meta({ id: 'WorkflowRequest' });

const StepError = z.looseObject({ code: z.string(), message: z.string(), attempt: z.int() });

/** A step of an answer; `steps`, `jobs` and `callbacks` where it is a flow itself. */
export const WorkflowStep = z
  .looseObject({
    index: z.int(),
    id: z.string().optional(),
    type: z.string(),
    name: z.string().optional(),
    queue: z.string().optional(),
    state: StepState,
    job_id: z.string().nullish().meta({ description: 'null until the step begins' }),
    depends_on: z.array(z.string()).optional(),
    result: z.unknown().optional(),
    error: StepError.optional(),
    started_at: z.string().optional(),
    completed_at: z.string().optional(),
  })
  .meta({ id: 'WorkflowStep' });
export type WorkflowStep = z.infer<typeof WorkflowStep>;

/** ojs-workflows §3.3 and §9.6. */
const WorkflowMetadata = z.object({
  created_at: z.string(),
  started_at: z.string().optional(),
  completed_at: z.string().optional(),
  cancelled_at: z.string().optional(),
  job_count: z.int(),
  completed_count: z.int(),
  failed_count: z.int(),
  failed_step_index: z.int().optional(),
  failed_callbacks: z.array(CallbackName).optional(),
  failed_job_ids: z.array(z.string()).optional(),
  errors: z.array(StepError.extend({ job_id: z.string() })).optional(),
});

/** What every answer says of a workflow. */
export const WorkflowSummary = z
  .object({
    id: z.string(),
    type: WorkflowType,
    name: z.string().optional(),
    state: WorkflowState,
    created_by: z.string().meta({ description: 'The principal with whose rights the steps are enqueued' }),
    metadata: WorkflowMetadata,
    created_at: z.string(),
    started_at: z.string().optional(),
    completed_at: z.string().optional(),
    cancelled_at: z.string().optional(),
  })
  .meta({ id: 'WorkflowSummary' });
export type WorkflowSummary = z.infer<typeof WorkflowSummary>;

export const Workflow = WorkflowSummary.extend({
  steps_total: z.int(),
  steps_completed: z.int(),
  jobs_total: z.int(),
  jobs_completed: z.int(),
  steps: z.array(WorkflowStep).optional(),
  jobs: z.array(WorkflowStep).optional(),
  callbacks: z.partialRecord(CallbackName, WorkflowStep).optional(),
}).meta({ id: 'Workflow' });
export type Workflow = z.infer<typeof Workflow>;

/** Both shapes that clients read: what it is and how far stands beside `workflow` too. */
const flat = WorkflowSummary.pick({ id: true, type: true, name: true, state: true, metadata: true });
export const WorkflowAnswer = flat.extend({ workflow: Workflow }).meta({ id: 'WorkflowAnswer' });
export const WorkflowCancelledAnswer = flat
  .extend({ workflow: Workflow.extend({ steps_cancelled: z.int(), steps_already_completed: z.int() }) })
  .meta({ id: 'WorkflowCancelledAnswer' });
export const WorkflowsQuery = Page.pick({ limit: true, cursor: true }).extend({ state: WorkflowState.optional() });
export const WorkflowsAnswer = z
  .object({
    workflows: z.array(WorkflowSummary),
    pagination: Pagination.pick({ limit: true, has_more: true, next_cursor: true }),
  })
  .meta({ id: 'WorkflowsAnswer' });
