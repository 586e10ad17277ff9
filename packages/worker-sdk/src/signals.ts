/** What signals do to a worker (ojs-worker-protocol §9). */
export interface Signalled {
  quiet(): void;
  resume(): void;
  stop(options?: { graceMs?: number }): Promise<void>;
}

/** Windows has no job control. */
const JOB_CONTROL = process.platform !== 'win32';

/**
 * Wires the signals of the process to a worker, and ends the process when it has stopped: 0 after SIGTERM, 130 after
 * SIGINT. A second SIGTERM or SIGINT hurries it.
 *
 * @returns a function that unwires them
 */
export function wireSignals(
  worker: Signalled,
  exit: (code: number) => void = (code) => process.exit(code),
): () => void {
  let stopping = false;
  const end = (code: number, options: { graceMs?: number }): void => {
    const again = stopping;
    stopping = true;
    void worker.stop(again ? { graceMs: 0 } : options).then(() => {
      if (!again) exit(code);
    });
  };
  const on: Partial<Record<NodeJS.Signals, () => void>> = {
    SIGTERM: () => end(0, {}),
    SIGINT: () => end(130, { graceMs: 0 }),
    ...(JOB_CONTROL && { SIGTSTP: () => worker.quiet(), SIGCONT: () => worker.resume() }),
  };
  for (const [signal, listener] of Object.entries(on)) process.on(signal, listener);
  return () => {
    for (const [signal, listener] of Object.entries(on)) process.off(signal, listener);
  };
}
