import { effectiveUnique, type Job } from '@ojs/schema';
import type { NewJob } from '../engine/engine.ts';
import { ReplaceForbidden, TooManyReplaced } from '../engine/errors.ts';
import type { Ask } from './ask.ts';
import { invalid } from './issues.ts';
import { denied } from './permit.ts';

/** A conflict that is ignored is answered with the job that exists: only to who may inspect it. */
function permitIgnoring(ask: Ask, { unique, queue }: NewJob, place: { index?: number }): void {
  if (!unique || effectiveUnique(unique).onConflict !== 'ignore' || ask.may('inspect', queue)) return;
  throw denied(ask, 'inspect', { queue, ...place });
}

/** What was replaced is cancelled, and told like every cancellation. */
async function recordReplaced(ask: Ask, { id, type, replaces = [] }: Job): Promise<void> {
  for (const replaced of replaces) {
    const queue = (await ask.services.engine.locate(ask.tenant, replaced)) ?? 'unknown';
    ask.record('job.cancelled', 'success', { job_id: replaced, job_type: type, queue, replaced_by: id });
  }
}

function ofReplacing(ask: Ask, error: ReplaceForbidden | TooManyReplaced, isBatch: boolean): Error {
  const place = isBatch ? { index: error.index } : {};
  if (error instanceof ReplaceForbidden) return denied(ask, 'cancel', { queue: error.queue, ...place });
  const says = `a batch may replace ${error.most} jobs; send it in smaller ones`;
  return invalid('unique.on_conflict', 'max', says, { status: 422, max: error.most, ...place });
}

/**
 * Enqueues jobs on queues that were permitted, all or none.
 *
 * @param isBatch whether the place in the list is the place in a batch.
 * @returns the jobs, and the places of those that existed already (ojs-unique-jobs §5.4).
 */
export async function pushFor(
  ask: Ask,
  jobs: readonly NewJob[],
  isBatch: boolean,
): Promise<{ created: readonly Job[]; deduplicated: readonly number[] }> {
  jobs.forEach((job, index) => {
    permitIgnoring(ask, job, isBatch ? { index } : {});
  });
  try {
    const created = await ask.services.engine.push(ask.tenant, ask.caller, jobs);
    for (const job of created) if (job.replaces) await recordReplaced(ask, job);
    return { created, deduplicated: created.flatMap(({ id }, place) => (id === jobs[place]!.id ? [] : [place])) };
  } catch (error) {
    throw error instanceof ReplaceForbidden || error instanceof TooManyReplaced
      ? ofReplacing(ask, error, isBatch)
      : error;
  }
}
