import type { Job, JobState } from '@ojs/schema';
import type { Caller } from '../caller.ts';
import type { EngineContext } from '../context.ts';
import { NoSuchJob, WrongState } from '../errors.ts';
import type { EngineObserver } from '../observer.ts';
import { accepted, type Outcome } from '../outcomes.ts';
import type { Bulk, BulkMove, Extent, Selected } from './selection.ts';

/** What is done to jobs from outside the worker protocol (lua/move.lua): CANCEL, ACTIVATE, the dead letters, and bulk. */
type Move = BulkMove | 'cancel' | 'activate';

/** Moves jobs in one script; each is told whether it was `ok`, `missing` or in the `wrong` state. @throws {StaleAccess} */
type MoveAll = (
  name: Move,
  tenant: string,
  caller: Caller,
  jobs: readonly Selected[],
  how?: Extent,
) => Promise<Outcome[]>;

/** @see MoveAll */
export function createMoveAll({ run, spaces, queueOf, due }: EngineContext): MoveAll {
  return async (name, tenant, caller, jobs, how = 'each') => {
    const args = [caller.epoch, name, how, jobs.length];
    for (const { queue, id, state = '' } of jobs) args.push(queue, id, state);
    const [, ...outcomes] = accepted((await run('move', spaces.of(tenant), args)) as Outcome, '');
    // Some may have been steps of workflows.
    if (name === 'cancel' || name === 'cancel-waiting') due.expect(tenant, Date.now());
    const deletes = how !== 'look' && (name === 'delete' || name === 'delete-dead-letter');
    jobs.forEach(({ id }, i) => {
      if (deletes || (outcomes[i] as Outcome)[0] === 'missing') queueOf.forget(tenant, id);
    });
    return outcomes as Outcome[];
  };
}

/** What a caller does to many jobs at once. */
export const bulkMove =
  (moveAll: MoveAll, cancelled: NonNullable<EngineObserver['cancelled']>): Bulk['move'] =>
  async (tenant, caller, name, jobs, how = 'each') => {
    const outcomes = await moveAll(name, tenant, caller, jobs, how);
    const moved = how === 'each' || (how === 'whole' && outcomes.every(([status]) => status === 'ok'));
    if (name === 'cancel-waiting' && moved) {
      for (const [i, [status, , type]] of outcomes.entries()) {
        if (status === 'ok') cancelled(tenant, { id: jobs[i]!.id, queue: jobs[i]!.queue, type: String(type) });
      }
    }
    return jobs.map(({ id }, i) => {
      const [status, state] = outcomes[i] as Outcome;
      if (status === 'missing') return new NoSuchJob(id);
      return status === 'wrong' ? new WrongState(id, state as JobState) : undefined;
    });
  };

/** What a caller does to one job. */
export function createMove(
  moveAll: MoveAll,
  readIn: (tenant: string, id: string, queue: string) => Promise<Job | undefined>,
) {
  const move = async (name: Move, tenant: string, caller: Caller, id: string, queue: string): Promise<JobState> => {
    const [outcome] = await moveAll(name, tenant, caller, [{ id, queue }]);
    const [previous] = accepted(outcome as Outcome, id);
    return previous as JobState;
  };

  const moveAndRead = (name: Move) => async (tenant: string, caller: Caller, id: string, queue: string) => {
    const previous = await move(name, tenant, caller, id, queue);
    const job = await readIn(tenant, id, queue);
    if (!job) throw new NoSuchJob(id);
    return { job, previous };
  };

  return {
    cancel: moveAndRead('cancel'),
    activate: moveAndRead('activate'),
    retryDeadLetter: async (tenant: string, caller: Caller, id: string, queue: string): Promise<Job> =>
      (await moveAndRead('retry-dead-letter')(tenant, caller, id, queue)).job,
    deleteDeadLetter: async (tenant: string, caller: Caller, id: string, queue: string): Promise<void> => {
      await move('delete-dead-letter', tenant, caller, id, queue);
    },
  };
}
