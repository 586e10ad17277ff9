/** What was found out about tokens. When it is full, what was not asked for longest is forgotten. */
export class Remembered<T extends { readonly weight: number }> {
  readonly #most: number;
  readonly #all = new Map<string, T>();
  #weight = 0;

  /** @param most of the weights together. */
  constructor(most: number) {
    this.#most = most;
  }

  get(digest: string): T | undefined {
    const value = this.#all.get(digest);
    if (value === undefined) return undefined;
    this.#all.delete(digest);
    this.#all.set(digest, value);
    return value;
  }

  set(digest: string, value: T): void {
    this.delete(digest);
    this.#all.set(digest, value);
    this.#weight += value.weight;
    for (const oldest of this.#all.keys()) {
      if (this.#weight <= this.#most) break;
      this.delete(oldest);
    }
  }

  delete(digest: string): void {
    this.#weight -= this.#all.get(digest)?.weight ?? 0;
    this.#all.delete(digest);
  }
}
