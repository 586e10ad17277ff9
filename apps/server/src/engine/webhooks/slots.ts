/** Deliveries that this process has under way at once: of all tenants, of one, and of one subscription. */
const MOST = { all: 64, tenant: 32, subscription: 4 } as const;

/** Counts what is under way, so that one slow receiver holds up neither others nor the sweeper. */
export class Slots {
  readonly #used = new Map<string, number>();

  #free(key: string, most: number): number {
    return most - (this.#used.get(key) ?? 0);
  }

  #add(key: string, count: number): void {
    const used = (this.#used.get(key) ?? 0) + count;
    if (used > 0) this.#used.set(key, used);
    else this.#used.delete(key);
  }

  /** Takes as many as there are. */
  take(tenant: string, subscription: string): number {
    const free = Math.min(
      this.#free('', MOST.all),
      this.#free(tenant, MOST.tenant),
      this.#free(`${tenant} ${subscription}`, MOST.subscription),
    );
    this.give(tenant, subscription, -free);
    return free;
  }

  give(tenant: string, subscription: string, count: number): void {
    for (const key of ['', tenant, `${tenant} ${subscription}`]) this.#add(key, -count);
  }
}
