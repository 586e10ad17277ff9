/** Round after round until it is closed. */
export interface Refreshing {
  /** A round now; resolves when it is over. */
  now(): Promise<void>;
  close(): void;
}

export interface Rhythm {
  /** Between two rounds, as long as all goes well; milliseconds. */
  readonly everyMs: number;
  /** In how many milliseconds at most the next round has to begin. */
  readonly dueInMs: () => number;
  readonly random?: () => number;
}

const LEAST_MS = 1_000;
const LONGEST_PAUSE_MS = 300_000;

/** The pause before the next round: shorter where it is due earlier, longer after each failure, never the same for all servers. */
export function pauseMs(failures: number, { everyMs, dueInMs, random = Math.random }: Rhythm): number {
  const backedOff = Math.min(everyMs * 2 ** Math.min(failures, 10), Math.max(everyMs, LONGEST_PAUSE_MS));
  const planned = failures === 0 ? Math.min(backedOff, dueInMs()) : backedOff;
  return Math.max(LEAST_MS, planned * (0.8 + random() * 0.2));
}

/** @param round whether it went well; must not throw. */
export function refreshing(round: () => Promise<boolean>, rhythm: Rhythm): Refreshing {
  let timer: NodeJS.Timeout | undefined;
  let failures = 0;
  let running: Promise<void> | undefined;
  let isClosed = false;

  const run = async (): Promise<void> => {
    clearTimeout(timer);
    failures = (await round()) ? 0 : failures + 1;
    running = undefined;
    if (!isClosed) plan();
  };
  const now = (): Promise<void> => {
    running ??= run();
    return running;
  };
  const plan = (): void => {
    timer = setTimeout(() => void now(), pauseMs(failures, rhythm)).unref();
  };
  plan();
  return {
    now,
    close() {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}
