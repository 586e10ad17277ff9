import { parseDuration } from '@ojs/schema';
import type { Tree, TreeNode } from '../engine/workflows/tree.ts';
import type { NewWorkflow, StepJob } from '../engine/workflows/workflows.ts';
import { uuidV7 } from '../uuid.ts';
import type { Claimed } from './claimed.ts';
import { claimedJob, type EnqueueRules, toNewJob } from './enqueue.ts';
import { invalid } from './issues.ts';
import { within } from './within.ts';
import { type Attributes, isObject, readShape, type ShapeNode, type ShapeStep } from './workflow-shape.ts';

const isStep = (node: { readonly kind: string }): node is ShapeStep => node.kind === 'job';

/** What all jobs of a workflow say of their queues and types, read before any is validated, because the permission is asked about them first. */
export function claimedSteps(body: unknown, rules: EnqueueRules): Claimed[] {
  const { nodes } = readShape(body, rules.unknownAttributes);
  return nodes.filter(isStep).map(({ path, body: job }) => within(path, () => claimedJob(job)));
}

/** A duration after `+`, in ms: what it is counted from is the moment at which the step begins. */
function relative(job: Attributes, ...names: string[]): number | undefined {
  const options = isObject(job.options) ? job.options : {};
  for (const name of names) {
    const text = options[name] ?? job[name];
    if (typeof text === 'string') return text.startsWith('+') ? parseDuration(text.slice(1)) : undefined;
  }
  return undefined;
}

/** The nodes of a workflow that was sent, to be read in whatever slices, in their order; then the whole. */
interface WorkflowReader {
  readonly nodes: readonly ShapeNode[];
  /** Reads a node by the rules of an enqueue. @throws {Refusal} naming the place, the field and the rule */
  readonly read: (node: ShapeNode, n: number) => TreeNode;
  readonly whole: (tree: Tree) => NewWorkflow;
}

/**
 * Reads the structure of a workflow.
 * @param accept is told each job, and throws where it is not accepted
 * @throws {Refusal} naming the place, the field and the rule
 */
export function workflowReader(
  body: unknown,
  rules: EnqueueRules,
  now: number,
  bytes: number,
  accept: (job: StepJob) => void,
): WorkflowReader {
  const { id, name, nodes } = readShape(body, rules.unknownAttributes);
  const jobs = new Map<number, StepJob>();
  const ids = new Set<string>();
  const read = (node: ShapeNode, n: number): TreeNode => {
    if (!isStep(node)) return node;
    const { path, body: sent, ...rest } = node;
    return within(path, () => {
      const job = toNewJob(sent, rules, now, bytes);
      accept(job);
      if (ids.has(job.id)) throw invalid('id', 'unique', 'is the id of another job of the workflow too');
      ids.add(job.id);
      const scheduledIn = relative(sent, 'scheduled_at', 'delay_until');
      const expiresIn = relative(sent, 'expires_at');
      jobs.set(n, {
        ...job,
        ...(scheduledIn !== undefined && { scheduledIn }),
        ...(expiresIn !== undefined && { expiresIn }),
      });
      return { ...rest, queue: job.queue, type: job.type, job: job.id };
    });
  };
  const whole = (tree: Tree): NewWorkflow => ({
    id: id ?? uuidV7(now),
    ...(name !== undefined && { name }),
    tree,
    jobs,
  });
  return { nodes, read, whole };
}
