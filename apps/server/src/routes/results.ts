import { type Job, operations, TERMINAL_STATES } from '@ojs/schema';
import { type Refusal, refuse } from '../connection/refusal.ts';
import type { Ask } from './ask.ts';
import { finished, readJob } from './jobs.ts';
import { type Route, route } from './route.ts';

const WAIT_SECONDS = 30;
/** Jobs that are read together, before it is looked at how large the answer has become. */
const READ_AT_ONCE = 8;
/** What is one answer is in memory at once. */
const ANSWER_BYTES = 16 * 1024 * 1024;

const pending = ({ id, state }: Job): Refusal =>
  refuse('request_timeout', 'The job has not ended yet.', {
    hint: 'Ask again after the time in Retry-After, or with wait=true.',
    details: { job_id: id, state },
    headers: { 'Retry-After': '1' },
  });

const pruned = ({ id, result_pruned_at }: Job): Refusal =>
  refuse('result_pruned', 'The result is not kept any more.', {
    hint: 'Enqueue with a longer result_ttl.',
    details: { job_id: id, result_pruned_at },
  });

const outcomeOf = ({ state, result = null, error }: Job) => ({ state, result, ...(error && { error }) });

/** The job, or nothing where the caller may not know of it. */
async function readVisible(ask: Ask, id: string): Promise<Job | undefined> {
  const queue = await ask.services.engine.locate(ask.tenant, id);
  if (queue === undefined || !ask.may('inspect', queue, { job: id })) return undefined;
  const job = await ask.services.engine.info(ask.tenant, id);
  return job?.queue === queue ? job : undefined;
}

export const resultRoutes: readonly Route[] = [
  route(operations.getResult, {
    target: { job: ({ params }) => params.id },
    async handle(ask, { params: { id }, query: { wait, timeout = WAIT_SECONDS } }) {
      const job = wait === 'true' ? await finished(ask, id, timeout * 1_000) : await readJob(ask, id);
      if (!TERMINAL_STATES.has(job.state)) throw pending(job);
      if (job.result_pruned_at !== undefined) throw pruned(job);
      const { result_stored_at, result_expires_at, result_size_bytes } = job;
      return { body: { job_id: id, ...outcomeOf(job), result_stored_at, result_expires_at, result_size_bytes } };
    },
  }),

  route(operations.getResults, {
    target: 'visible',
    async handle(ask, { body: { ids } }) {
      const results: Record<string, ReturnType<typeof outcomeOf> | null> = {};
      let bytes = 0;
      for (let i = 0; i < ids.length; i += READ_AT_ONCE) {
        const some = ids.slice(i, i + READ_AT_ONCE);
        const jobs = await Promise.all(some.map((id) => readVisible(ask, id)));
        some.forEach((id, n) => {
          const job = jobs[n];
          results[id] = job === undefined ? null : outcomeOf(job);
          bytes += job?.result_size_bytes ?? 0;
        });
        if (bytes > ANSWER_BYTES) {
          throw refuse('payload_too_large', 'ids: the results are too large for one answer.', {
            hint: 'Ask for fewer at a time.',
            details: { field: 'ids', rule: 'max' },
          });
        }
      }
      return { body: { results } };
    },
  }),
];
