import { type Job, operations, TERMINAL_STATES } from '@ojs/schema';
import { refuse } from '../connection/refusal.ts';
import type { NewJob } from '../engine/engine.ts';
import type { Ask } from './ask.ts';
import { claimedJob, claimedJobs, toNewJob } from './enqueue.ts';
import { identifyAsk } from './identify.ts';
import { mapInSlices } from './in-slices.ts';
import { permitJob } from './permit.ts';
import { pushFor } from './push.ts';
import { notFound } from './refusals.ts';
import { type Route, route } from './route.ts';
import { whileAdmitted } from './while-admitted.ts';

/** The tenant of a job comes from the credential; what the body says of it can only agree (security page, Multi-Tenant Scoping). */
export function checkTenant(ask: Ask, { meta }: NewJob, index?: number): void {
  const claimed = meta.tenant_id;
  // A credential that spans tenants writes on behalf of others.
  if (claimed === undefined || ask.principal.tenant === '*' || claimed === ask.tenant) return;
  ask.record('tenant.access_denied', 'failure', { operation: ask.operation.id, ...(index !== undefined && { index }) });
  throw refuse('tenant_access_denied', 'meta.tenant_id: is not the tenant of the credential.', {
    details: { field: 'meta.tenant_id', ...(index !== undefined && { index }) },
  });
}

/** The job, if it is in the queue that was asked about: an id that was deleted may be used again in another. */
export async function readJob(ask: Ask, id: string): Promise<Job> {
  const job = await ask.services.engine.info(ask.tenant, id);
  if (job === undefined || job.queue !== ask.queue) throw notFound('job', id);
  return job;
}

/** Waits until the job is in a terminal state, the time is up, or nobody waits any more. */
export async function finished(ask: Ask, id: string, waitMs: number): Promise<Job> {
  const { engine, limits } = ask.services;
  const until = ask.startedAt + Math.min(waitMs, limits.waitMs);
  for (;;) {
    const job = await readJob(ask, id);
    const left = until - Date.now();
    if (TERMINAL_STATES.has(job.state) || left <= 0 || ask.gone.aborted) return job;
    await whileAdmitted(ask, (until) => engine.waitForJob(ask.tenant, id, left, until));
    // Much may have happened to the caller's access while it waited.
    await identifyAsk(ask);
    ask.queue = await permitJob(ask, id, 'inspect');
  }
}

export const jobRoutes: readonly Route[] = [
  route(operations.enqueueJob, {
    target: { claims: (body) => [claimedJob(body)] },
    validatesBody: true,
    async handle(ask, { body }) {
      const job = toNewJob(body, ask.services.rules, Date.now(), ask.bodyBytes);
      checkTenant(ask, job);
      const { created, deduplicated } = await pushFor(ask, [job], false);
      if (deduplicated.length > 0) return { status: 200, body: { job: created[0], deduplicated: true } };
      return { body: { job: created[0] }, location: `/ojs/v1/jobs/${job.id}` };
    },
  }),

  route(operations.enqueueBatch, {
    target: { claims: (body, ask) => claimedJobs(body, ask.services.rules).map(claimedJob), batch: true },
    validatesBody: true,
    async handle(ask, { body }) {
      const { rules } = ask.services;
      const now = Date.now();
      const jobs = await mapInSlices(claimedJobs(body, rules), (job, index) => {
        const valid = toNewJob(job, rules, now, ask.bodyBytes, index);
        checkTenant(ask, valid, index);
        return valid;
      });
      const { created, deduplicated } = await pushFor(ask, jobs, true);
      return {
        status: deduplicated.length === jobs.length ? 200 : 201,
        body: { jobs: created, count: created.length, ...(deduplicated.length > 0 && { deduplicated }) },
      };
    },
  }),

  route(operations.getJob, {
    target: { job: ({ params }) => params.id },
    async handle(ask, { params, query }) {
      if (query.wait_ms) return { body: { job: await finished(ask, params.id, query.wait_ms) } };
      return { body: { job: await readJob(ask, params.id) } };
    },
  }),

  route(operations.cancelJob, {
    target: { job: ({ params }) => params.id },
    async handle(ask, { params }) {
      const { job, previous } = await ask.services.engine.cancel(ask.tenant, ask.caller, params.id, ask.queue);
      ask.record('job.cancelled', 'success', {
        job_id: job.id,
        job_type: job.type,
        queue: job.queue,
        previous_state: previous,
      });
      return { body: { job: { ...job, previous_state: previous } } };
    },
  }),

  route(operations.activateJob, {
    target: { job: ({ params }) => params.id },
    async handle(ask, { params }) {
      const { job, previous } = await ask.services.engine.activate(ask.tenant, ask.caller, params.id, ask.queue);
      return { body: { job: { activated_at: new Date().toISOString(), ...job, previous_state: previous } } };
    },
  }),
];
