import { Secret } from './secret.ts';

/** Where the value of a secret comes from: the environment, a file that is followed, or a secrets manager by reference. */
export type SecretSource =
  | { readonly from: 'variable' }
  | { readonly from: 'file'; readonly path: string }
  | { readonly from: 'reference'; readonly reference: string };

/** The secrets by name: what NAME is in `OJS_SECRET_NAME`. */
export interface Secrets {
  /** The value of this moment; ask again whenever it is needed. Undefined where there is no such secret. */
  get(name: string): Secret | undefined;
  has(name: string): boolean;
  keys(): Iterable<string>;
  /** The value before the last change, until the grace period (`rotation.graceSeconds`) is over. */
  previous(name: string): Secret | undefined;
  /** @returns what ends it. */
  onChange(name: string, listener: () => void): () => void;
}

/** Where the values of secrets are read and nothing else is. */
export type SecretValues = Pick<Secrets, 'get' | 'has'> & Partial<Pick<Secrets, 'previous'>>;

interface Kept {
  readonly source: SecretSource;
  readonly current: Secret | undefined;
  readonly previous?: { readonly secret: Secret; readonly until: number } | undefined;
}

/** The secrets, whose values may change while the server runs. */
export class SecretStore implements Secrets {
  readonly #kept = new Map<string, Kept>();
  readonly #listeners = new Map<string, Set<() => void>>();
  readonly #graceMs: number;
  readonly #now: () => number;

  /**
   * @param graceMs how long a value stays good after it was replaced.
   * @param now milliseconds of a clock that never jumps: one that is set back would keep what was replaced.
   */
  constructor(
    found: ReadonlyMap<string, { readonly source: SecretSource; readonly value?: Secret | undefined }>,
    graceMs: number,
    now: () => number = () => performance.now(),
  ) {
    for (const [name, { source, value }] of found) this.#kept.set(name, { source, current: value });
    this.#graceMs = graceMs;
    this.#now = now;
  }

  get(name: string): Secret | undefined {
    return this.#kept.get(name)?.current;
  }

  has(name: string): boolean {
    return this.#kept.has(name);
  }

  keys(): Iterable<string> {
    return this.#kept.keys();
  }

  sources(): [name: string, source: SecretSource][] {
    return [...this.#kept].map(([name, { source }]) => [name, source]);
  }

  previous(name: string): Secret | undefined {
    const before = this.#kept.get(name)?.previous;
    return before !== undefined && this.#now() < before.until ? before.secret : undefined;
  }

  onChange(name: string, listener: () => void): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  /** Takes the value that the source of a secret has now. @returns whether it is another one. */
  replace(name: string, value: string): boolean {
    const kept = this.#kept.get(name);
    if (kept === undefined || kept.current?.reveal() === value) return false;
    const { source, current } = kept;
    const previous = current && { secret: current, until: this.#now() + this.#graceMs };
    this.#kept.set(name, { source, current: new Secret(value), previous });
    for (const listener of this.#listeners.get(name) ?? []) listener();
    return true;
  }
}
