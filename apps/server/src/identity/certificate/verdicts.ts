import { createHash } from 'node:crypto';
import { put } from '../../bounded-map.ts';
import type { Authority } from './authority.ts';
import type { Certificate } from './certificate.ts';
import { endOf, examine, type Good, type Verdict, verdictOn } from './judge.ts';
import type { Path } from './path.ts';

/** How many certificates are remembered. */
const MOST = 10_000;
/** How many intermediates of good certificates are remembered. */
const MOST_INTERMEDIATES = 100;

/**
 * Judges certificates and remembers good ones, so that asking again costs nothing and gives the same object; and when only a
 * revocation list has changed, no signature is verified again, however many connections are open.
 */
export class Verdicts {
  readonly #now: () => number;
  readonly #good = new Map<string, Good>();
  readonly #paths = new Map<string, Path>();
  readonly #intermediates = new Map<string, Certificate>();
  #authorities: readonly Authority[] = [];

  /** @param now milliseconds since the epoch. */
  constructor(now: () => number) {
    this.#now = now;
  }

  get authorities(): readonly Authority[] {
    return this.#authorities;
  }

  /** What is believed from now on. */
  believe(authorities: readonly Authority[]): void {
    const before = this.#authorities;
    // Lists come and go; the same CAs are the same array.
    const sameCas =
      authorities.length === before.length && authorities.every(({ anchors }, at) => anchors === before[at]?.anchors);
    this.#authorities = authorities;
    this.#good.clear();
    if (!sameCas) this.#paths.clear();
  }

  /** @param chain DER, the client's own first */
  judge(chain: readonly Buffer[]): Verdict {
    const now = this.#now();
    const key = digestOf(chain);
    const known = this.#good.get(key);
    if (known !== undefined && now < known.until) return known;
    const path = this.#pathOf(key, chain, now);
    const verdict = 'refused' in path ? path : verdictOn(path, now);
    if ('certificate' in verdict) {
      put(this.#good, key, verdict, MOST);
      for (const each of verdict.intermediates) {
        put(this.#intermediates, each.thumbprint, each, MOST_INTERMEDIATES);
      }
    }
    return verdict;
  }

  #pathOf(key: string, chain: readonly Buffer[], now: number): ReturnType<typeof examine> {
    const known = this.#paths.get(key);
    const authority = this.#authorities.find(({ id }) => id === known?.authority.id);
    if (known !== undefined && authority !== undefined && now < endOf(known)) return { ...known, authority };
    // A resumed session has the certificate of the client alone: the others are those that it came with before.
    const cameBefore = chain.length === 1 ? [...this.#intermediates.values()] : [];
    const path = examine(chain, this.#authorities, now, cameBefore);
    if (!('refused' in path)) put(this.#paths, key, path, MOST);
    return path;
  }
}

const digestOf = (chain: readonly Buffer[]): string => {
  const hash = createHash('sha256');
  for (const der of chain) hash.update(`${der.length} `).update(der);
  return hash.digest('base64');
};
