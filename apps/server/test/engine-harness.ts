import { v7 } from 'uuid';
import type { Caller, Engine, NewJob } from '../src/engine/engine.ts';
import { createEngine, type EngineSettings, type RightsOf } from '../src/engine/index.ts';
import { createSealer } from '../src/identity/seal.ts';
import type { Send } from '../src/outgoing/send.ts';
import { type Connections, connect } from '../src/redis/connect.ts';

/** An engine on a Redis or cluster that runs already, as one server process has it. */
export interface TestEngine {
  readonly engine: Engine;
  readonly redis: Connections;
  close(): Promise<void>;
}

/** Every owner may do everything. */
const everyRight: RightsOf = async () => ({ epoch: '0', may: () => true });

export async function openEngine(
  url: string,
  settings: Partial<EngineSettings> = {},
  sweep = true,
  rightsOf: RightsOf = everyRight,
  send?: Send,
): Promise<TestEngine> {
  const redis = await connect({ urls: url.split(',') }, () => undefined);
  const failures: unknown[] = [];
  const engine = await createEngine({
    redis,
    settings,
    rightsOf,
    // One key for all servers of a test.
    seal: createSealer(Buffer.alloc(32, 7)),
    ...(send && { send }),
    onError: (error) => failures.push(error),
  });
  if (sweep) engine.start();
  return {
    engine,
    redis,
    close: async () => {
      await engine.close();
      await redis.close();
    },
  };
}

export const CALLER: Caller = { principal: 'tester', epoch: '0' };

/** A job to push; every part can be said otherwise. */
export const aJob = (more: Partial<NewJob> = {}): NewJob => ({
  id: v7(),
  type: 'test.job',
  queue: 'default',
  args: [],
  meta: {},
  priority: 0,
  pending: false,
  ...more,
});
