import type { Job } from '@ojs/schema';
import type { EngineContext } from '../context.ts';
import { type Plan, type Progress, type Records, stateAt } from './record.ts';
import { parentsOf, resultOf, stepsIn } from './results.ts';
import { isStep, nodeOf, type StepNode } from './tree.ts';
import type { Known } from './view.ts';

/** Results that one answer about a workflow shows, in bytes; the others are told by reference. */
const SHOWN_BYTES = 1024 * 1024;
/** Jobs whose state one script looks at. */
const LOOKED_AT_ONCE = 500;

/** The steps of a plan that its states let through, with their nodes. */
const stepsWhere = ({ tree }: Plan, { states }: Progress, holds: (state: string) => boolean): [number, StepNode][] =>
  tree.flatMap((node, n) => (isStep(node) && holds(stateAt(states, n)) ? [[n, node]] : []));

/** What is read of steps: results, moments, and which of them a worker has. */
export function createKnowledge({ run, spaces, settings }: EngineContext, records: Records) {
  /** What nodes handed on, as much as the bytes allow, the first ones first. */
  async function results(
    tenant: string,
    { id, tree }: Plan,
    nodes: readonly number[],
    bytes: number,
  ): Promise<Map<number, unknown>> {
    if (nodes.length === 0) return new Map();
    const answers = (await run('workflow-results', spaces.of(tenant), [id, bytes, ...nodes])) as (string | number)[];
    const found = new Map<number, unknown>();
    nodes.forEach((n, i) => {
      const answer = answers[i];
      if (typeof answer === 'number') {
        const { job } = nodeOf(tree, n) as StepNode;
        found.set(n, { result_ref: `/ojs/v1/jobs/${job}`, result_size_bytes: answer });
      } else if (answer) found.set(n, JSON.parse(answer));
    });
    return found;
  }

  async function ends(tenant: string, id: string): Promise<Known['ends']> {
    const found = Object.entries(await records.ends(tenant, id));
    return new Map(
      found.map(([n, text]) => {
        const [started = 0, ended = 0] = text.split(' ').map(Number);
        return [Number(n), { started, ended }];
      }),
    );
  }

  async function active(tenant: string, steps: readonly [number, StepNode][]): Promise<Known['active']> {
    const found = new Map<number, { state: string; started: number }>();
    for (let from = 0; from < steps.length; from += LOOKED_AT_ONCE) {
      const slice = steps.slice(from, from + LOOKED_AT_ONCE);
      const answers = (await run(
        'states',
        spaces.of(tenant),
        slice.flatMap(([, { queue, job }]) => [queue, job]),
      )) as string[];
      slice.forEach(([n], i) => {
        found.set(n, { state: answers[i * 2] ?? '', started: Number(answers[i * 2 + 1]) });
      });
    }
    return found;
  }

  return {
    async knownOf(tenant: string, plan: Plan, progress: Progress): Promise<Known> {
      const ended = stepsWhere(plan, progress, (state) => state === 'c' || state === 'f');
      // What failed comes first: errors are what one looks for.
      const nodes = ended.map(([n]) => n).sort((a, b) => rank(progress, a) - rank(progress, b) || a - b);
      return {
        results: await results(tenant, plan, nodes, SHOWN_BYTES),
        ends: await ends(tenant, plan.id),
        active: await active(
          tenant,
          stepsWhere(plan, progress, (state) => state === 'a'),
        ),
      };
    },

    /** Adds to jobs that are steps where they stand and what the steps before handed on; nearest first where not all of it is handed over. */
    async handOver(tenant: string, jobs: readonly Job[], steps: readonly (string | undefined)[]): Promise<Job[]> {
      return Promise.all(
        jobs.map(async (job, i) => {
          const [id = '', n = ''] = steps[i]?.split(' ') ?? [];
          const plan = id === '' ? undefined : await records.plan(tenant, id);
          if (plan === undefined) return job;
          const parents = parentsOf(plan.tree, Number(n));
          const nodes = parents.flatMap((parent) => stepsIn(plan.tree, parent));
          const found = await results(tenant, plan, nodes.reverse(), settings.handedOnBytes);
          return {
            ...job,
            workflow_type: plan.type,
            workflow_step: plan.tree.slice(0, Number(n)).filter(isStep).length,
            parent_results: parents.map((parent) => resultOf(plan.tree, parent, (step) => found.get(step))),
          };
        }),
      );
    },
  };
}

const rank = ({ states }: Progress, n: number): number => (stateAt(states, n) === 'f' ? 0 : 1);
