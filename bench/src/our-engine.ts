import { v7 } from 'uuid';
import type { Caller, Engine, NewJob } from '../../apps/server/src/engine/engine.ts';
import { createEngine } from '../../apps/server/src/engine/index.ts';
import { connect } from '../../apps/server/src/redis/connect.ts';
import { JOB_TYPE, sampleArgs } from './sample-job.ts';

export const CALLER: Caller = { principal: 'bench', epoch: '0' };

/** The server's engine in this process, without the server around it. */
export async function openEngine(url: string): Promise<{ engine: Engine; close: () => Promise<void> }> {
  const redis = await connect({ urls: [url] }, () => undefined);
  const engine = await createEngine({ redis });
  engine.start();
  return {
    engine,
    close: async () => {
      await engine.close();
      await redis.close();
    },
  };
}

export const newJob = (queue: string, i: number): NewJob => ({
  id: v7(),
  type: JOB_TYPE,
  queue,
  args: sampleArgs(i),
  meta: {},
  priority: 0,
  pending: false,
});
