import { formatTimestamp, JOB_STATES, type QueueConfig, type QueueCounts, type QueueStatus } from '@ojs/schema';
import type { EngineContext } from '../context.ts';
import type { Caller, QueueDetails, QueuePage } from '../engine.ts';
import { accepted, type Outcome } from '../outcomes.ts';
import { redisFailure } from '../scripts.ts';

const PER_CALL = 200;

/** An answer of stats.lua. */
export type StatsAnswer = readonly (string | number)[];

/** How many jobs are in each state, which stats.lua answers in the order of JOB_STATES. */
export const countsOf = (answer: StatsAnswer): QueueCounts =>
  Object.fromEntries(JOB_STATES.map((state, i) => [state, Number(answer[i + 1])])) as QueueCounts;

function configOf(concurrency = '', max = '', duration = ''): QueueConfig {
  return {
    ...(concurrency !== '' && { concurrency: Number(concurrency) }),
    ...(max !== '' && { rate_limit: { limit: Number(max), period: `PT${Number(duration) / 1_000}S` } }),
  };
}

function detailsOf(name: string, answer: StatsAnswer): QueueDetails {
  const [created, ...limits] = answer.slice(1 + JOB_STATES.length).map(String);
  return {
    name,
    status: answer[0] as QueueStatus,
    counts: countsOf(answer),
    createdAt: formatTimestamp(Number(created)),
    config: configOf(...limits),
  };
}

/** What there is of queues, and whether they hand out jobs. */
export function createQueues({ client, run, spaces }: EngineContext) {
  const names = async (tenant: string): Promise<string[]> => {
    try {
      return await client.hkeys(`${spaces.of(tenant).prefix}/queues`);
    } catch (error) {
      throw redisFailure(error);
    }
  };

  async function details(tenant: string, queues: readonly string[]): Promise<QueueDetails[]> {
    const found: QueueDetails[] = [];
    for (let i = 0; i < queues.length; i += PER_CALL) {
      const slice = queues.slice(i, i + PER_CALL);
      const answers = (await run('stats', spaces.of(tenant), slice)) as (string | number)[][];
      slice.forEach((name, n) => {
        const answer = answers[n] ?? [];
        // Without an answer it was deleted meanwhile.
        if (answer.length > 0) found.push(detailsOf(name, answer));
      });
    }
    return found;
  }

  const queue = async (tenant: string, name: string): Promise<QueueDetails | undefined> =>
    (await details(tenant, [name]))[0];

  return {
    names,
    queue,

    /** Only the queues of the page are asked how they are. */
    queues: async (tenant: string, { visible, after = '', offset, limit }: QueuePage) => {
      const seen = (await names(tenant)).filter(visible).sort();
      const rest = seen.filter((name) => name > after).slice(offset);
      const page = rest.slice(0, limit);
      const next = rest.length > page.length ? page.at(-1) : undefined;
      return { queues: await details(tenant, page), total: seen.length, ...(next !== undefined && { next }) };
    },

    stats: async (tenant: string, name: string): Promise<(QueueCounts & { paused: boolean }) | undefined> => {
      const found = await queue(tenant, name);
      return found && { ...found.counts, paused: found.status === 'paused' };
    },

    setPaused: async (tenant: string, caller: Caller, name: string, paused: boolean): Promise<boolean> => {
      if (paused && !spaces.isRegistered(tenant)) await spaces.register(client, tenant);
      const args = [caller.epoch, name, paused ? 'paused' : 'active'];
      const outcome = (await run('pause', spaces.of(tenant), args)) as Outcome;
      if (outcome[0] === 'missing') return false;
      accepted(outcome, name);
      return true;
    },
  };
}
