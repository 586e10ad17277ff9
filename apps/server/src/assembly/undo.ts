/** How to undo each step of the start, the last one first. */
export class Undo {
  readonly #steps: (() => unknown)[] = [];

  /** To be done before all that was noted earlier. */
  note(step: () => unknown): void {
    this.#steps.unshift(step);
  }

  /** Undoes everything that was noted, once. */
  async all(): Promise<void> {
    for (const step of this.#steps.splice(0)) await step();
  }
}
