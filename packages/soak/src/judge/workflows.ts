import type { Workflow } from '@ojs/client';
import type { Finding, Judge } from './finding.ts';

type Part = NonNullable<Workflow['steps']>[number];

/** Its parts and their states, for whoever looks into a finding. */
function shapeOf(part: Part | Workflow): string {
  const { type, state, job_id, steps, jobs, callbacks } = part as Part & Partial<Workflow>;
  const parts = [...(steps ?? []), ...(jobs ?? [])].map(shapeOf);
  const called = Object.entries(callbacks ?? {}).map(([name, callback]) => `${name}: ${shapeOf(callback)}`);
  const inside = [...parts, ...called];
  return inside.length === 0 ? `${state} ${job_id ?? '-'}` : `${type} ${state} [${inside.join(', ')}]`;
}

/** Each workflow that was answered for has ended as it can, and its steps began as far as it came. */
export const judgeWorkflows: Judge = function* ({ ledger, workflows }): Iterable<Finding> {
  const begun = new Set(ledger.begun.map(({ mark }) => mark));
  for (const [id, { reached, unreached, ends }] of ledger.workflows) {
    const workflow = workflows.get(id);
    const state = workflow?.state;
    if (state === undefined) yield { kind: 'lost', what: `workflow ${id}` };
    else if (state === 'running') yield { kind: 'stuck', what: `workflow ${id} is running` };
    else if (workflow && !ends.includes(state))
      yield { kind: 'wrong', what: `workflow ${id} ended ${state}: ${shapeOf(workflow)}` };
    if (workflow && state === 'completed')
      for (const mark of reached)
        if (!begun.has(mark))
          yield { kind: 'lost', what: `${mark} of workflow ${id} never began: ${shapeOf(workflow)}` };
    for (const mark of unreached)
      if (begun.has(mark)) yield { kind: 'wrong', what: `${mark} of workflow ${id} began after a step that failed` };
  }
};
