import { v7 } from 'uuid';
import type { Caller, Engine, NewJob } from '../../apps/server/src/engine/engine.ts';
import { createEngine } from '../../apps/server/src/engine/index.ts';
import { connect } from '../../apps/server/src/redis/connect.ts';
import { inFlight } from './in-flight.ts';
import { JOB_TYPE, sampleArgs } from './sample-job.ts';

export const TENANT = 'bench';
const WORKER = 'bench-worker';
const CALLER: Caller = { principal: 'bench', epoch: '0' };

export const newJob = (queue: string, i: number, more: Partial<NewJob> = {}): NewJob => ({
  id: v7(),
  type: JOB_TYPE,
  queue,
  args: sampleArgs(i),
  meta: {},
  priority: 0,
  pending: false,
  ...more,
});

/** The server's engine in this process, without the server around it, and what is measured of it. */
export interface OurEngine {
  push(queue: string, count?: number): Promise<string[]>;
  pushAll(jobs: NewJob[]): Promise<string[]>;
  /** Fetches up to this many and acknowledges each. */
  work(queue: string, count?: number): Promise<void>;
  get(id: string): Promise<unknown>;
  stats(queue: string): Promise<unknown>;
  /** Puts `count` jobs into queues, in turn, quickly; returns their ids. */
  fill(queues: readonly string[], count: number): Promise<string[]>;
  close(): Promise<void>;
}

export async function openEngine(url: string): Promise<OurEngine> {
  const redis = await connect({ urls: [url] }, () => undefined);
  const engine: Engine = await createEngine({ redis, rightsOf: async () => ({ epoch: '0', may: () => true }) });
  engine.start();
  const push = async (jobs: NewJob[]): Promise<string[]> =>
    (await engine.push(TENANT, CALLER, jobs)).map(({ id }) => id);
  return {
    push: (queue, count = 1) => push(Array.from({ length: count }, (_, i) => newJob(queue, i))),
    pushAll: push,
    async work(queue, count = 1) {
      const fetch = { queues: [queue], count, workerId: WORKER, leaseMs: 60_000 };
      const jobs = await engine.fetch(TENANT, CALLER, fetch);
      const claims = jobs.map(({ id, attempt }) => ({ id, queue, attempt, workerId: WORKER }));
      await Promise.all(claims.map((claim) => engine.ack(TENANT, CALLER, claim, { sent: true })));
    },
    get: (id) => engine.info(TENANT, id),
    stats: (queue) => engine.stats(TENANT, queue),
    async fill(queues, count) {
      const ids: string[] = [];
      await inFlight(4, Math.ceil(count / 500), async (i) => {
        const some = Math.min(500, count - i * 500);
        const jobs = Array.from({ length: some }, (_, n) => newJob(queues[(i * 500 + n) % queues.length]!, n));
        ids.push(...(await push(jobs)));
      });
      return ids;
    },
    async close() {
      await engine.close();
      await redis.close();
    },
  };
}
