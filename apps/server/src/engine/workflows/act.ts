import { pushArguments } from '../job-record.ts';
import type { NewJob } from '../new-job.ts';
import type { Rights } from '../rights.ts';
import type { Argument } from '../scripts.ts';
import { rightsArguments } from '../unique/unique.ts';
import { type Decision, decide } from './decide.ts';
import type { Plan } from './record.ts';
import { isStep, nodeOf, placeOf, type StepNode, type Tree } from './tree.ts';
import type { StepJob } from './workflows.ts';

/** What one script call does at most, so that others get in between. */
const BEGUN_AT_ONCE = 50;
const CANCELLED_AT_ONCE = 100;
const CHANGED_AT_ONCE = 1_000;

/** What the owner may do, and the further queues where jobs are in the way of its own (unique.lua). */
export interface Given {
  readonly rights: Rights;
  readonly others: ReadonlySet<string>;
  /** Steps of a cancelled workflow before this node were looked at: those that are left, workers have. */
  readonly from: number;
}

/** A slice of a decision, with the owner's rights applied. */
export interface Act {
  readonly become: Decision['become'];
  readonly cancel: readonly StepNode[];
  /** Steps that begin, with the jobs that they become. */
  readonly begins: readonly { readonly n: number; readonly step: StepNode; readonly job: NewJob }[];
  /** Steps that would begin, had their owner the permission. */
  readonly forbidden: readonly { readonly n: number; readonly step: StepNode }[];
  /** Whether there is more to decide once this is done. */
  readonly again: boolean;
  /** Where to go on cancelling, if there is more. */
  readonly next: number | undefined;
}

const stepAt = (tree: Tree, n: number): StepNode => {
  const node = nodeOf(tree, n);
  if (!isStep(node)) throw new Error(`node ${n} of a workflow is no step`);
  return node;
};

/** The job of a step that begins now: what was relative becomes a moment. */
function begun(tree: Tree, id: string, n: number, stored: StepJob): NewJob {
  const { scheduledIn, expiresIn, ...job } = stored;
  const step = stepAt(tree, n);
  const now = Date.now();
  const moment = (ms: number) => ({ ms: now + ms, text: new Date(now + ms).toISOString() });
  return {
    ...job,
    ...(scheduledIn !== undefined && { scheduledAt: moment(scheduledIn) }),
    ...(expiresIn !== undefined && { expiresAt: moment(expiresIn) }),
    step: `${id} ${n} ${placeOf(tree, step)} ${step.name}`,
  };
}

/**
 * Decides what is to be done. Children go before their parents, so that what is left is decided again the same.
 * @param jobsOf reads the jobs that steps will be; null where another process has begun the step meanwhile.
 */
export async function decideAct(
  { id, tree }: Plan,
  states: string,
  { rights, from }: Given,
  jobsOf: (nodes: readonly number[]) => Promise<(string | null)[]>,
): Promise<Act> {
  const whole = decide(tree, states);
  const begin = whole.begin.slice(0, BEGUN_AT_ONCE).map((n) => ({ n, step: stepAt(tree, n) }));
  const become = whole.become.slice(0, CHANGED_AT_ONCE);
  const waiting = whole.cancel.filter((n) => n >= from);
  const cancel = waiting.slice(0, CANCELLED_AT_ONCE).map((n) => stepAt(tree, n));
  const next = waiting[CANCELLED_AT_ONCE];
  const may = ({ step }: { step: StepNode }): boolean => rights.may('enqueue', step.queue, { type: step.type });
  const permitted = begin.filter(may);
  const forbidden = begin.filter((each) => !may(each));
  const stored = await jobsOf(permitted.map(({ n }) => n));
  const begins = permitted.flatMap(({ n, step }, i) => {
    const text = stored[i];
    return typeof text === 'string' ? [{ n, step, job: begun(tree, id, n, JSON.parse(text) as StepJob) }] : [];
  });
  const again = begins.length < whole.begin.length || become.length < whole.become.length || next !== undefined;
  return { become, cancel, begins, forbidden, again, next };
}

const denied = (queue: string): string =>
  JSON.stringify({
    error: {
      code: 'permission_denied',
      message: `the owner of the workflow may no longer enqueue on ${queue}`,
      attempt: 0,
    },
  });

/** The step that a workflow that failed is told to have failed by. */
function firstFailed(tree: Tree, states: string): number | undefined {
  const n = tree.findIndex((node, i) => isStep(node) && (states[i] === 'f' || states[i] === 'x'));
  return n < 0 ? undefined : n;
}

/** The arguments of workflow-advance.lua. */
export function argumentsOf({ id, tree, owner }: Plan, states: string, act: Act, given: Given): Argument[] {
  const { rights, others } = given;
  const { become, cancel, begins, forbidden, again } = act;
  const failed = firstFailed(tree, states);
  const told = stepAt(tree, failed ?? tree.findIndex(isStep));
  const args: Argument[] = [rights.epoch, id, states, again ? 1 : 0, failed ?? '', told.queue, told.type, told.name];
  args.push(become.length, ...become.flat());
  args.push(forbidden.length, ...forbidden.flatMap(({ n, step }) => [n, placeOf(tree, step), denied(step.queue)]));
  args.push(cancel.length, ...cancel.flatMap(({ queue, job }) => [queue, job]));
  const unique = new Set(begins.filter(({ job }) => job.unique).map(({ step }) => step.queue));
  args.push(...rightsArguments({ principal: owner, ...rights }, unique, others), begins.length);
  for (const { n, step, job } of begins) args.push(n, placeOf(tree, step), ...pushArguments(job, owner));
  return args;
}

/** The arguments for a workflow that is not there: all that is to be done is to forget its timer. */
export const nothingOf = (id: string): Argument[] => ['', id, '', 0, '', '', '', '', 0, 0, 0, '', 0, 0];
