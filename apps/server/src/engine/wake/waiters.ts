/** Those who wait for something to happen under a name: for a job in a queue, or for the end of a job. First come, first woken. */
export class Waiters {
  readonly #waiting = new Map<string, Set<() => void>>();

  get names(): string[] {
    return [...this.#waiting.keys()];
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** Resolves when one of the names is woken, the time is up, or the signal fires. `stop` ends the wait from outside. */
  wait(names: readonly string[], ms: number, signal: AbortSignal): { woken: Promise<void>; stop: () => void } {
    let stop = (): void => undefined;
    const woken = new Promise<void>((resolve) => {
      const timeout = setTimeout(() => stop(), ms);
      stop = () => {
        clearTimeout(timeout);
        signal.removeEventListener('abort', stop);
        for (const name of names) this.#leave(name, stop);
        resolve();
      };
      for (const name of names) {
        const waiting = this.#waiting.get(name);
        if (waiting) waiting.add(stop);
        else this.#waiting.set(name, new Set([stop]));
      }
      signal.addEventListener('abort', stop);
      if (signal.aborted) stop();
    });
    return { woken, stop: () => stop() };
  }

  /** Wakes up to `most` of those who wait under the name, the longest waiting first. */
  wake(name: string, most = Number.POSITIVE_INFINITY): void {
    let left = most;
    for (const stop of this.#waiting.get(name) ?? []) {
      if (left-- <= 0) return;
      stop();
    }
  }

  wakeAll(): void {
    for (const name of this.names) this.wake(name);
  }

  #leave(name: string, stop: () => void): void {
    const waiting = this.#waiting.get(name);
    if (waiting?.delete(stop) && waiting.size === 0) this.#waiting.delete(name);
  }
}
