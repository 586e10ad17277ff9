import type { EngineContext } from '../context.ts';
import { BackendUnavailable } from '../errors.ts';
import { pushArguments } from '../job-record.ts';
import type { NewJob } from '../new-job.ts';
import type { Outcome } from '../outcomes.ts';
import type { Rights } from '../rights.ts';
import type { Argument } from '../scripts.ts';
import { rightsArguments } from '../unique.ts';
import { type Decision, decide, type NodeState } from './decide.ts';
import type { Plan, Records } from './record.ts';
import { isStep, nodeOf, placeOf, type StepNode, type Tree } from './tree.ts';
import type { StepJob } from './workflows.ts';

/** What one script call does at most, so that others get in between. */
const BEGUN_AT_ONCE = 50;
const CANCELLED_AT_ONCE = 100;
const CHANGED_AT_ONCE = 1_000;
/** How often access, or the queues of jobs in the way, may change under a decision before it waits for its timer. */
const ROUNDS = 8;

/** What the owner may do, and the further queues where jobs are in the way of its own (unique.lua). */
interface Given {
  readonly rights: Rights;
  readonly others: ReadonlySet<string>;
}

/** The arguments for a workflow that is not there: all that is to be done is to forget its timer. */
const NOTHING = (id: string): Argument[] => ['', id, '', 0, '', '', '', '', 0, 0, 0, '', 0, 0];

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
  async function argumentsOf(tenant: string, plan: Plan, states: string, given: Given): Promise<Argument[]> {
    const { rights, others } = given;
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
    const begins = permitted.flatMap((n, i) => {
      const job = jobs[i];
      return typeof job === 'string' ? [{ n, job: begun(tree, id, n, JSON.parse(job) as StepJob) }] : [];
    });
    const unique = new Set(begins.filter(({ job }) => job.unique).map(({ job }) => job.queue));
    args.push(...rightsArguments({ principal: owner, ...rights }, unique, others), begins.length);
    for (const { n, job } of begins) {
      args.push(n, placeOf(tree, stepAt(tree, n)));
      for (const argument of pushArguments(job, owner)) args.push(argument);
    }
    return args;
  }

  /** @returns whether there is more to do at once. */
  return async function advance(tenant: string, id: string): Promise<boolean> {
    const others = new Set<string>();
    for (let round = 0; round < ROUNDS; round++) {
      const [plan, states] = await Promise.all([records.plan(tenant, id), records.states(tenant, id)]);
      if (plan === undefined || states === null) {
        await run('workflow-advance', spaces.of(tenant), NOTHING(id));
        return false;
      }
      const given = { rights: await rightsOf(tenant, plan.owner), others };
      const args = await argumentsOf(tenant, plan, states, given);
      const [status, more, ...unknown] = (await run('workflow-advance', spaces.of(tenant), args)) as Outcome;
      if (status === 'changed') return true;
      if (status !== 'stale' && unknown.length === 0) return more === 1;
      for (const queue of unknown) others.add(String(queue));
    }
    throw new BackendUnavailable(new Error('what a workflow depends on keeps changing'));
  };
}
