import { setTimeout as sleep } from 'node:timers/promises';
import type { Crew } from './crew.ts';
import type { Fleet } from './fleet.ts';
import type { Random } from './random.ts';

/** What was done to the processes. */
export interface Mischief {
  readonly done: Readonly<Record<string, number>>;
  /** Resolves when all is up again. */
  readonly over: Promise<void>;
}

/** How long a worker hangs: longer than the lease that it asks for. */
const WORKER_HANGS_MS = 2_600;
/** How long a server hangs: longer than others wait until they do what it had taken upon itself. */
const SERVER_HANGS_MS = 1_600;

interface Act {
  readonly name: string;
  /** How often it is chosen, compared with others. */
  readonly weight: number;
  readonly run: () => Promise<unknown>;
}

/** Everything that may be done, each in a way that it stands again afterwards. */
function actsOn({ urls, redis, ...fleet }: Fleet, { size, ...crew }: Crew, random: Random): Act[] {
  const server = (): number => random.between(0, urls.length - 1);
  const worker = (): number => random.between(0, size - 1);
  const isDown = (): Promise<void> => sleep(random.between(0, 600));
  const crash = async (place: number): Promise<void> => {
    await fleet.kill(place);
    await isDown();
    await fleet.restart(place);
  };
  const crashTwo = async (first: number): Promise<void> => {
    await Promise.all([crash(first), crash((first + 1) % urls.length)]);
  };
  const crashRedis = async (): Promise<void> => {
    await redis.kill();
    await isDown();
    await redis.restart();
  };
  return [
    { name: 'server killed', weight: 6, run: () => crash(server()) },
    { name: REDIS_KILLED, weight: 2, run: crashRedis },
    { name: 'worker killed', weight: 5, run: () => crew.kill(worker()) },
    { name: 'worker hung', weight: 3, run: () => crew.hang(worker(), WORKER_HANGS_MS) },
    { name: 'server hung', weight: 3, run: () => fleet.hang(server(), SERVER_HANGS_MS) },
    { name: 'worker stopped', weight: 3, run: () => crew.stop(worker()) },
    { name: 'two servers killed', weight: 2, run: () => crashTwo(server()) },
  ];
}
const REDIS_KILLED = 'Redis killed';

/** One mischief after the other until the signal fires; what was broken stands again before the next. */
export function startMischief(
  fleet: Fleet,
  crew: Crew,
  random: Random,
  pace: { readonly pauseMs: number; readonly redis: boolean },
  signal: AbortSignal,
): Mischief {
  const acts = actsOn(fleet, crew, random).filter(({ name }) => pace.redis || name !== REDIS_KILLED);
  const done = Object.fromEntries(acts.map(({ name }) => [name, 0]));
  async function go(): Promise<void> {
    // Each once at first, so that a short run has most of them.
    const first = [...acts];
    while (!signal.aborted) {
      const { name, run } = first.shift() ?? random.weighted(acts.map((act) => [act.weight, act] as const));
      await run();
      done[name] = (done[name] ?? 0) + 1;
      await sleep(random.between(0, 2 * pace.pauseMs), undefined, { signal }).catch(() => undefined);
    }
  }
  return { done, over: go() };
}
