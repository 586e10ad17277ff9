import type { CallbackName } from '@ojs/schema';
import { childrenOf, type FlowNode, isStep, nodeOf, type Tree, type TreeNode } from './tree.ts';

/** The state of a node, as lua/workflow.lua writes it. */
export type NodeState = 'p' | 'a' | 'c' | 'f' | 'x' | 's';

/** What follows from the states of the nodes; the script that applies it checks that they still hold. */
export interface Decision {
  /** Steps to begin. */
  readonly begin: readonly number[];
  /** Nodes whose state changes without a job, children before their parents. */
  readonly become: readonly (readonly [node: number, to: NodeState])[];
  /** Steps of a cancelled workflow that may still wait for a worker. */
  readonly cancel: readonly number[];
}

/** Whether a callback is called for, once all jobs of its batch have ended (ojs-workflows §6.5). */
const isCalledFor = (callback: CallbackName, succeeded: boolean): boolean =>
  callback === 'on_complete' || (callback === 'on_success') === succeeded;

/**
 * What is to be done next in a workflow (ojs-workflows §4.3, §5.3, §6.4, §9). A pure function of the tree and of one character
 * for each node. A step that was cancelled by itself counts as failed.
 */
export function decide(tree: Tree, states: string): Decision {
  const now = [...states] as NodeState[];
  const begin: number[] = [];
  const become: [number, NodeState][] = [];

  const hasEnded = (n: number): boolean => now[n] !== 'p' && now[n] !== 'a';
  const completed = (n: number): boolean => now[n] === 'c';
  const to = (n: number, state: NodeState): void => {
    now[n] = state;
    become.push([n, state]);
  };

  if (now[0] === 'x') return cancelled(tree, now);

  /** Whether the child may begin (true), may never (false), or has to wait. */
  function readiness(flow: FlowNode, i: number, node: TreeNode): boolean | undefined {
    const before = flow.kind === 'chain' ? flow.children.slice(Math.max(0, i - 1), i) : [];
    const needs = isStep(node) ? (node.after ?? before) : before;
    if (needs.some((n) => hasEnded(n) && !completed(n))) return false;
    if (!needs.every(completed)) return undefined;
    if (!isStep(node) || node.callback === undefined) return true;
    const { jobs } = childrenOf(tree, flow);
    return jobs.every(hasEnded) ? isCalledFor(node.callback, jobs.every(completed)) : undefined;
  }

  /** It will never begin, nor what is in it. */
  function drop(n: number): void {
    if (hasEnded(n)) return;
    const node = nodeOf(tree, n);
    if (!isStep(node)) for (const child of node.children) drop(child);
    to(n, isStep(node) && node.callback !== undefined ? 's' : 'x');
  }

  function outcomeOf(flow: FlowNode): NodeState {
    const { jobs, callbacks } = childrenOf(tree, flow);
    // A batch is as good as its callbacks (§8.3): what became of its jobs is what they are told.
    if (flow.kind === 'batch') return callbacks.every((n) => completed(n) || now[n] === 's') ? 'c' : 'f';
    return jobs.every(completed) ? 'c' : 'f';
  }

  function forward(n: number): void {
    const node = nodeOf(tree, n);
    if (isStep(node)) {
      if (now[n] !== 'p') return;
      begin.push(n);
      now[n] = 'a';
      return;
    }
    if (now[n] === 'p') to(n, 'a');
    node.children.forEach((child, i) => {
      if (hasEnded(child)) return;
      const ready = now[child] === 'a' || readiness(node, i, nodeOf(tree, child));
      if (ready === true) forward(child);
      else if (ready === false) drop(child);
    });
    if (node.children.every(hasEnded)) to(n, outcomeOf(node));
  }

  if (!hasEnded(0)) forward(0);
  return { begin, become, cancel: [] };
}

/** Nothing of it begins; steps that a worker has go on to their end (ojs-workflows §11.3). */
function cancelled(tree: Tree, now: readonly NodeState[]): Decision {
  const become: [number, NodeState][] = [];
  const cancel: number[] = [];
  for (let n = tree.length - 1; n > 0; n--) {
    const underWay = now[n] === 'a';
    if (underWay && isStep(nodeOf(tree, n))) cancel.push(n);
    else if (underWay || now[n] === 'p') become.push([n, 'x']);
  }
  return { begin: [], become, cancel: cancel.reverse() };
}
