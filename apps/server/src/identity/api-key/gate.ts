/** Bounds of the KDF's work. */
export interface GateOptions {
  /** How many run at once. */
  readonly concurrency: number;
  /** How many wait, of all sources and of one. */
  readonly waiting: number;
  readonly waitingPerSource: number;
}

/** A semaphore with bounded queues: what does not fit is told so at once. */
export class Gate {
  readonly #options: GateOptions;
  readonly #queue: { source: string; start: () => void }[] = [];
  readonly #perSource = new Map<string, number>();
  #running = 0;

  constructor(options: GateOptions) {
    this.#options = options;
  }

  /** Runs the work when it is its turn, first come, first served. @returns undefined at once when no place is left. */
  run<T>(source: string, work: () => Promise<T>): Promise<T> | undefined {
    const { concurrency, waiting, waitingPerSource } = this.#options;
    if (this.#running < concurrency) return this.#start(work);
    const mine = this.#perSource.get(source) ?? 0;
    if (this.#queue.length >= waiting || mine >= waitingPerSource) return undefined;
    this.#perSource.set(source, mine + 1);
    return new Promise((resolve, reject) => {
      this.#queue.push({ source, start: () => this.#start(work).then(resolve, reject) });
    });
  }

  async #start<T>(work: () => Promise<T>): Promise<T> {
    this.#running++;
    try {
      return await work();
    } finally {
      this.#running--;
      this.#next();
    }
  }

  #next(): void {
    const next = this.#queue.shift();
    if (next === undefined) return;
    const left = (this.#perSource.get(next.source) ?? 1) - 1;
    if (left > 0) this.#perSource.set(next.source, left);
    else this.#perSource.delete(next.source);
    next.start();
  }
}
