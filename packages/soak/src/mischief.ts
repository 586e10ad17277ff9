import { setTimeout as sleep } from 'node:timers/promises';
import type { Crew } from './crew.ts';
import type { Fleet } from './fleet.ts';
import type { Random } from './random.ts';

/** What was done to the processes. */
export interface Mischief {
  readonly done: Readonly<Record<Kind, number>>;
  /** Resolves when all is up again. */
  readonly over: Promise<void>;
}
const KINDS = [
  'server killed',
  'two servers killed',
  'Redis killed',
  'worker killed',
  'worker stopped',
  'worker hung',
] as const;
type Kind = (typeof KINDS)[number];

/** How long a worker hangs: longer than the lease that it asks for. */
const HANG_MS = 2_600;

/** One mischief after the other until the signal fires; what was broken stands again before the next. */
export function startMischief(
  fleet: Fleet,
  crew: Crew,
  random: Random,
  pace: { readonly pauseMs: number; readonly redis: boolean },
  signal: AbortSignal,
): Mischief {
  const done = { ...(Object.fromEntries(KINDS.map((kind) => [kind, 0])) as Record<Kind, number>) };
  const server = (): number => random.between(0, fleet.urls.length - 1);
  const worker = (): number => random.between(0, crew.size - 1);
  const downMs = (): number => random.between(0, 600);
  const crash = async (place: number): Promise<void> => {
    await fleet.kill(place);
    await sleep(downMs());
    await fleet.restart(place);
  };
  const acts: Readonly<Record<Kind, () => Promise<unknown>>> = {
    'server killed': () => crash(server()),
    'two servers killed': () => {
      const place = server();
      return Promise.all([crash(place), crash((place + 1) % fleet.urls.length)]);
    },
    'Redis killed': async () => {
      await fleet.redis.kill();
      await sleep(downMs());
      await fleet.redis.restart();
    },
    'worker killed': () => crew.kill(worker()),
    'worker stopped': () => crew.stop(worker()),
    'worker hung': () => crew.hang(worker(), HANG_MS),
  };
  const run = async (): Promise<void> => {
    // Each kind once at first, so that a short run has them all.
    const first = KINDS.filter((kind) => kind !== 'two servers killed' && (pace.redis || kind !== 'Redis killed'));
    const weights: [number, Kind][] = [
      ...([
        [6, 'server killed'],
        [2, 'two servers killed'],
        [5, 'worker killed'],
      ] as [number, Kind][]),
      ...([
        [3, 'worker stopped'],
        [3, 'worker hung'],
        [pace.redis ? 2 : 0, 'Redis killed'],
      ] as [number, Kind][]),
    ];
    while (!signal.aborted) {
      const kind = first.shift() ?? random.weighted(weights);
      await acts[kind]();
      done[kind]++;
      await sleep(random.between(0, 2 * pace.pauseMs), undefined, { signal }).catch(() => undefined);
    }
  };
  return { done, over: run() };
}
