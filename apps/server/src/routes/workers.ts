import { type Job, NAME_RULES, operations } from '@ojs/schema';
import type { Fetch } from '../engine/engine.ts';
import { claimOf, summaryOf } from './acks.ts';
import type { Ask } from './ask.ts';
import { invalid } from './issues.ts';
import { type Route, route } from './route.ts';

const leaseOf = (asked: number | undefined, max: number): number | undefined =>
  asked === undefined ? undefined : Math.min(asked, max);

/** Claims jobs, or waits for some. Who waits is woken; when it has gone meanwhile, what it would have got is given back. */
async function fetchJobs(ask: Ask, fetch: Fetch, waitMs: number): Promise<Job[]> {
  const { engine, limits } = ask.services;
  const until = ask.startedAt + Math.min(waitMs, limits.waitMs);
  for (;;) {
    const jobs = await engine.fetch(ask.tenant, ask.caller, fetch);
    const left = until - Date.now();
    if (jobs.length > 0 && ask.abandoned) {
      await Promise.all(jobs.map((job) => giveBack(ask, job, fetch.workerId)));
      return [];
    }
    if (jobs.length > 0 || left <= 0 || ask.gone.aborted) return jobs;
    await engine.waitForJobs(ask.tenant, fetch.queues, left, ask.gone);
    if (ask.gone.aborted) return [];
  }
}

async function giveBack(ask: Ask, { id, queue, attempt }: Job, workerId: string | undefined): Promise<void> {
  try {
    await ask.services.engine.requeue(ask.tenant, ask.caller, { id, queue, attempt, ...(workerId && { workerId }) });
  } catch {
    // The lease ends by itself.
  }
}

export const workerRoutes: readonly Route[] = [
  route(operations.fetchJobs, {
    target: { queues: ({ body }) => body.queues },
    async handle(ask, { body }) {
      const { limits, rules } = ask.services;
      const { queues, count = 1, worker_id, visibility_timeout_ms, wait_ms = 0 } = body;
      const rule = NAME_RULES[rules.names].queue;
      if (!queues.every((queue) => rule.test(queue))) throw invalid('queues', 'format', `must match ${rule}`);
      if (queues.length > limits.fetchQueues) throw invalid('queues', 'max', `must have at most ${limits.fetchQueues}`);
      if (count > limits.fetchJobs) throw invalid('count', 'max', `must be <=${limits.fetchJobs}`);
      const leaseMs = leaseOf(visibility_timeout_ms, limits.leaseMaxMs);
      const fetch: Fetch = {
        queues,
        count,
        ...(worker_id !== undefined && { workerId: worker_id }),
        ...(leaseMs !== undefined && { leaseMs }),
      };
      return { body: { jobs: await fetchJobs(ask, fetch, wait_ms) } };
    },
  }),

  route(operations.nackJob, {
    target: { job: ({ body }) => body.job_id },
    async handle(ask, { body }) {
      const { engine } = ask.services;
      const claim = claimOf(ask.queue, body);
      const { error, requeue = false } = body;
      const failed =
        requeue || error === undefined
          ? await engine.requeue(ask.tenant, ask.caller, claim)
          : await engine.nack(ask.tenant, ask.caller, claim, error);
      const { id, state, attempt, max_attempts, nextAttemptAt, retryDelayMs, discardedAt, completedAt } = failed;
      return {
        body: {
          ...{ id, job_id: id, state, attempt, max_attempts },
          ...(nextAttemptAt !== undefined && { next_attempt_at: nextAttemptAt }),
          ...(retryDelayMs !== undefined && { retry_delay_ms: retryDelayMs }),
          ...(discardedAt !== undefined && { discarded_at: discardedAt }),
          ...(completedAt !== undefined && { completed_at: completedAt }),
          job: summaryOf(failed),
        },
      };
    },
  }),

  route(operations.heartbeat, {
    target: 'visible',
    async handle(ask, { body }) {
      const { engine, limits, testDirectives } = ask.services;
      const { worker_id, active_jobs, active_job_ids = [], visibility_timeout_ms } = body;
      const ids = [...new Set([...(Array.isArray(active_jobs) ? active_jobs : []), ...active_job_ids])];
      if (ids.length > limits.heartbeatJobs) {
        throw invalid('active_jobs', 'max', `must have at most ${limits.heartbeatJobs}`);
      }
      const { held, lost } = await sorted(ask, ids);
      const leaseMs = leaseOf(visibility_timeout_ms, limits.leaseMaxMs);
      const beat = { workerId: worker_id, ids: held, ...(leaseMs !== undefined && { leaseMs }) };
      const outcome = await engine.heartbeat(ask.tenant, ask.caller, beat);
      const directed = testDirectives && /^(quiet|terminate)$/.test(outcome.directive ?? '');
      return {
        body: {
          state: directed ? outcome.directive : 'running',
          jobs_extended: outcome.extended,
          jobs_lost: [...lost, ...outcome.lost],
          server_time: new Date(outcome.now).toISOString(),
        },
      };
    },
  }),
];

/** Jobs on queues that the caller may not dequeue from are lost to it, like jobs that do not exist. */
async function sorted(ask: Ask, ids: readonly string[]): Promise<{ held: string[]; lost: string[] }> {
  const held: string[] = [];
  const lost: string[] = [];
  const queues = await Promise.all(ids.map((id) => ask.services.engine.locate(ask.tenant, id)));
  ids.forEach((id, i) => {
    const queue = queues[i];
    (queue !== undefined && ask.may('dequeue', queue) ? held : lost).push(id);
  });
  return { held, lost };
}
