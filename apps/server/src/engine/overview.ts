import { JOB_STATES, type JobState } from '@ojs/schema';
import type { EngineContext } from './context.ts';
import type { Overview } from './engine.ts';
import { countsOf, type StatsAnswer } from './queues/queues.ts';
import { redisFailure } from './scripts.ts';

/** Queues that one script call counts: a few hundred commands. */
const PER_CALL = 50;
/** A worker that was silent for longer counts as gone (ojs-worker-protocol §10.1). */
const ALIVE_MS = 30_000;

const noCounts = (): Record<JobState, number> =>
  Object.fromEntries(JOB_STATES.map((state) => [state, 0])) as Record<JobState, number>;

/** What all tenants have together, for metrics: work bounded by `most` queues, whatever their number is. */
export function createOverview({ client, run, spaces }: EngineContext) {
  /** Up to `most` names of queues of the tenant, and how many there are. */
  async function queuesOf(tenant: string, most: number): Promise<{ names: string[]; all: number }> {
    const key = `${spaces.of(tenant).prefix}/queues`;
    const names = new Set<string>();
    let cursor = '0';
    do {
      const [next, flat] = await client.hscan(key, cursor, 'COUNT', PER_CALL);
      cursor = next;
      for (let i = 0; i < flat.length && names.size < most; i += 2) names.add(flat[i] as string);
    } while (cursor !== '0' && names.size < most);
    return { names: [...names], all: cursor === '0' && names.size < most ? names.size : await client.hlen(key) };
  }

  const aliveIn = (tenant: string): Promise<number> =>
    client.zcount(`${spaces.of(tenant).prefix}/workers`, Date.now() - ALIVE_MS, '+inf');

  async function look(most: number): Promise<Overview> {
    const queues = new Map<string, Record<JobState, number>>();
    let counted = 0;
    let skipped = 0;
    let workers = 0;
    for (const tenant of spaces.tenants) {
      const { names, all } = await queuesOf(tenant, most - counted);
      counted += names.length;
      skipped += all - names.length;
      workers += await aliveIn(tenant);
      for (let i = 0; i < names.length; i += PER_CALL) {
        const slice = names.slice(i, i + PER_CALL);
        const answers = (await run('stats', spaces.of(tenant), slice)) as StatsAnswer[];
        slice.forEach((name, n) => {
          const answer = answers[n];
          if (answer === undefined || answer.length === 0) return;
          const sum = queues.get(name) ?? noCounts();
          const counts = countsOf(answer);
          for (const state of JOB_STATES) sum[state] += counts[state];
          queues.set(name, sum);
        });
      }
    }
    return { queues, skipped, workers };
  }

  return (most: number): Promise<Overview> =>
    look(most).catch((error: unknown) => {
      throw redisFailure(error);
    });
}
