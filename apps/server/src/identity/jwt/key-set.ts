import type { VerificationKey } from './jwk.ts';

/** The keys of one issuer, by `kid`. Nothing else is ever looked up by what a token says its `kid` is. */
export class KeySet {
  readonly #all: ReadonlyMap<string | undefined, VerificationKey>;

  /** @param before the keys until now: one that stays is the same object, so that what was verified with it stays verified. */
  constructor(keys: readonly VerificationKey[], before?: KeySet) {
    this.#all = new Map(
      keys.map((key) => {
        const known = before?.find(key.kid);
        return [key.kid, known?.kid === key.kid && known?.text === key.text ? known : key];
      }),
    );
  }

  /** A token without `kid` can only mean the one key that there is. */
  find(kid: string | undefined): VerificationKey | undefined {
    if (kid !== undefined) return this.#all.get(kid);
    const [only, ...others] = this.#all.values();
    return others.length === 0 ? only : undefined;
  }

  /** Whether this very key is among them. */
  has(key: VerificationKey): boolean {
    return this.#all.get(key.kid) === key;
  }

  /** The `kid` of each key that is here and not there. */
  without(other: KeySet): string[] {
    return [...this.#all.values()].filter((key) => !other.has(key)).map(({ kid }) => kid ?? '(none)');
  }
}
