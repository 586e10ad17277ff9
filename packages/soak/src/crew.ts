import { fileURLToPath } from 'node:url';
import { type Child, startChild } from '@ojs/dev';
import type { Fleet } from './fleet.ts';
import type { Ledger } from './ledger.ts';
import { standStill } from './stand-still.ts';
import { listen } from './told.ts';

/** Worker processes, each at a place where there is always one. */
export interface Crew {
  readonly size: number;
  /** Ended as by a crash, and replaced. */
  kill(place: number): Promise<void>;
  /** Asked to stop, waited for, and replaced. */
  stop(place: number): Promise<void>;
  /** Stands still, longer than its leases last, and goes on as if nothing had been. */
  hang(place: number, ms: number): Promise<void>;
  /** Asks all of them to stop. */
  close(): Promise<void>;
}

/** Beyond the grace period of a worker. */
const STOP_MS = 20_000;
const PROGRAM = fileURLToPath(new URL('./worker-process.ts', import.meta.url));

interface Worker {
  readonly child: Child;
  readonly isReady: Promise<void>;
}

export function startCrew(fleet: Fleet, ledger: Ledger, size: number): Crew {
  function start(place: number): Worker {
    const ready = Promise.withResolvers<void>();
    const child = startChild(process.execPath, ['--disable-warning=ExperimentalWarning', PROGRAM], {
      env: {
        ...process.env,
        OJS_URL: fleet.urls[place % fleet.urls.length],
        OJS_CA_FILE: fleet.caFile,
        OJS_SECRET_API_KEY: fleet.keys.worker,
      },
      onOutput: listen(
        (line) => (line.told === 'ready' ? ready.resolve() : ledger.hear(line)),
        (text) => ledger.broken.push(`worker: ${text}`),
      ),
    });
    return { child, isReady: ready.promise };
  }
  const workers = Array.from({ length: size }, (_, place) => start(place));
  const at = (place: number): Worker => {
    const worker = workers[place];
    if (worker === undefined) throw new Error(`there is no worker ${place}`);
    return worker;
  };
  /** Not before it can hear that it is to stop. */
  async function stop(place: number): Promise<void> {
    const { child, isReady } = at(place);
    await Promise.race([isReady, child.ended]);
    await child.stop(STOP_MS);
    const how = await child.ended;
    if (how !== 0) ledger.broken.push(`a worker that was asked to stop ended with ${how}`);
  }

  return {
    size,
    async kill(place) {
      await at(place).child.kill();
      workers[place] = start(place);
    },
    async stop(place) {
      await stop(place);
      workers[place] = start(place);
    },
    hang: (place, ms) => standStill(at(place).child.pid, ms),
    async close() {
      await Promise.all(workers.map((_, place) => stop(place)));
    },
  };
}
