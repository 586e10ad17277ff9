import {
  type HeartbeatAnswer,
  type HeartbeatRequest,
  type Job,
  NAME_RULES,
  type NackRequest,
  operations,
} from '@ojs/schema';
import type { Fetch, WorkerState } from '../engine/engine.ts';
import { WorkerDraining } from '../engine/errors.ts';
import { claimOf, summaryOf } from './acks.ts';
import type { Ask } from './ask.ts';
import { invalid } from './issues.ts';
import { workerOf } from './own-worker.ts';
import { permitQueues } from './permit.ts';
import { notFound } from './refusals.ts';
import { type Answer, type Route, route } from './route.ts';
import { whileAdmitted } from './while-admitted.ts';

const leaseOf = (asked: number | undefined, max: number): number | undefined =>
  asked === undefined ? undefined : Math.min(asked, max);

/** Claims jobs, or waits for some. Who waits is woken; when it has gone meanwhile, what it would have got is given back. */
async function fetchJobs(ask: Ask, fetch: Fetch, waitMs: number): Promise<Job[]> {
  const { engine, limits } = ask.services;
  const until = ask.startedAt + Math.min(waitMs, limits.waitMs);
  for (;;) {
    let othersOnly = false;
    const onOthersOnly = (): void => {
      othersOnly = true;
    };
    const jobs = await engine.fetch(ask.tenant, ask.caller, { ...fetch, onOthersOnly }).catch(noneWhileDraining);
    if (jobs === undefined) return [];
    const left = until - Date.now();
    if (jobs.length > 0 && ask.abandoned) {
      await Promise.all(jobs.map((job) => giveBack(ask, job, fetch.workerId)));
      return [];
    }
    if (jobs.length > 0 || left <= 0 || ask.gone.aborted) return jobs;
    await whileAdmitted(ask, (until) => engine.waitForJobs(ask.tenant, fetch.queues, left, until, othersOnly));
    // Who was admitted anew while it waited may be permitted less.
    permitQueues(ask, fetch.queues, 'dequeue');
    if (ask.gone.aborted) return [];
  }
}

/** ojs-graceful-shutdown §5.1: a worker that winds down is handed nothing, and need not wait for it. */
function noneWhileDraining(error: unknown): undefined {
  if (!(error instanceof WorkerDraining)) throw error;
}

async function giveBack(ask: Ask, { id, queue, attempt }: Job, workerId: string | undefined): Promise<void> {
  try {
    await ask.services.engine.requeue(ask.tenant, ask.caller, { id, queue, attempt, ...(workerId && { workerId }) });
  } catch {
    // The lease ends by itself.
  }
}

/** Fails an attempt or gives it back, once it is known that the caller may dequeue from the job's queue. */
export async function failed(ask: Ask, body: NackRequest) {
  const { engine } = ask.services;
  const claim = claimOf(ask, ask.queue, body);
  const { error, requeue = false } = body;
  const settled =
    requeue || error === undefined
      ? await engine.requeue(ask.tenant, ask.caller, claim)
      : await engine.nack(ask.tenant, ask.caller, claim, error);
  const { id, state, attempt, max_attempts, nextAttemptAt, retryDelayMs, discardedAt, completedAt } = settled;
  return {
    body: {
      ...{ id, job_id: id, state, attempt, max_attempts },
      ...(nextAttemptAt !== undefined && { next_attempt_at: nextAttemptAt }),
      ...(retryDelayMs !== undefined && { retry_delay_ms: retryDelayMs }),
      ...(discardedAt !== undefined && { discarded_at: discardedAt }),
      ...(completedAt !== undefined && { completed_at: completedAt }),
      job: summaryOf(settled),
    },
  };
}

export const workerRoutes: readonly Route[] = [
  route(operations.fetchJobs, {
    target: { queues: ({ body }) => body.queues },
    async handle(ask, { body }) {
      const { limits, rules } = ask.services;
      const { queues, count = 1, worker_id, visibility_timeout_ms, handlers, wait_ms = 0 } = body;
      const rule = NAME_RULES[rules.names].queue;
      if (!queues.every((queue) => rule.test(queue))) throw invalid('queues', 'format', `must match ${rule}`);
      if (queues.length > limits.fetchQueues) throw invalid('queues', 'max', `must have at most ${limits.fetchQueues}`);
      if (count > limits.fetchJobs) throw invalid('count', 'max', `must be <=${limits.fetchJobs}`);
      const leaseMs = leaseOf(visibility_timeout_ms, limits.leaseMaxMs);
      const workerId = workerOf(ask, worker_id);
      const fetch: Fetch = {
        queues,
        count,
        ...(workerId !== undefined && { workerId }),
        ...(leaseMs !== undefined && { leaseMs }),
        ...(handlers && { handlers }),
      };
      return { body: { jobs: await fetchJobs(ask, fetch, wait_ms) } };
    },
  }),

  route(operations.nackJob, {
    target: { job: ({ body }) => body.job_id },
    handle: (ask, { body }) => failed(ask, body),
  }),

  route(operations.heartbeat, { target: 'visible', handle: (ask, { body }) => beat(ask, body) }),
  route(operations.beat, { target: 'visible', handle: (ask, { body }) => beat(ask, body) }),

  route(operations.getWorkerHealth, {
    target: 'visible',
    async handle(ask, { params: { worker_id } }) {
      const worker = await ask.services.engine.worker(ask.tenant, ask.principal.id, workerOf(ask, worker_id));
      if (worker === undefined) throw notFound('worker', worker_id);
      const { state, active, seen } = worker;
      const isRunning = state === 'running';
      return {
        status: isRunning ? 200 : 503,
        body: {
          worker_id,
          status: isRunning ? 'ok' : 'degraded',
          state,
          active_jobs: active,
          last_seen_at: new Date(seen).toISOString(),
        },
      };
    },
  }),
];

/** BEAT (ojs-worker-protocol §4, http-binding §10.4): the two paths mean the same. */
async function beat(ask: Ask, body: HeartbeatRequest): Promise<Answer> {
  const { engine, limits, testDirectives } = ask.services;
  const { worker_id, active_jobs, active_job_ids = [], visibility_timeout_ms } = body;
  const ids = [...new Set([...(Array.isArray(active_jobs) ? active_jobs : []), ...active_job_ids])];
  if (ids.length > limits.heartbeatJobs) {
    throw invalid('active_jobs', 'max', `must have at most ${limits.heartbeatJobs}`);
  }
  const { held, lost } = await sorted(ask, ids);
  const leaseMs = leaseOf(visibility_timeout_ms, limits.leaseMaxMs);
  const state = body.shutdown ? 'shutting_down' : body.state;
  const outcome = await engine.heartbeat(ask.tenant, ask.caller, {
    workerId: workerOf(ask, worker_id),
    ids: held,
    active: typeof active_jobs === 'number' ? active_jobs : ids.length,
    ...(state !== undefined && { state }),
    ...(leaseMs !== undefined && { leaseMs }),
    ...(body.handlers && { handlers: body.handlers }),
  });
  const directed = testDirectives ? DIRECTIVES.find((each) => each === outcome.directive) : undefined;
  return {
    body: {
      acknowledged: true,
      state: directed ?? DESIRED[outcome.state],
      jobs_extended: outcome.extended,
      jobs_lost: [...lost, ...outcome.lost],
      server_time: new Date(outcome.now).toISOString(),
    },
  };
}

const DIRECTIVES = ['quiet', 'terminate'] as const;

/** A worker that winds down is told to go on with that, in the three words of ojs-worker-protocol §4.4. */
const DESIRED: Readonly<Record<WorkerState, HeartbeatAnswer['state']>> = {
  running: 'running',
  quiet: 'quiet',
  drain: 'quiet',
  terminate: 'terminate',
  shutting_down: 'terminate',
};

/** Jobs on queues that the caller may not dequeue from are lost to it, like jobs that do not exist. */
async function sorted(ask: Ask, ids: readonly string[]): Promise<{ held: string[]; lost: string[] }> {
  const held: string[] = [];
  const lost: string[] = [];
  const queues = await Promise.all(ids.map((id) => ask.services.engine.locate(ask.tenant, id)));
  ids.forEach((id, i) => {
    const queue = queues[i];
    (queue !== undefined && ask.may('dequeue', queue, { job: id }) ? held : lost).push(id);
  });
  return { held, lost };
}
