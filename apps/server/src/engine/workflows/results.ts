import { childrenOf, type FlowNode, isStep, nodeOf, type Tree } from './tree.ts';

/**
 * The nodes whose results a step is handed, in order (ojs-workflows §7): in a chain all steps before it, in a graph those that it
 * depends on, in a callback all jobs of the batch. Where it has none of its own, those of what it stands in.
 */
export function parentsOf(tree: Tree, n: number): readonly number[] {
  const node = nodeOf(tree, n);
  if (node.parent < 0) return [];
  const flow = nodeOf(tree, node.parent) as FlowNode;
  if (isStep(node) && node.callback !== undefined) return childrenOf(tree, flow).jobs;
  if (isStep(node) && node.after !== undefined && node.after.length > 0) return node.after;
  if (flow.kind === 'chain') {
    const before = flow.children.slice(0, flow.children.indexOf(n));
    if (before.length > 0) return before;
  }
  return parentsOf(tree, node.parent);
}

/** The steps that the result of a node is made of. */
export function stepsIn(tree: Tree, n: number): number[] {
  const node = nodeOf(tree, n);
  if (isStep(node)) return [n];
  const { jobs } = childrenOf(tree, node);
  return (node.kind === 'chain' ? jobs.slice(-1) : jobs).flatMap((child) => stepsIn(tree, child));
}

/** The result of a node: a job's own, a chain's last, and of what runs side by side an object by place (ojs-workflows §7.3). */
export function resultOf(tree: Tree, n: number, of: (step: number) => unknown): unknown {
  const node = nodeOf(tree, n);
  if (isStep(node)) return of(n) ?? null;
  const { jobs } = childrenOf(tree, node);
  if (node.kind === 'chain') return resultOf(tree, jobs.at(-1) ?? -1, of);
  return Object.fromEntries(jobs.map((child) => [nodeOf(tree, child).name, resultOf(tree, child, of)]));
}
