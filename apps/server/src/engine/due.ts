/**
 * When each tenant has something due next, as far as this process knows (ms since the epoch, by its own clock): what makes
 * the sweeper look at a tenant sooner than it would by itself.
 */
export class Due {
  readonly #next = new Map<string, number>();
  #hurry: () => void = () => undefined;

  /** Something of the tenant becomes due at this moment. A tenant that was never swept is due at once. */
  expect(tenant: string, at: number): void {
    if (at >= (this.#next.get(tenant) ?? 0)) return;
    this.#next.set(tenant, at);
    if (at <= Date.now()) this.#hurry();
  }

  at(tenant: string): number {
    return this.#next.get(tenant) ?? 0;
  }

  /** The tenant was looked at: not again before this moment, unless something is expected. */
  looked(tenant: string, until: number): void {
    this.#next.set(tenant, until);
  }

  /** @param hurry is called when something is due already. */
  onHurry(hurry: () => void): void {
    this.#hurry = hurry;
  }
}
