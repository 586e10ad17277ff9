import type { EngineContext } from '../context.ts';
import type { NewJob } from '../engine.ts';
import { StaleAccess } from '../errors.ts';
import { pushArguments } from '../job-record.ts';
import type { Outcome } from '../outcomes.ts';
import type { Rights } from '../rights.ts';
import type { Argument } from '../scripts.ts';
import { type Decision, decide, type NodeState } from './decide.ts';
import type { Plan, Records } from './record.ts';
import { isStep, nodeOf, placeOf, type StepNode, type Tree } from './tree.ts';
import type { StepJob } from './workflows.ts';

/** What one script call does at most, so that others get in between. */
const BEGUN_AT_ONCE = 50;
const CANCELLED_AT_ONCE = 100;
const CHANGED_AT_ONCE = 1_000;
/** How often access may change under a decision before it waits for its timer. */
const ROUNDS = 3;

const stepAt = (tree: Tree, n: number): StepNode => {
  const node = nodeOf(tree, n);
  if (!isStep(node)) throw new Error(`node ${n} of a workflow is no step`);
  return node;
};

/** A slice of a decision: children go before their parents, so that what is left is decided again the same. */
function sliceOf({ begin, become, cancel }: Decision): Decision & { readonly isWhole: boolean } {
  const slice = {
    begin: begin.slice(0, BEGUN_AT_ONCE),
    become: become.slice(0, CHANGED_AT_ONCE),
    cancel: cancel.slice(0, CANCELLED_AT_ONCE),
  };
  const isWhole =
    slice.begin.length === begin.length &&
    slice.become.length === become.length &&
    slice.cancel.length === cancel.length;
  return { ...slice, isWhole };
}

/** The job of a step that begins now: what was relative becomes a moment. */
function begun(tree: Tree, id: string, n: number, stored: StepJob): NewJob {
  const { scheduledIn, expiresIn, ...job } = stored;
  const step = stepAt(tree, n);
  const moment = (ms: number) => ({ ms: Date.now() + ms, text: new Date(Date.now() + ms).toISOString() });
  return {
    ...job,
    ...(scheduledIn !== undefined && { scheduledAt: moment(scheduledIn) }),
    ...(expiresIn !== undefined && { expiresAt: moment(expiresIn) }),
    step: `${id} ${n} ${placeOf(tree, step)} ${step.name}`,
  };
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

/** Brings workflows forward: looks, decides with the owner's rights of the moment, and applies a slice of the decision. */
export function createAdvance({ run, spaces, rightsOf }: EngineContext, records: Records) {
  async function argumentsOf(tenant: string, plan: Plan, states: string, rights: Rights): Promise<Argument[]> {
    const { id, tree, owner } = plan;
    const { begin, become, cancel, isWhole } = sliceOf(decide(tree, states));
    const forbidden = begin.filter((n) => !rights.may('enqueue', stepAt(tree, n).queue));
    const permitted = begin.filter((n) => !forbidden.includes(n));
    const jobs = await records.jobs(tenant, id, permitted);
    // Steps that another process has begun meanwhile have no job here any more: the script finds that they changed.
    const again = !isWhole || forbidden.length > 0 || jobs.includes(null);
    const failed = firstFailed(tree, states);
    const told = stepAt(tree, failed ?? tree.findIndex(isStep));
    const args: Argument[] = [rights.epoch, id, states, again ? 1 : 0, failed ?? '', told.queue, told.type, told.name];
    args.push(become.length);
    for (const [n, to] of become) args.push(n, to satisfies NodeState);
    args.push(forbidden.length);
    for (const n of forbidden) args.push(n, denied(stepAt(tree, n).queue));
    args.push(cancel.length);
    for (const n of cancel) args.push(stepAt(tree, n).queue, stepAt(tree, n).job);
    args.push(jobs.filter((job) => job !== null).length);
    permitted.forEach((n, i) => {
      const job = jobs[i];
      if (typeof job !== 'string') return;
      args.push(n, placeOf(tree, stepAt(tree, n)));
      for (const each of pushArguments(begun(tree, id, n, JSON.parse(job) as StepJob), owner)) args.push(each);
    });
    return args;
  }

  /** @returns whether there is more to do at once. */
  return async function advance(tenant: string, id: string): Promise<boolean> {
    const [plan, states] = await Promise.all([records.plan(tenant, id), records.states(tenant, id)]);
    if (plan === undefined || states === null) {
      await run('workflow-advance', spaces.of(tenant), ['', id, '', 0, '', '', '', '', 0, 0, 0, 0]);
      return false;
    }
    for (let round = 0; ; round++) {
      const rights = await rightsOf(tenant, plan.owner);
      const args = await argumentsOf(tenant, plan, states, rights);
      const [status, more] = (await run('workflow-advance', spaces.of(tenant), args)) as Outcome;
      if (status !== 'stale') return status === 'changed' || more === 1;
      if (round === ROUNDS) throw new StaleAccess(String(more));
    }
  };
}
