import type { JobState } from '@ojs/schema';
import fc from 'fast-check';
import { expect } from 'vitest';
import type { BulkMove, Extent } from '../src/engine/bulk/selection.ts';
import { type Act, pickJob, QUEUES, same, sameJob, steps } from './engine-steps.ts';

const MOVES = ['cancel-waiting', 'retry', 'delete', 'retry-dead-letter', 'delete-dead-letter'] as const;
const moveArgs = fc.record({
  move: fc.constantFrom<BulkMove>(...MOVES),
  picks: fc.array(fc.nat({ max: 999 }), { minLength: 1, maxLength: 6 }),
  how: fc.constantFrom<Extent>('each', 'whole', 'look'),
});

/** Of the jobs that are picked, every other one is of a state that fits: else nearly all were refused. */
function pickFor(act: Act, move: BulkMove, pick: number): string | undefined {
  const fitting = [...act.model.jobs.keys()].filter((id) => !act.model.refusesMove(move, id));
  return pick % 2 > 0 && fitting.length > 0 ? fitting[pick % fitting.length] : pickJob(act.model, pick)?.id;
}

const told = (refusal: Error | undefined): unknown => {
  if (refusal === undefined) return undefined;
  const { refusal: name = refusal.name, state } = refusal as Error & { refusal?: string; state?: string };
  return [name, state];
};

const bulkMove = steps('bulk move', moveArgs, async (act, { move, picks, how }) => {
  const ids = [...new Set(picks.flatMap((pick) => pickFor(act, move, pick) ?? []))];
  const jobs = ids.map((id) => ({ id, queue: act.model.jobs.get(id)?.queue ?? '' }));
  if (jobs.length === 0) return;
  await same(
    act,
    () => act.model.moveAll(move, ids, how).map(told),
    async () => (await act.engine.bulk.move(act.tenant, act.caller, move, jobs, how)).map(told),
  );
  for (const id of ids) await sameJob(act.other, act.tenant, act.model, id);
});

const STATES: readonly JobState[] = [
  'available',
  'scheduled',
  'pending',
  'retryable',
  'completed',
  'discarded',
  'cancelled',
];

/** What a filter selects is what is in the state, each job once: nothing moves meanwhile. */
const select = steps(
  'select',
  fc.record({ queue: fc.constantFrom(...QUEUES), states: fc.shuffledSubarray([...STATES], { minLength: 1 }) }),
  async ({ engine, tenant, model }, { queue, states }) => {
    const found: string[] = [];
    for await (const slice of engine.bulk.select(tenant, { visible: () => true, queue, states })) {
      found.push(...slice.found.map(({ id, state }) => `${id} ${state}`));
    }
    const wanted = [...model.jobs.values()].filter((job) => job.queue === queue && states.includes(job.state));
    expect(found.toSorted()).toEqual(wanted.map(({ id, state }) => `${id} ${state}`).toSorted());
  },
);

export const BULK_KINDS = [bulkMove, bulkMove, select];
