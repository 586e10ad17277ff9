import type { Finding, Judge } from './finding.ts';

/** Each workflow that was answered for has ended as it can, and its steps began as far as it came. */
export const judgeWorkflows: Judge = function* ({ ledger, workflows }): Iterable<Finding> {
  const begun = new Set(ledger.begun.map(({ mark }) => mark));
  for (const [id, { reached, unreached, ends }] of ledger.workflows) {
    const state = workflows.get(id)?.state;
    if (state === undefined) yield { kind: 'lost', what: `workflow ${id}` };
    else if (state === 'running') yield { kind: 'stuck', what: `workflow ${id} is running` };
    else if (!ends.includes(state)) yield { kind: 'wrong', what: `workflow ${id} ended ${state}` };
    if (state === 'completed')
      for (const mark of reached)
        if (!begun.has(mark)) yield { kind: 'lost', what: `${mark} of workflow ${id} never began` };
    for (const mark of unreached)
      if (begun.has(mark)) yield { kind: 'wrong', what: `${mark} of workflow ${id} began after a step that failed` };
  }
};
