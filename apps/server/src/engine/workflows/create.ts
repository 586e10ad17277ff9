import { uuidV7 } from '../../uuid.ts';
import type { Caller } from '../caller.ts';
import type { EngineContext } from '../context.ts';
import { BackendUnavailable, StaleAccess, WorkflowExists } from '../errors.ts';
import { accepted, type Outcome } from '../outcomes.ts';
import type { Argument } from '../scripts.ts';
import { jobCountOf, nodeOf, queuesOf } from './tree.ts';
import type { NewWorkflow } from './workflows.ts';

/** What one script stores of the steps, so that others get in between. */
const STEPS_AT_ONCE = 500;
const BYTES_AT_ONCE = 256 * 1024;

/** The steps as arguments, in slices. */
function* slicesOf({ jobs }: NewWorkflow): Generator<Argument[]> {
  let slice: Argument[] = [];
  let bytes = 0;
  for (const [n, job] of jobs) {
    const text = JSON.stringify(job);
    if (slice.length >= STEPS_AT_ONCE * 2 || (slice.length > 0 && bytes + text.length > BYTES_AT_ONCE)) {
      yield slice;
      slice = [];
      bytes = 0;
    }
    slice.push(n, text);
    bytes += text.length;
  }
  yield slice;
}

/** Stores workflows: their steps in slices that nobody sees, then the whole in one step. */
export function createCreate({ client, run, spaces }: EngineContext) {
  return async (tenant: string, caller: Caller, workflow: NewWorkflow): Promise<void> => {
    if (!spaces.isRegistered(tenant)) await spaces.register(client, tenant);
    const ask = async (name: 'workflow-stage' | 'workflow-create', args: readonly Argument[]): Promise<void> => {
      const [status, current] = (await run(name, spaces.of(tenant), [caller.epoch, ...args])) as Outcome;
      if (status === 'stale') throw new StaleAccess(String(current));
      if (status === 'exists') throw new WorkflowExists(workflow.id);
      if (status === 'lost') throw new BackendUnavailable(new Error('the creation of a workflow took too long'));
    };
    const { id, name, tree, jobs } = workflow;
    const queues = queuesOf(tree);
    accepted((await run('make-queues', spaces.of(tenant), [caller.epoch, ...queues])) as Outcome, id);
    const stage = uuidV7();
    for (const slice of slicesOf(workflow)) await ask('workflow-stage', [stage, ...slice]);
    const [first = ''] = queues;
    const head = [id, stage, jobs.size, tree.length, first, nodeOf(tree, 0).kind, jobCountOf(tree)];
    const named = name === undefined ? [] : ['name', name];
    const scoped = caller.scope === undefined ? [] : ['scope', JSON.stringify(caller.scope)];
    await ask('workflow-create', [...head, 'by', caller.principal, 'tree', JSON.stringify(tree), ...named, ...scoped]);
  };
}
