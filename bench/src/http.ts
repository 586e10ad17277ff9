import { type ContestOptions, contest, LOAD, type Outcome } from './contest.ts';
import { type Load, type LoadTurn, startLoad } from './load/load.ts';
import { startProgram } from './program.ts';
import { startMeasuredRedis } from './redis.ts';
import { startSecured } from './secured.ts';

const CONNECTIONS = 64;

/** Both sides over HTTP, each with its Redis and its load generator; only one at a time has work. */
export async function openHttp() {
  const secured = await startSecured();
  const redis = await startMeasuredRedis();
  const bare = startProgram(import.meta.resolve('./bare/main.ts'));
  const { url } = await bare.ask<{ url: string }>({ path: redis.connection.path });
  const authorization = `Bearer ${secured.keys.producer}`;
  const ours = await startLoad({
    url: secured.url,
    path: '/ojs/v1/jobs',
    ca: secured.ca,
    headers: { authorization },
    connections: CONNECTIONS,
  });
  const theirs = await startLoad({ url, path: '/jobs', headers: {}, connections: CONNECTIONS });
  const run =
    (load: Load, { width, batch }: Omit<LoadTurn, 'requests'>) =>
    (operations: number): Promise<void> =>
      load.run({ requests: Math.ceil(operations / batch), width, batch });
  return {
    /** Operations are jobs. */
    contest: (turn: Omit<LoadTurn, 'requests'>, options: ContestOptions): Promise<Outcome> =>
      contest(
        { run: run(ours, turn), cpu: { ...secured.cpu, [LOAD]: ours.cpu } },
        { run: run(theirs, turn), cpu: { server: bare.cpu, redis: redis.cpu, [LOAD]: theirs.cpu } },
        options,
      ),
    stop: async (): Promise<void> => {
      await Promise.all([ours.stop(), theirs.stop()]);
      await Promise.all([secured.stop(), bare.stop()]);
      await redis.stop();
    },
  };
}
