import { type CheckpointRequest, operations, type ProgressAnswer } from '@ojs/schema';
import type { z } from 'zod';
import type { ProgressNoted } from '../engine/attempts/attempts.ts';
import { acknowledged, claimOf } from './acks.ts';
import type { Ask } from './ask.ts';
import { readJob } from './jobs.ts';
import { notFound } from './refusals.ts';
import { type Route, route } from './route.ts';
import { checkPart } from './sizes.ts';
import { failed } from './workers.ts';

interface Report {
  readonly worker_id?: string | undefined;
  readonly attempt?: number | undefined;
  readonly replay_count?: number | undefined;
  readonly message?: string | null | undefined;
  readonly data?: Record<string, unknown> | null | undefined;
  readonly checkpoint?: unknown;
}

async function report(ask: Ask, job_id: string, body: Report, progress: number | undefined): Promise<ProgressAnswer> {
  const { engine, limits } = ask.services;
  checkPart('data', body.data, ask.bodyBytes, limits.progressBytes);
  checkPart('checkpoint', body.checkpoint, ask.bodyBytes, limits.checkpointBytes);
  const claim = claimOf(ask, ask.queue, { ...body, job_id });
  const noted: ProgressNoted = await engine.attempts.report(ask.tenant, ask.caller, claim, {
    progress,
    message: body.message ?? undefined,
    data: body.data ?? undefined,
    checkpoint: body.checkpoint,
  });
  const { accepted, state } = noted;
  if (!accepted) return { job_id, state, accepted };
  const { message, data, updatedAt } = noted;
  return { job_id, state, accepted, progress: noted.progress, message, data, updated_at: updatedAt };
}

/** Who administers a queue may leave a checkpoint for a job that nobody works on, or clear it: no lease is overruled. */
const mayUnheld = (ask: Ask): boolean => ask.may('admin', ask.queue);

async function save(ask: Ask, job_id: string, body: z.output<typeof CheckpointRequest>) {
  const { engine, limits } = ask.services;
  checkPart('state', body.state, ask.bodyBytes, limits.checkpointBytes);
  const claim = claimOf(ask, ask.queue, { ...body, job_id });
  const { sequence, createdAt } = await engine.attempts.save(ask.tenant, ask.caller, claim, body.state, mayUnheld(ask));
  const saved = { job_id, sequence, created_at: createdAt };
  return { body: { ...saved, checkpoint: saved } };
}

export const attemptRoutes: readonly Route[] = [
  route(operations.reportProgress, {
    target: { job: ({ params }) => params.id },
    async handle(ask, { params, body }) {
      return { body: await report(ask, params.id, body, body.progress ?? undefined) };
    },
  }),

  route(operations.reportWorkerProgress, {
    target: { job: ({ body }) => body.job_id },
    async handle(ask, { body }) {
      return { body: await report(ask, body.job_id, { ...body, checkpoint: undefined }, body.percentage / 100) };
    },
  }),

  route(operations.getProgress, {
    target: { job: ({ params }) => params.id },
    async handle(ask, { params }) {
      const job = await readJob(ask, params.id);
      const { progress = null, progress_message: message = null, progress_data: data = null } = job;
      const updated_at = job.progress_updated_at ?? null;
      const headers = {
        ...(progress !== null && { 'X-OJS-Progress': String(progress) }),
        ...(updated_at !== null && { 'Last-Modified': new Date(updated_at).toUTCString() }),
      };
      const body = { job_id: job.id, state: job.state, progress, message, data, updated_at };
      return { respond: (reply, answers) => answers.send(reply, 200, body, headers) };
    },
  }),

  route(operations.saveCheckpoint, {
    target: { job: ({ params }) => params.id },
    handle: (ask, { params, body }) => save(ask, params.id, body),
  }),

  route(operations.putCheckpoint, {
    target: { job: ({ params }) => params.id },
    handle: (ask, { params, body }) => save(ask, params.id, body),
  }),

  route(operations.getCheckpoint, {
    target: { job: ({ params }) => params.id },
    async handle(ask, { params: { id } }) {
      const found = await ask.services.engine.attempts.checkpoint(ask.tenant, id, ask.queue);
      if (found === undefined) throw notFound('checkpoint', id);
      const checkpoint = { job_id: id, state: found.state, sequence: found.sequence, created_at: found.createdAt };
      return { body: { ...checkpoint, checkpoint } };
    },
  }),

  route(operations.deleteCheckpoint, {
    target: { job: ({ params }) => params.id },
    async handle(ask, { params: { id }, query }) {
      const claim = claimOf(ask, ask.queue, { ...query, job_id: id });
      const deleted = await ask.services.engine.attempts.forget(ask.tenant, ask.caller, claim, mayUnheld(ask));
      return { body: { deleted, job_id: id } };
    },
  }),

  route(operations.ackJobById, {
    target: { job: ({ params }) => params.id },
    handle: (ask, { params, body }) => acknowledged(ask, { ...body, job_id: params.id }),
  }),

  route(operations.nackJobById, {
    target: { job: ({ params }) => params.id },
    handle: (ask, { params, body }) => failed(ask, { ...body, job_id: params.id }),
  }),
];
