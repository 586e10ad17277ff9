import { formatTimestamp, type QueueCounts } from '@ojs/schema';
import type { EngineContext } from './context.ts';
import type { Caller, QueueState } from './engine.ts';
import { accepted, type Outcome } from './outcomes.ts';
import { redisFailure } from './scripts.ts';

/** Counts in the order of stats.lua. */
export const COUNTED = [
  'scheduled',
  'available',
  'pending',
  'active',
  'completed',
  'retryable',
  'cancelled',
  'discarded',
] as const;
const PER_CALL = 200;

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
      const counts = Object.fromEntries(COUNTED.map((name, i) => [name, answer[i + 1]])) as QueueCounts;
      return { ...counts, paused: answer[0] === 1 };
    },

    setPaused: async (tenant: string, caller: Caller, queue: string, paused: boolean): Promise<boolean> => {
      const outcome = (await run('pause', spaces.of(tenant), [caller.epoch, queue, paused ? 1 : 0])) as Outcome;
      if (outcome[0] === 'missing') return false;
      accepted(outcome, queue);
      return true;
    },
  };
}
