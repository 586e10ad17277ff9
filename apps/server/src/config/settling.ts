/** Files that are being replaced one after the other do not fit together for a moment: what is bad only so long is not told. */
const SETTLE_MS = 400;

/** Says when something that is wrong is to be told: once, when it has stayed the same for a moment. A state machine without a clock. */
export class Settling {
  #what: string | undefined;
  #since = 0;
  #isTold = false;

  /** @param what the wrong state, in any words that tell it from another. @param now in milliseconds. */
  isToBeTold(what: string, now: number): boolean {
    if (this.#what !== what) {
      this.#what = what;
      this.#since = now;
      this.#isTold = false;
    }
    if (this.#isTold || now - this.#since < SETTLE_MS) return false;
    this.#isTold = true;
    return true;
  }

  /** Nothing is wrong. */
  clear(): void {
    this.#what = undefined;
  }
}
