import { operations, type Workflow } from '@ojs/schema';
import type { NewJob } from '../engine/engine.ts';
import type { Ask } from './ask.ts';
import { mapInSlices } from './in-slices.ts';
import { checkTenant } from './jobs.ts';
import { PAGE_LIMIT } from './pagination.ts';
import { permitQueues } from './permit.ts';
import { notFound } from './refusals.ts';
import { type Route, route } from './route.ts';
import { claimedSteps, workflowReader } from './workflow-request.ts';

/** A workflow of which the caller may not inspect every queue does not exist for it. */
async function visibleQueues(ask: Ask, id: string): Promise<readonly string[]> {
  const queues = await ask.services.engine.workflows.queues(ask.tenant, id);
  if (!queues?.every((queue) => ask.may('inspect', queue))) throw notFound('workflow', id);
  return queues;
}

/** Clients read one of two shapes: all of it as `workflow`, or what it is and how far. */
function answerOf<W extends Workflow>(workflow: W) {
  const { id, type, name, state, metadata } = workflow;
  return { id, type, ...(name !== undefined && { name }), state, metadata, workflow };
}

export const workflowRoutes: readonly Route[] = [
  route(operations.createWorkflow, {
    target: { claims: (body, ask) => claimedSteps(body, ask.services.rules) },
    validatesBody: true,
    async handle(ask, { body }) {
      const { engine, rules } = ask.services;
      const accept = (job: NewJob): void => checkTenant(ask, job);
      const { nodes, read, whole } = workflowReader(body, rules, Date.now(), ask.bodyBytes, accept);
      const workflow = whole(await mapInSlices(nodes, read));
      const created = await engine.workflows.create(ask.tenant, ask.caller, workflow);
      ask.record('workflow.created', 'success', {
        workflow_id: created.id,
        workflow_type: created.type,
        jobs: workflow.jobs.size,
      });
      return { body: answerOf(created), location: `/ojs/v1/workflows/${created.id}` };
    },
  }),

  route(operations.listWorkflows, {
    target: 'visible',
    async handle(ask, { query: { limit = PAGE_LIMIT, cursor, state } }) {
      const { workflows, next } = await ask.services.engine.workflows.list(ask.tenant, {
        visible: (queue) => ask.may('inspect', queue),
        limit,
        ...(cursor !== undefined && { cursor }),
        ...(state !== undefined && { state }),
      });
      const pagination = { limit, has_more: next !== undefined, ...(next !== undefined && { next_cursor: next }) };
      return { body: { workflows, pagination } };
    },
  }),

  route(operations.getWorkflow, {
    target: 'visible',
    async handle(ask, { params: { id } }) {
      await visibleQueues(ask, id);
      const workflow = await ask.services.engine.workflows.get(ask.tenant, id);
      if (workflow === undefined) throw notFound('workflow', id);
      return { body: answerOf(workflow) };
    },
  }),

  route(operations.cancelWorkflow, {
    target: 'visible',
    async handle(ask, { params: { id } }) {
      permitQueues(ask, await visibleQueues(ask, id), 'cancel');
      const { workflow, cancelled, completed } = await ask.services.engine.workflows.cancel(ask.tenant, ask.caller, id);
      ask.record('workflow.cancelled', 'success', { workflow_id: id, workflow_type: workflow.type });
      return { body: answerOf({ ...workflow, steps_cancelled: cancelled, steps_already_completed: completed }) };
    },
  }),
];
