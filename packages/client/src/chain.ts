import { OjsConfigurationError } from './errors.ts';

/**
 * An ordered chain of middleware (ojs-middleware §5). A middleware is known by its function: adding the same one twice is
 * refused. The chain is set up before it is used; from the first use on it does not change.
 */
export class Chain<Middleware extends (...args: never[]) => unknown> {
  #list: readonly Middleware[] = [];
  #used = false;

  /** In the order in which they are called: the first is the outermost. */
  get list(): readonly Middleware[] {
    return this.#list;
  }

  /** @throws {OjsConfigurationError} when it is there already, or the chain is in use */
  add(middleware: Middleware): this {
    return this.#insert(this.#list.length, middleware);
  }

  /** @throws as {@link add} */
  prepend(middleware: Middleware): this {
    return this.#insert(0, middleware);
  }

  /** @throws as {@link add}; also when `existing` is not there */
  insertBefore(existing: Middleware, middleware: Middleware): this {
    return this.#insert(this.#placeOf(existing), middleware);
  }

  /** @throws as {@link insertBefore} */
  insertAfter(existing: Middleware, middleware: Middleware): this {
    return this.#insert(this.#placeOf(existing) + 1, middleware);
  }

  /** @throws as {@link insertBefore} */
  remove(middleware: Middleware): this {
    const place = this.#placeOf(middleware);
    this.#change();
    this.#list = this.#list.filter((_, i) => i !== place);
    return this;
  }

  /** The chain as it is used from now on. */
  freeze(): readonly Middleware[] {
    this.#used = true;
    return this.#list;
  }

  #insert(place: number, middleware: Middleware): this {
    this.#change();
    if (this.#list.includes(middleware))
      throw new OjsConfigurationError(`${nameOf(middleware)} is in the chain already`);
    this.#list = [...this.#list.slice(0, place), middleware, ...this.#list.slice(place)];
    return this;
  }

  #placeOf(middleware: Middleware): number {
    const place = this.#list.indexOf(middleware);
    if (place < 0) throw new OjsConfigurationError(`${nameOf(middleware)} is not in the chain`);
    return place;
  }

  #change(): void {
    if (this.#used)
      throw new OjsConfigurationError('The chain of middleware is in use: set it up before the first job');
  }
}

const nameOf = ({ name }: { name: string }): string => (name ? `The middleware ${name}` : 'The middleware');

/**
 * Calls a chain, each link around the next.
 *
 * @param call calls one link with what continues the chain; `next` may be called once
 */
export async function through<Middleware, Value, Result>(
  chain: readonly Middleware[],
  value: Value,
  call: (middleware: Middleware, value: Value, next: (value: Value) => Promise<Result>) => Result | Promise<Result>,
  last: (value: Value) => Promise<Result>,
): Promise<Result> {
  const from = async (place: number, current: Value): Promise<Result> => {
    const middleware = chain[place];
    if (middleware === undefined) return last(current);
    let continued = false;
    return call(middleware, current, async (changed) => {
      if (continued) throw new Error('A middleware called next() twice');
      continued = true;
      return from(place + 1, changed);
    });
  };
  return from(0, value);
}
