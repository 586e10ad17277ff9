import type { Job, JobState } from '@ojs/schema';
import type { EngineContext } from './context.ts';
import type { Caller } from './engine.ts';
import { NoSuchJob } from './errors.ts';
import { accepted, type Outcome } from './outcomes.ts';

type Move = 'cancel' | 'activate' | 'retry-dead-letter' | 'delete-dead-letter';

/** What a caller does to a job from outside the worker protocol: CANCEL, ACTIVATE, and the dead letters. */
export function createMove(
  context: EngineContext,
  readIn: (tenant: string, id: string, queue: string) => Promise<Job | undefined>,
) {
  const { run, spaces, queueOf } = context;

  const move = async (name: Move, tenant: string, caller: Caller, id: string, queue: string): Promise<JobState> => {
    const outcome = (await run('move', spaces.of(tenant), [caller.epoch, name, queue, id])) as Outcome;
    if (outcome[0] === 'missing' || name === 'delete-dead-letter') queueOf.forget(tenant, id);
    const [, previous] = accepted(outcome, id);
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
