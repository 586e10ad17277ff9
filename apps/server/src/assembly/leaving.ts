import { setTimeout as sleep } from 'node:timers/promises';

/** How far the server is on its way out. */
export class Leaving {
  #isLeaving = false;
  #isStopping = false;
  readonly #stopping = new AbortController();

  /** It will stop: it is not ready any more, and still does what it is asked. */
  get isLeaving(): boolean {
    return this.#isLeaving;
  }

  /** Each answer is the last one of its connection. */
  get stopping(): boolean {
    return this.#isStopping;
  }

  /** Fires when whoever waits is to be answered at once. */
  get signal(): AbortSignal {
    return this.#stopping.signal;
  }

  /** @param delayMs how long load balancers are given to notice */
  async begin(delayMs: number): Promise<void> {
    this.#isLeaving = true;
    await sleep(delayMs);
    this.#isStopping = true;
    this.#stopping.abort();
  }
}
