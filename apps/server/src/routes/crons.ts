import { CRON_HISTORY, operations, type Permission } from '@ojs/schema';
import { refuse } from '../connection/refusal.ts';
import type { Cron } from '../engine/crons/crons.ts';
import { CronChanged } from '../engine/errors.ts';
import type { Ask } from './ask.ts';

import { bothNames, toCronJob } from './cron-answer.ts';
import { claimedTemplate, toNewCron } from './cron-request.ts';
import { claimedJob } from './enqueue.ts';
import { invalid } from './issues.ts';
import { checkTenant } from './jobs.ts';
import { permitLasting } from './narrowed.ts';
import { cursorAfter, nameOfCursor, PAGE_LIMIT, paginationOf } from './pagination.ts';
import { permitClaimed } from './permit.ts';
import { notFound } from './refusals.ts';
import { type Answer, type Route, route } from './route.ts';

/** The queue of the entry decides: what the caller may not inspect does not exist for it. */
async function permitCron(ask: Ask, name: string, permission: Permission): Promise<Cron> {
  const cron = await ask.services.engine.crons.find(ask.tenant, name);
  if (cron === undefined || !ask.may('inspect', cron.job.queue)) throw notFound('cron_job', name);
  permitClaimed(ask, [cron.job], permission, false);
  return cron;
}

/** The entry that a registration changes, if there is one. Of that of others it says no more than that the name is no use. */
async function permitReplacing(ask: Ask, name: string): Promise<Cron | undefined> {
  const cron = await ask.services.engine.crons.find(ask.tenant, name);
  if (cron === undefined) return undefined;
  if (ask.may('inspect', cron.job.queue)) permitClaimed(ask, [cron.job], 'enqueue', false);
  else
    throw refuse('conflict', 'name: cannot be used.', {
      hint: 'Choose another.',
      details: { field: 'name', rule: 'taken' },
    });
  return cron;
}

/** How often what changed under a request is looked at anew: many processes register the same entries when they start. */
const TRIES = 10;

async function whileItChanges<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof CronChanged) || tries === TRIES) throw error;
    }
  }
}

const IN_THE_WAY = {
  overlap_skip: 'The job of an earlier firing is not finished, and the overlap policy is skip.',
  unique_conflict: 'A job that is the same by its unique policy is in the way.',
} as const;

const detailOf = ({ name, job }: Cron) => ({ cron_name: name, job_type: job.type, queue: job.queue });

function setEnabled(ask: Ask, name: string, enabled: boolean): Promise<Answer> {
  return whileItChanges(async () => {
    const before = await permitCron(ask, name, 'enqueue');
    const cron = await ask.services.engine.crons.setEnabled(ask.tenant, ask.caller, before, enabled);
    ask.record(enabled ? 'cron.resumed' : 'cron.paused', 'success', detailOf(cron));
    return { body: bothNames(cron) };
  });
}

export const cronRoutes: readonly Route[] = [
  route(operations.listCrons, {
    target: 'visible',
    async handle(ask, { query }) {
      const limit = query.limit ?? query.per_page ?? PAGE_LIMIT;
      const offset = query.offset ?? ((query.page ?? 1) - 1) * limit;
      const after = query.cursor === undefined ? '' : nameOfCursor(query.cursor);
      if (after === undefined) throw invalid('cursor', 'format', 'is not one that this server gave');
      const { crons, total, next } = await ask.services.engine.crons.list(ask.tenant, {
        visible: (queue) => ask.may('inspect', queue),
        after,
        offset,
        limit,
        ...(query.enabled !== undefined && { enabled: query.enabled === 'true' }),
      });
      const told = crons.map(toCronJob);
      const pagination = paginationOf({ limit, offset }, total, next === undefined ? next : cursorAfter(next));
      const page = { page: query.page ?? Math.floor(offset / limit) + 1, per_page: limit };
      return { body: { crons: told, cron_jobs: told, count: told.length, pagination: { ...pagination, ...page } } };
    },
  }),

  route(operations.registerCron, {
    target: { claims: (body) => [claimedJob(claimedTemplate(body))] },
    validatesBody: true,
    async handle(ask, { body }) {
      const { engine, rules } = ask.services;
      permitLasting(ask);
      const { cron, job } = toNewCron(body, rules, Date.now(), ask.bodyBytes);
      checkTenant(ask, job);
      return whileItChanges(async () => {
        const before = await permitReplacing(ask, cron.name);
        const saved = await engine.crons.save(ask.tenant, ask.caller, cron, before);
        ask.record(before ? 'cron.updated' : 'cron.created', 'success', detailOf(saved));
        return { body: bothNames(saved), status: before ? 200 : 201, location: `/ojs/v1/cron/${cron.name}` };
      });
    },
  }),

  route(operations.getCron, {
    target: 'visible',
    handle: async (ask, { params }) => ({ body: bothNames(await permitCron(ask, params.name, 'inspect')) }),
  }),

  route(operations.patchCron, {
    target: 'visible',
    handle: (ask, { params, body }) => setEnabled(ask, params.name, body.enabled),
  }),

  route(operations.pauseCron, {
    target: 'visible',
    handle: (ask, { params }) => setEnabled(ask, params.name, false),
  }),

  route(operations.resumeCron, {
    target: 'visible',
    handle: (ask, { params }) => setEnabled(ask, params.name, true),
  }),

  route(operations.deleteCron, {
    target: 'visible',
    handle: (ask, { params: { name } }) =>
      whileItChanges(async () => {
        const cron = await permitCron(ask, name, 'enqueue');
        await ask.services.engine.crons.delete(ask.tenant, ask.caller, cron);
        ask.record('cron.deleted', 'success', detailOf(cron));
        return { body: { deleted: true, name, ...bothNames(cron) } };
      }),
  }),

  route(operations.triggerCron, {
    target: 'visible',
    handle: (ask, { params: { name } }) =>
      whileItChanges(async () => {
        const { crons } = ask.services.engine;
        const cron = await permitCron(ask, name, 'enqueue');
        const fired = await crons.trigger(ask.tenant, ask.caller, cron);
        if ('refused' in fired) {
          throw refuse('conflict', IN_THE_WAY[fired.refused], {
            hint: 'Wait for that job, cancel it, or change the policy.',
            details: { reason: fired.refused, ...(fired.job !== '' && { job_id: fired.job }) },
          });
        }
        ask.record('cron.triggered', 'success', { ...detailOf(cron), job_id: fired.job.id });
        const after = (await crons.find(ask.tenant, name)) ?? cron;
        return { body: { job: fired.job, ...bothNames(after) }, location: `/ojs/v1/jobs/${fired.job.id}` };
      }),
  }),

  route(operations.getCronHistory, {
    target: 'visible',
    async handle(ask, { params: { name }, query }) {
      await permitCron(ask, name, 'inspect');
      const history = await ask.services.engine.crons.history(ask.tenant, name, query.limit ?? CRON_HISTORY);
      return { body: { name, history } };
    },
  }),
];
