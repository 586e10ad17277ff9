import type { CallbackName, WorkflowType } from '@ojs/schema';

/** What a node of a workflow is; `graph` is the form of the HTTP binding, whose steps say what they depend on. */
export type FlowKind = WorkflowType;

/** A job of a workflow: a step, a job of a group or batch, or a callback. */
export interface StepNode {
  readonly kind: 'job';
  readonly parent: number;
  /** Its name among its siblings: its place, or in a graph its id. */
  readonly name: string;
  readonly queue: string;
  readonly type: string;
  /** The id of the job. */
  readonly job: string;
  readonly callback?: CallbackName;
  /** In a graph: the nodes that must complete before. */
  readonly after?: readonly number[];
}

/** Several nodes in one. */
export interface FlowNode {
  readonly kind: FlowKind;
  /** -1 of the root. */
  readonly parent: number;
  readonly name: string;
  /** As the client called it; nothing depends on these. */
  readonly label?: string;
  readonly id?: string;
  /** In the order in which they can begin; callbacks of a batch come last. */
  readonly children: readonly number[];
}

export type TreeNode = StepNode | FlowNode;

/** A workflow in preorder; the root is the first. */
export type Tree = readonly TreeNode[];

export const nodeOf = (tree: Tree, n: number): TreeNode => {
  const node = tree[n];
  if (node === undefined) throw new Error(`a workflow of ${tree.length} nodes has no node ${n}`);
  return node;
};

export const isStep = (node: TreeNode): node is StepNode => node.kind === 'job';
const isCallback = (node: TreeNode): boolean => isStep(node) && node.callback !== undefined;

/** The children of a flow without callbacks, and the callbacks. */
export function childrenOf(
  tree: Tree,
  { children }: FlowNode,
): { readonly jobs: number[]; readonly callbacks: number[] } {
  return {
    jobs: children.filter((n) => !isCallback(nodeOf(tree, n))),
    callbacks: children.filter((n) => isCallback(nodeOf(tree, n))),
  };
}

/** s: step of a chain or graph, j: job of a group or batch, b: callback; what `wf` of a job says (lua/workflow.lua). */
export function placeOf(tree: Tree, step: StepNode): 's' | 'j' | 'b' {
  if (step.callback !== undefined) return 'b';
  const { kind } = nodeOf(tree, step.parent);
  return kind === 'group' || kind === 'batch' ? 'j' : 's';
}

/** Every queue that a job of the workflow goes to, once. */
export const queuesOf = (tree: Tree): string[] => [...new Set(tree.filter(isStep).map(({ queue }) => queue))];

/** How many jobs it has, nested ones too; callbacks are not counted, since not all of them are called for. */
export const jobCountOf = (tree: Tree): number => tree.filter((node) => isStep(node) && !isCallback(node)).length;
