import { type AckBatchResult, type AckRequest, operations } from '@ojs/schema';
import { errorBody } from '../connection/error-body.ts';
import type { LeaseClaim, Settled } from '../engine/engine.ts';
import type { Ask } from './ask.ts';
import { doEach } from './each.ts';
import { workerOf } from './own-worker.ts';
import { permitJob } from './permit.ts';
import { asRefusal, unavailable } from './refusals.ts';
import { type Route, route } from './route.ts';
import { checkPart } from './sizes.ts';

/** @param queue the one that the job is in, as stored. @throws {Refusal} when the caller may not speak for the worker */
export const claimOf = (
  ask: Ask,
  queue: string,
  body: {
    job_id: string;
    worker_id?: string | undefined;
    attempt?: number | undefined;
    replay_count?: number | undefined;
  },
): LeaseClaim => {
  const workerId = workerOf(ask, body.worker_id);
  return {
    id: body.job_id,
    queue,
    ...(workerId !== undefined && { workerId }),
    ...(body.attempt !== undefined && { attempt: body.attempt, replays: body.replay_count ?? 0 }),
  };
};

export const summaryOf = ({ id, type, queue, state, attempt, max_attempts }: Settled) => ({
  id,
  type,
  queue,
  state,
  attempt,
  max_attempts,
});

/** Ends the attempt, once it is known that the caller may dequeue from the queue. */
async function acknowledge(ask: Ask, queue: string, body: AckRequest) {
  const { engine, limits } = ask.services;
  checkPart('result', body.result, ask.bodyBytes, limits.resultBytes);
  const done = await engine.ack(ask.tenant, ask.caller, claimOf(ask, queue, body), body.result);
  return { done, completed_at: done.completedAt ?? new Date().toISOString() };
}

/** The answer to one ack, once it is known that the caller may dequeue from the job's queue. */
export async function acknowledged(ask: Ask, body: AckRequest) {
  const { done, completed_at } = await acknowledge(ask, ask.queue, body);
  const { id, state } = done;
  return { body: { acknowledged: true, id, job_id: id, state, completed_at, job: summaryOf(done) } };
}

/** One ack of a batch, permitted and done as if it had come alone. */
async function acknowledgeOne(ask: Ask, body: AckRequest): Promise<AckBatchResult> {
  const queue = await permitJob(ask, body.job_id, 'dequeue');
  const { done, completed_at } = await acknowledge(ask, queue, body);
  return { job_id: done.id, acknowledged: true, state: done.state, completed_at };
}

function refusedOne(ask: Ask, { job_id }: AckRequest, reason: unknown): AckBatchResult {
  const refusal = asRefusal(reason);
  const { services, operation, request } = ask;
  if (refusal.status === 500) {
    services.log.error({ request_id: request.id, route: operation.id, job_id, err: reason }, 'an ack failed');
  }
  return { job_id, acknowledged: false, error: errorBody(refusal, request.id).error };
}

async function acknowledgeAll(ask: Ask, acks: readonly AckRequest[]): Promise<AckBatchResult[]> {
  const one = (ack: AckRequest) => acknowledgeOne(ask, ack);
  const results = await doEach(ask, acks, one, (ack, _place, reason) => refusedOne(ask, ack, reason));
  const away = (each: AckBatchResult): boolean => !each.acknowledged && each.error.code === 'backend_unavailable';
  if (results.every(away)) throw unavailable();
  return results;
}

export const ackRoutes: readonly Route[] = [
  route(operations.ackJob, {
    target: { job: ({ body }) => body.job_id },
    handle: (ask, { body }) => acknowledged(ask, body),
  }),

  route(operations.ackJobs, {
    target: 'visible',
    async handle(ask, { body }) {
      return { body: { results: await acknowledgeAll(ask, body.acks) } };
    },
  }),
];
