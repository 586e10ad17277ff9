import { sleep } from '@ojs/client';
import type { Crew } from './crew.ts';

/** After the grace period: how long handlers have to hear the signal before their jobs are given back. */
const HEAR_MS = 1_000;
/** How long the server may take to hear the last of it. */
const TELL_MS = 5_000;

/**
 * Lets active jobs finish, then asks them to end, then gives back what is left (ojs-worker-protocol §7.2).
 *
 * @param graceEnds fires when the grace period is over
 */
export async function windDown(crew: Crew, graceEnds: AbortSignal): Promise<void> {
  await untilIdle(crew, graceEnds);
  if (!crew.idle) {
    crew.abortAll('shutdown');
    await untilIdle(crew, AbortSignal.timeout(HEAR_MS));
  }
  if (crew.active.size > 0) {
    crew.giveBackAll();
    await untilTold(crew, AbortSignal.timeout(TELL_MS));
  }
  crew.halt();
}

async function untilIdle(crew: Crew, signal: AbortSignal): Promise<void> {
  while (!crew.idle && !signal.aborted) await crew.changed(signal);
}

/** Handlers that listen to nothing may go on; their jobs are somebody else's now. */
async function untilTold(crew: Crew, signal: AbortSignal): Promise<void> {
  while (crew.active.size > 0 && !signal.aborted) await crew.changed(signal);
}

/** A grace period that can be cut short. */
export class Grace {
  readonly #controller = new AbortController();
  #endsAt = Number.POSITIVE_INFINITY;

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Ends it so many milliseconds from now, unless it ends earlier. */
  endIn(ms: number): void {
    const at = performance.now() + ms;
    if (at >= this.#endsAt) return;
    this.#endsAt = at;
    void sleep(ms, this.signal).then(
      () => this.#controller.abort(),
      () => undefined,
    );
  }
}
