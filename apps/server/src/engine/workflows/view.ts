import {
  type CallbackName,
  formatTimestamp,
  type StepState,
  type Workflow,
  type WorkflowState,
  type WorkflowStep,
  type WorkflowSummary,
  WorkflowType,
} from '@ojs/schema';
import type { NodeState } from './decide.ts';
import { type Plan, type Progress, stateAt } from './record.ts';
import { childrenOf, type FlowNode, isStep, nodeOf, type StepNode, type Tree } from './tree.ts';

/** What is known of the steps of a workflow, by node. */
export interface Known {
  /** What it handed on, or a reference to it. */
  readonly results: ReadonlyMap<number, unknown>;
  readonly ends: ReadonlyMap<number, { readonly started: number; readonly ended: number }>;
  /** Of those under way: whether a worker has it, and since when. */
  readonly active: ReadonlyMap<number, { readonly state: string; readonly started: number }>;
}

const WHOLE: Readonly<Record<NodeState, WorkflowState>> = {
  p: 'running',
  a: 'running',
  c: 'completed',
  f: 'failed',
  x: 'cancelled',
  s: 'cancelled',
};

const STEP: Readonly<Record<NodeState, StepState>> = {
  p: 'waiting',
  a: 'pending',
  c: 'completed',
  f: 'failed',
  x: 'cancelled',
  s: 'skipped',
};

export const wholeState = (states: string): WorkflowState => WHOLE[stateAt(states, 0)];

const moment = (ms: number | undefined): string | undefined => (ms ? formatTimestamp(ms) : undefined);

type StepFailure = NonNullable<WorkflowStep['error']>;

const failureIn = (result: unknown): StepFailure | undefined =>
  typeof result === 'object' && result !== null && 'error' in result ? (result.error as StepFailure) : undefined;

function viewOfStep(node: StepNode, n: number, index: number, states: string, known: Known, tree: Tree): WorkflowStep {
  const state = stateAt(states, n);
  const active = known.active.get(n);
  const end = known.ends.get(n);
  const result = known.results.get(n);
  const isActive = active?.state === 'active';
  // It never became a job where nothing was begun: before its turn, dropped, or refused.
  const begun = state === 'a' || (end !== undefined && end.started > 0) || (state === 'x' && end !== undefined);
  return {
    index,
    ...(node.after !== undefined && { id: node.name }),
    type: node.type,
    queue: node.queue,
    state: isActive ? 'active' : STEP[state],
    job_id: begun ? node.job : null,
    ...(node.after !== undefined && { depends_on: node.after.map((each) => nodeOf(tree, each).name) }),
    ...(state === 'c' && result !== undefined && { result }),
    ...(state === 'f' && failureIn(result) && { error: failureIn(result) }),
    started_at: moment(isActive ? active.started : end?.started),
    completed_at: state === 'c' || state === 'f' ? moment(end?.ended) : undefined,
  };
}

function parts(flow: FlowNode, states: string, known: Known, tree: Tree): Partial<Workflow> {
  const { jobs, callbacks } = childrenOf(tree, flow);
  const view = (n: number, index: number): WorkflowStep => viewOf(n, index, states, known, tree);
  // Steps of a graph are kept in the order in which they can begin, and told in the order in which they were sent.
  const listed = flow.kind === 'graph' ? jobs.toSorted((a, b) => a - b).map(view) : jobs.map(view);
  if (flow.kind === 'chain' || flow.kind === 'graph') return { steps: listed };
  const called = callbacks.map((n): [CallbackName, WorkflowStep] => {
    const node = nodeOf(tree, n) as StepNode & { callback: CallbackName };
    return [node.callback, view(n, callbacks.indexOf(n))];
  });
  return { jobs: listed, ...(called.length > 0 && { callbacks: Object.fromEntries(called) }) };
}

function viewOf(n: number, index: number, states: string, known: Known, tree: Tree): WorkflowStep {
  const node = nodeOf(tree, n);
  if (isStep(node)) return viewOfStep(node, n, index, states, known, tree);
  const state = stateAt(states, n);
  return {
    index,
    ...(node.id !== undefined && { id: node.id }),
    type: node.kind,
    ...(node.label !== undefined && { name: node.label }),
    state: state === 'a' ? 'running' : STEP[state],
    ...parts(node, states, known, tree),
  };
}

/** Which steps failed, and how (ojs-workflows §9.6). */
function failures({ tree }: Plan, { states }: Progress, known: Known) {
  const failed = tree.flatMap((node, n) => (isStep(node) && stateAt(states, n) === 'f' ? [{ node, n }] : []));
  if (failed.length === 0) return {};
  const root = nodeOf(tree, 0) as FlowNode;
  const index = root.children.findIndex((n) => stateAt(states, n) === 'f');
  const callbacks = failed.flatMap(({ node }) => node.callback ?? []);
  return {
    ...(root.kind === 'chain' && index >= 0 && { failed_step_index: index }),
    ...(callbacks.length > 0 && { failed_callbacks: callbacks }),
    failed_job_ids: failed.map(({ node }) => node.job),
    errors: failed.map(({ node, n }) => ({
      job_id: node.job,
      ...(failureIn(known.results.get(n)) ?? { code: 'failed', message: 'the step failed', attempt: 0 }),
    })),
  };
}

/** A workflow without its steps. */
export function summaryOf(plan: Plan, progress: Progress): WorkflowSummary {
  const state = wholeState(progress.states);
  const moments = {
    created_at: formatTimestamp(plan.created),
    started_at: moment(progress.started),
    completed_at: state === 'completed' || state === 'failed' ? moment(progress.ended) : undefined,
    cancelled_at: state === 'cancelled' ? moment(progress.ended) : undefined,
  };
  return {
    id: plan.id,
    type: WorkflowType.parse(plan.type),
    ...(plan.name !== undefined && { name: plan.name }),
    state,
    created_by: plan.owner,
    metadata: {
      ...moments,
      job_count: plan.total,
      completed_count: progress.completed,
      failed_count: progress.failed,
    },
    ...moments,
  };
}

/** A workflow with all of its steps; both the counts of the specification and those that clients read. */
export function workflowOf(plan: Plan, progress: Progress, known: Known): Workflow {
  const root = nodeOf(plan.tree, 0) as FlowNode;
  const { jobs } = childrenOf(plan.tree, root);
  const done = jobs.filter((n) => stateAt(progress.states, n) === 'c').length;
  const summary = summaryOf(plan, progress);
  return {
    ...summary,
    metadata: { ...summary.metadata, ...failures(plan, progress, known) },
    steps_total: jobs.length,
    steps_completed: done,
    jobs_total: jobs.length,
    jobs_completed: done,
    ...parts(root, progress.states, known, plan.tree),
  };
}
