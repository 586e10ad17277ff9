import { dim, red } from '../steps.mjs';
import type { Started } from './development.ts';

const againAfterMs = 1_000;

/** Everything that was started, and how it ends. */
export type Supervisor = {
  add: (what: Started) => void;
  /** Stops everything, the last started first. */
  stopAll: () => Promise<void>;
};

/**
 * Ends the program when a signal asks for it, when the command that started us is gone, or when one of the things that
 * we started ends by itself; whatever happens, everything that we started is stopped first.
 */
export function supervise(): Supervisor {
  const running: Started[] = [];
  let stopping: Promise<void> | undefined;
  let asked = 0;

  const stopAll = (): Promise<void> => {
    stopping ??= (async () => {
      for (const each of running.toReversed()) await each.stop();
    })();
    return stopping;
  };
  const end = async (code: number): Promise<void> => {
    // Asked again, we do not wait: the children end with us. One Ctrl-C may arrive twice, from the terminal and from npm.
    if (stopping !== undefined) {
      if (performance.now() - asked > againAfterMs) process.exit(code);
      return;
    }
    asked = performance.now();
    process.stdout.write(dim('\nStopping …\n'));
    await stopAll();
    process.exit(code);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end(0));
  process.once('disconnect', () => void end(0));

  return {
    stopAll,
    add(what) {
      running.push(what);
      what.ended.then((how) => {
        if (stopping !== undefined) return;
        const last = what.output().trimEnd().split('\n').slice(-15).join('\n');
        process.stdout.write(`\n${red(`${what.name} ended by itself (${String(how)}).`)}\n${last}\n`);
        void end(1);
      });
    },
  };
}
