import { NAME_RULES, RESERVED_QUEUE_PREFIX } from '@ojs/schema';

/**
 * Whether rules may speak of this queue at all: a legal name (so no newline, no Unicode look-alike) that is not the server's
 * own. What is not a name matches no pattern, not even `*`.
 */
export function isNameable(queue: string): boolean {
  return NAME_RULES.security.queue.test(queue) && !queue.startsWith(RESERVED_QUEUE_PREFIX);
}

/**
 * A queue pattern of a policy or grant: a name matches itself; `billing.*` matches what has at least one more character
 * after `billing.`, at any depth, and not `billing`; `*` matches every queue. Case matters. There is nothing else: no
 * regular expression comes from a user.
 */
export function matches(pattern: string, queue: string): boolean {
  if (!isNameable(queue)) return false;
  if (pattern === '*') return true;
  const prefix = prefixOf(pattern);
  return prefix === undefined ? pattern === queue : queue.length > prefix.length && queue.startsWith(prefix);
}

/** `billing.` of `billing.*`; undefined where the pattern is an exact name or `*`. */
export function prefixOf(pattern: string): string | undefined {
  return pattern.endsWith('.*') ? pattern.slice(0, -1) : undefined;
}

/** Many patterns at once, each look-up independent of how many there are. Says the same as {@link matches} of any of them. */
export class PatternSet {
  readonly everything: boolean;
  readonly #exact: ReadonlySet<string>;
  readonly #prefixes: ReadonlySet<string>;

  constructor(patterns: Iterable<string>) {
    const all = [...patterns];
    this.everything = all.includes('*');
    this.#exact = new Set(all.filter((pattern) => prefixOf(pattern) === undefined && pattern !== '*'));
    this.#prefixes = new Set(all.flatMap((pattern) => prefixOf(pattern) ?? []));
  }

  get empty(): boolean {
    return !this.everything && this.#exact.size === 0 && this.#prefixes.size === 0;
  }

  /** @param queue a nameable queue ({@link isNameable}). */
  has(queue: string): boolean {
    return this.everything || this.#exact.has(queue) || (this.#prefixes.size > 0 && this.#under(queue));
  }

  /** Whether every queue that the pattern matches is matched by one pattern of this set. */
  covers(pattern: string): boolean {
    const prefix = prefixOf(pattern);
    if (prefix === undefined) return pattern === '*' ? this.everything : this.has(pattern);
    return this.everything || this.#prefixes.has(prefix) || this.#under(prefix);
  }

  #under(name: string): boolean {
    for (let dot = name.indexOf('.'); dot >= 0 && dot < name.length - 1; dot = name.indexOf('.', dot + 1)) {
      if (this.#prefixes.has(name.slice(0, dot + 1))) return true;
    }
    return false;
  }
}

/** What both lists of patterns match. Patterns are prefixes, so two of them overlap only if one covers the other. */
export function intersect(some: readonly string[], others: readonly string[]): string[] {
  const [these, those] = [new PatternSet(some), new PatternSet(others)];
  const both = [...some.filter((each) => those.covers(each)), ...others.filter((each) => these.covers(each))];
  return [...new Set(both)];
}
