import type { Job, Workflow } from '@ojs/schema';
import type { EngineContext } from '../context.ts';
import { BadCursor, NoSuchWorkflow, StaleAccess, WorkflowEnded } from '../errors.ts';
import type { Outcome } from '../outcomes.ts';
import type { Chores } from '../sweeper.ts';
import { createAdvance, type OnStepRefused } from './advance.ts';
import { createCreate } from './create.ts';
import { createKnowledge } from './knowledge.ts';
import { type Plan, Records, stateAt } from './record.ts';
import { isStep } from './tree.ts';
import { summaryOf, wholeState, workflowOf } from './view.ts';
import type { WorkflowPage, Workflows } from './workflows.ts';

/** Workflows that are looked at together for a page. */
const LISTED_AT_ONCE = 50;
/** Workflows that are looked at for one page at most; a page may end early, with a cursor, where most are not to be shown. */
const LOOKED_AT = 1_000;

const STATES = { c: 'completed', f: 'failed', x: 'cancelled' } as const;

const cursorOf = (id: string, at: string): string => Buffer.from(`${at}:${id}`).toString('base64url');

function placeOfCursor(cursor: string): { at: string; id: string } {
  const [, at, id] = /^(\d{1,15}):([0-9a-f-]{36})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? [];
  if (at === undefined || id === undefined) throw new BadCursor();
  return { at, id };
}

export interface WorkflowEngine extends Workflows {
  /** What the timers `workflow/<id>` ask for. */
  readonly chore: Chores[string];
  /** Adds to jobs that a worker is handed the results of the steps before. */
  readonly handOver: (tenant: string, jobs: readonly Job[], steps: readonly (string | undefined)[]) => Promise<Job[]>;
}

export function createWorkflows(context: EngineContext, onRefused: OnStepRefused): WorkflowEngine {
  const { run, spaces, due } = context;
  const records = new Records(context);
  const create = createCreate(context);
  const advance = createAdvance(context, records, onRefused);
  const { knownOf, handOver } = createKnowledge(context, records);

  async function get(tenant: string, id: string): Promise<Workflow | undefined> {
    const plan = await records.plan(tenant, id);
    const progress = plan && (await records.progress(tenant, id));
    return plan && progress && workflowOf(plan, progress, await knownOf(tenant, plan, progress));
  }

  async function existing(tenant: string, id: string): Promise<Workflow> {
    const workflow = await get(tenant, id);
    if (workflow === undefined) throw new NoSuchWorkflow(id);
    return workflow;
  }

  async function planOf(tenant: string, id: string): Promise<Plan> {
    const plan = await records.plan(tenant, id);
    if (plan === undefined) throw new NoSuchWorkflow(id);
    return plan;
  }

  /** All that can be done at once. The timer does the same where this process does not come so far. */
  async function bringForward(tenant: string, id: string): Promise<void> {
    while (await advance(tenant, id));
    due.expect(tenant, Date.now());
  }

  return {
    async create(tenant, caller, workflow) {
      await create(tenant, caller, workflow);
      await bringForward(tenant, workflow.id);
      return existing(tenant, workflow.id);
    },

    queues: async (tenant, id) => (await records.plan(tenant, id))?.queues,
    get,

    async cancel(tenant, caller, id) {
      const { tree } = await planOf(tenant, id);
      const first = tree.find(isStep);
      const [status, why] = (await run('workflow-cancel', spaces.of(tenant), [
        caller.epoch,
        id,
        first?.queue ?? '',
      ])) as Outcome;
      if (status === 'stale') throw new StaleAccess(String(why));
      if (status === 'missing') throw new NoSuchWorkflow(id);
      if (status === 'wrong') throw new WorkflowEnded(id, STATES[why as keyof typeof STATES]);
      await bringForward(tenant, id);
      const states = (await records.states(tenant, id)) ?? '';
      const count = (state: string): number =>
        tree.filter((node, n) => isStep(node) && stateAt(states, n) === state).length;
      return { workflow: await existing(tenant, id), cancelled: count('x'), completed: count('c') };
    },

    async list(tenant, { visible, state, limit, cursor }): Promise<WorkflowPage> {
      const after = cursor === undefined ? undefined : placeOfCursor(cursor);
      const workflows: WorkflowPage['workflows'][number][] = [];
      let last: { id: string; at: string } | undefined;
      for (let looked = 0; looked < LOOKED_AT; looked += LISTED_AT_ONCE) {
        const flat = await records.list(tenant, after?.at ?? '+inf', looked, LISTED_AT_ONCE);
        for (let i = 0; i < flat.length; i += 2) {
          const place = { id: flat[i]!, at: flat[i + 1]! };
          if (after && place.at === after.at && place.id >= after.id) continue;
          if (workflows.length === limit) return { workflows, next: cursorOf(last!.id, last!.at) };
          last = place;
          const plan = await records.plan(tenant, place.id);
          if (!plan?.queues.every(visible)) continue;
          const progress = await records.progress(tenant, place.id);
          if (progress && (state === undefined || wholeState(progress.states) === state)) {
            workflows.push(summaryOf(plan, progress));
          }
        }
        if (flat.length < LISTED_AT_ONCE * 2) return { workflows };
      }
      return { workflows, ...(last && { next: cursorOf(last.id, last.at) }) };
    },

    chore: async (tenant, ids) => {
      await Promise.all(ids.map((id) => advance(tenant, id)));
    },
    handOver,
  };
}
