import type { Workflow, WorkflowState, WorkflowSummary } from '@ojs/schema';
import type { Caller } from '../caller.ts';
import type { NewJob } from '../new-job.ts';
import type { Tree } from './tree.ts';

/** The job that a step will be. Its relative moments (ms) count from its own beginning. */
export interface StepJob extends NewJob {
  readonly scheduledIn?: number;
  readonly expiresIn?: number;
}

/** A workflow to create: validated, each step by the rules of an enqueue. */
export interface NewWorkflow {
  readonly id: string;
  readonly name?: string;
  readonly tree: Tree;
  /** By node; one for each node that is a step. */
  readonly jobs: ReadonlyMap<number, StepJob>;
}

export interface WorkflowPage {
  /** Newest first. */
  readonly workflows: readonly WorkflowSummary[];
  readonly next?: string;
}

/** Workflows (ojs-workflows). Steps are enqueued with the rights that the owner has at that moment. */
export interface Workflows {
  /** Stores it and begins what can begin. @throws {WorkflowExists} {@link StaleAccess} */
  create(tenant: string, caller: Caller, workflow: NewWorkflow): Promise<Workflow>;
  /** The queues that its jobs go to: whoever may inspect all of them may know of it. */
  queues(tenant: string, id: string): Promise<readonly string[] | undefined>;
  get(tenant: string, id: string): Promise<Workflow | undefined>;
  /** Nothing of it begins any more. @throws {NoSuchWorkflow} {@link WorkflowEnded} {@link StaleAccess} */
  cancel(
    tenant: string,
    caller: Caller,
    id: string,
  ): Promise<{ workflow: Workflow; cancelled: number; completed: number }>;
  /** `cursor` is a `next` of an earlier page. @throws {BadCursor} */
  list(
    tenant: string,
    page: { visible: (queue: string) => boolean; state?: WorkflowState; limit: number; cursor?: string },
  ): Promise<WorkflowPage>;
}
