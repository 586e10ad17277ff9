import {
  NAME_RULES,
  type NameRule,
  operations,
  type PurgeRequest,
  parseMoment,
  QueueName,
  TERMINAL_STATES,
} from '@ojs/schema';
import { refuse } from '../connection/refusal.ts';
import { QueueBusy } from '../engine/errors.ts';
import type { Ask } from './ask.ts';
import { invalid } from './issues.ts';
import { depthOf, queueOf } from './queues.ts';
import { notFound } from './refusals.ts';
import { type Answer, type Route, route } from './route.ts';

const ofQueue = { queues: ({ params }: { params: { name: string } }) => [params.name] };
const WAITING = ['available', 'scheduled', 'retryable', 'pending'] as const;

/** @throws {Refusal} where what destroys was not confirmed */
function confirmed(query: { confirm?: string | undefined }, body: { confirm?: boolean | undefined }): void {
  if (query.confirm === 'true' || body.confirm === true) return;
  throw invalid(
    'confirm',
    'required',
    'must be true, as ?confirm=true or in the body: what is deleted cannot be restored',
  );
}

async function told(ask: Ask, name: string): Promise<Answer> {
  const found = await queueOf(ask, name);
  const { status, createdAt, counts, config } = found;
  return {
    body: {
      name,
      state: status,
      queue: { name, status, paused: status === 'paused', created_at: createdAt },
      config,
      stats: { depth: depthOf(found), ...counts },
      created_at: createdAt,
    },
  };
}

/** A queue that is made must bear a name that jobs can name. */
function checkName(name: string, rule: NameRule): void {
  if (!NAME_RULES[rule].queue.test(name)) throw invalid('name', 'format', `must match ${NAME_RULES[rule].queue}`);
}

async function purge(
  ask: Ask,
  name: string,
  query: { confirm?: string | undefined },
  body: PurgeRequest,
): Promise<Answer> {
  const states = body.states ?? WAITING;
  const before = body.older_than === undefined ? undefined : parseMoment(body.older_than, Date.now());
  if (before !== undefined && !states.every((state) => TERMINAL_STATES.has(state))) {
    throw invalid('older_than', 'states', 'is a matter of jobs that have ended: completed, cancelled, discarded', {
      status: 422,
    });
  }
  confirmed(query, body);
  const removed = await ask.services.engine.queueControl.purge(ask.tenant, ask.caller, name, states, before);
  if (removed === undefined) throw notFound('queue', name);
  ask.record('queue.purged', 'success', { queue: name, states: states.join(','), jobs: removed.count });
  return { body: { queue: name, purged_count: removed.count, states, has_more: removed.more } };
}

export const queueControlRoutes: readonly Route[] = [
  route(operations.getQueue, { target: ofQueue, handle: (ask, { params }) => told(ask, params.name) }),

  route(operations.createQueue, {
    target: {
      claims: (body) => {
        const { name } = (body ?? {}) as { name?: unknown };
        const parsed = QueueName.safeParse(name);
        if (!parsed.success)
          throw invalid('name', name === undefined ? 'required' : 'format', 'must be the name of a queue');
        return [{ queue: parsed.data }];
      },
    },
    async handle(ask, { body: { name, config = {} } }) {
      checkName(name, ask.services.rules.names);
      if (!(await ask.services.engine.queueControl.create(ask.tenant, ask.caller, name, config))) {
        throw refuse('conflict', 'The queue exists already.', {
          hint: 'Change it with PUT /ojs/v1/queues/{name}/config.',
          details: { queue: name },
        });
      }
      ask.record('queue.created', 'success', { queue: name });
      return { ...(await told(ask, name)), location: `/ojs/v1/queues/${name}` };
    },
  }),

  route(operations.getQueueConfig, {
    target: ofQueue,
    handle: async (ask, { params: { name } }) => ({ body: { name, config: (await queueOf(ask, name)).config } }),
  }),

  route(operations.configureQueue, {
    target: ofQueue,
    async handle(ask, { params: { name }, body }) {
      const exists = await ask.services.engine.queueControl.configure(ask.tenant, ask.caller, name, body);
      if (!exists) throw notFound('queue', name);
      ask.record('queue.configured', 'success', { queue: name });
      return { body: { name, config: body } };
    },
  }),

  route(operations.purgeQueue, {
    target: ofQueue,
    handle: (ask, { params, query, body }) => purge(ask, params.name, query, body),
  }),

  route(operations.deleteQueueJobs, {
    target: ofQueue,
    handle: (ask, { params, query, body }) => purge(ask, params.name, query, body),
  }),

  route(operations.deleteQueue, {
    target: ofQueue,
    async handle(ask, { params: { name }, query, body }) {
      confirmed(query, body);
      const { strategy = 'reject' } = body;
      const { engine } = ask.services;
      const removed = await engine.queueControl
        .remove(ask.tenant, ask.caller, name, strategy)
        .catch((error: unknown) => {
          if (!(error instanceof QueueBusy)) throw error;
          throw refuse('conflict', `The queue has ${error.jobs} jobs that are in the way.`, {
            hint: 'Drain it first, or delete with the strategy discard; active jobs have to end.',
            details: { queue: name, jobs: error.jobs, strategy },
          });
        });
      if (removed === undefined) throw notFound('queue', name);
      ask.record('queue.deleted', 'success', { queue: name, strategy, jobs: removed.count, complete: !removed.more });
      const state = removed.more ? 'draining' : 'deleted';
      return { status: removed.more ? 202 : 200, body: { queue: name, strategy, jobs_affected: removed.count, state } };
    },
  }),
];
