import { v7 } from 'uuid';
import type { Engine } from '../src/engine/engine.ts';
import { fetchOne } from './engine-fixtures.ts';
import { CALLER } from './engine-harness.ts';
import { aWorkflow, batch, chain, group, statesOf, step } from './workflow-fixtures.ts';

type Operation = [
  name: string,
  prepare: (engine: Engine, tenant: string) => Promise<string[]>,
  run: (engine: Engine, tenant: string, ids: string[]) => Promise<unknown>,
];

const BODY = chain(step('a'), batch({ on_complete: step('d') }, step('b'), chain(step('c'))), step('e'));

const created = async (engine: Engine, tenant: string): Promise<string> =>
  (await engine.workflows.create(tenant, CALLER, aWorkflow(BODY))).id;

/** The operations of workflows, for the test that cuts the connection at each of their commands. */
export const WORKFLOW_OPERATIONS: Operation[] = [
  [
    'create a workflow',
    // Queues exist before what goes to them is stored.
    async (engine, tenant) => {
      await engine.fetch(tenant, CALLER, { queues: ['q'], count: 1 });
      return [v7()];
    },
    (e, t, [id]) => e.workflows.create(t, CALLER, aWorkflow({ ...group(BODY, step('f')), id })),
  ],
  [
    'end a step of a workflow',
    async (engine, tenant) => {
      await created(engine, tenant);
      return [(await fetchOne(engine, tenant, 'q')).id];
    },
    (e, t, [id]) => e.ack(t, CALLER, { id: id!, queue: 'q', attempt: 1 }, 'done'),
  ],
  [
    'cancel a workflow',
    async (engine, tenant) => [await created(engine, tenant)],
    (e, t, [id]) => e.workflows.cancel(t, CALLER, id!),
  ],
];

/** What the workflows of a tenant look like from outside once all was done that is due, without times. */
export async function seenWorkflows(engine: Engine, tenant: string): Promise<unknown> {
  const list = async () => (await engine.workflows.list(tenant, { visible: () => true, limit: 9 })).workflows;
  if ((await list()).length === 0) return [];
  await engine.sweep(tenant);
  const all = await Promise.all((await list()).map(({ id }) => engine.workflows.get(tenant, id)));
  return all.map((each) => each && [each.state, statesOf(each), each.metadata.completed_count]);
}
