import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Child, startChild } from '@ojs/dev';
import type { Fleet } from './fleet.ts';
import type { Ledger } from './ledger.ts';
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

const PROGRAM = fileURLToPath(new URL('./worker-process.ts', import.meta.url));

export function startCrew(fleet: Fleet, ledger: Ledger, size: number): Crew {
  const start = (place: number): Child =>
    startChild(process.execPath, ['--disable-warning=ExperimentalWarning', PROGRAM], {
      env: {
        ...process.env,
        OJS_URL: fleet.urls[place % fleet.urls.length],
        OJS_CA_FILE: fleet.caFile,
        OJS_SECRET_API_KEY: fleet.keys.worker,
      },
      onOutput: listen(
        (line) => ledger.hear(line),
        (text) => ledger.broken.push(`worker: ${text}`),
      ),
    });
  const children = Array.from({ length: size }, (_, place) => start(place));
  const at = (place: number): Child => {
    const child = children[place];
    if (child === undefined) throw new Error(`there is no worker ${place}`);
    return child;
  };
  const stop = async (place: number): Promise<void> => {
    await at(place).stop(20_000);
    const how = await at(place).ended;
    if (how !== 0) ledger.broken.push(`a worker that was asked to stop ended with ${how}`);
  };

  return {
    size,
    async kill(place) {
      await at(place).kill();
      children[place] = start(place);
    },
    async stop(place) {
      await stop(place);
      children[place] = start(place);
    },
    async hang(place, ms) {
      const { pid } = at(place);
      process.kill(pid, 'SIGSTOP');
      try {
        await sleep(ms);
      } finally {
        process.kill(pid, 'SIGCONT');
      }
    },
    async close() {
      await Promise.all(children.map((_, place) => stop(place)));
    },
  };
}
