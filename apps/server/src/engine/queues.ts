import { formatTimestamp, JOB_STATES, type QueueCounts } from '@ojs/schema';
import type { EngineContext } from './context.ts';
import type { Caller, QueueState } from './engine.ts';
import { accepted, type Outcome } from './outcomes.ts';
import { redisFailure } from './scripts.ts';

const PER_CALL = 200;

/** An answer of stats.lua: whether the queue is paused, then how many jobs are in each state, in the order of JOB_STATES. */
export const countsOf = (answer: readonly number[]): QueueCounts =>
  Object.fromEntries(JOB_STATES.map((state, i) => [state, answer[i + 1]])) as QueueCounts;

export function createQueues({ client, run, spaces }: EngineContext) {
  const created = async (tenant: string): Promise<Record<string, string>> => {
    try {
      return await client.hgetall(`${spaces.of(tenant).prefix}/queues`);
    } catch (error) {
      throw redisFailure(error);
    }
  };

  return {
    names: async (tenant: string): Promise<string[]> => Object.keys(await created(tenant)),

    queues: async (tenant: string): Promise<QueueState[]> => {
      const known = Object.entries(await created(tenant)).sort(([a], [b]) => (a < b ? -1 : 1));
      const states: QueueState[] = [];
      for (let i = 0; i < known.length; i += PER_CALL) {
        const slice = known.slice(i, i + PER_CALL);
        const answers = (await run(
          'stats',
          spaces.of(tenant),
          slice.map(([name]) => name),
        )) as number[][];
        slice.forEach(([name, ms], n) => {
          states.push({ name, paused: answers[n]?.[0] === 1, createdAt: formatTimestamp(Number(ms)) });
        });
      }
      return states;
    },

    stats: async (tenant: string, queue: string): Promise<(QueueCounts & { paused: boolean }) | undefined> => {
      const [answer] = (await run('stats', spaces.of(tenant), [queue])) as number[][];
      if (!answer || answer.length === 0) return undefined;
      return { ...countsOf(answer), paused: answer[0] === 1 };
    },

    setPaused: async (tenant: string, caller: Caller, queue: string, paused: boolean): Promise<boolean> => {
      const outcome = (await run('pause', spaces.of(tenant), [caller.epoch, queue, paused ? 1 : 0])) as Outcome;
      if (outcome[0] === 'missing') return false;
      accepted(outcome, queue);
      return true;
    },
  };
}
