import type { HistoryEvent, Job, JobState } from '@ojs/schema';
import type { EngineContext } from './context.ts';
import { Gather } from './gather.ts';
import { historyOf } from './history/history.ts';
import { hashOf, toJob } from './job-record.ts';

type Read = [] | [queue: string, id: string, state: string, timer: string, hash: string[]];

/** INFO (ojs-core §7.7), for one job or several. */
export function createRead(context: EngineContext) {
  const { run, spaces, queueOf } = context;
  const gather = new Gather<{ queue: string; id: string }, Read>(async (tenant, jobs) => {
    const args: (string | number)[] = [jobs.length];
    for (const { queue, id } of jobs) args.push(queue, id);
    return (await run('read', spaces.of(tenant), args)) as Read[];
  });

  /** What happened to the job, if it is in that queue. */
  const history = async (tenant: string, id: string, queue: string): Promise<HistoryEvent[] | undefined> => {
    const read = await gather.ask(tenant, { queue, id });
    if (read.length === 0) return undefined;
    const [, , state, , flat] = read;
    return historyOf(id, queue, hashOf(flat), state as JobState);
  };

  const readIn = async (tenant: string, id: string, queue: string): Promise<Job | undefined> => {
    const read = await gather.ask(tenant, { queue, id });
    if (read.length === 0) {
      queueOf.forget(tenant, id);
      return undefined;
    }
    const [, , state, timer, flat] = read;
    return toJob(id, queue, hashOf(flat), state as JobState, timer === '' ? undefined : Number(timer));
  };

  return {
    readIn,
    history,
    info: async (tenant: string, id: string): Promise<Job | undefined> => {
      const [queue] = await queueOf.find(tenant, [id]);
      if (queue === undefined) return undefined;
      const job = await readIn(tenant, id, queue);
      if (job) return job;
      // The id may have been deleted and used again in another queue: memory was forgotten above, so this asks Redis.
      const [again] = await queueOf.find(tenant, [id]);
      return again === undefined || again === queue ? undefined : readIn(tenant, id, again);
    },
  };
}
