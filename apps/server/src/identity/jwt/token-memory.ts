import type { Subject } from '../../access/decide.ts';
import { presentedSecret } from '../authorization.ts';
import type { Asking, Identified, Mechanism } from '../identity.ts';
import { keyOf, PresentedDigests } from '../presented-digests.ts';
import { Remembered } from './remembered.ts';

/** What was found out about a token. */
export interface Verdict {
  readonly answer: Identified;
  /** How long it is remembered, in milliseconds; 0: not at all. */
  readonly forMs: number;
  /** Whether it still holds: asked each time before it is used again. Default: always. */
  readonly holds?: () => boolean;
}

export interface TokenMechanismOptions {
  /** Whether it is this mechanism's kind of token, under what is believed now. */
  readonly isMine: (token: string) => boolean;
  /** What is believed now: another object when it changed. */
  readonly believed: () => object;
  /** Finds out about a token that is not remembered. Asked once at a time for each token. */
  readonly examine: (token: string, asking: Asking) => Promise<Verdict>;
  /** Whether the policy disabled the principal. */
  readonly isDisabled: (principal: Subject) => boolean;
  /** Milliseconds of a clock that nobody sets: what is remembered ends by it, whatever happens to the time of day. */
  readonly steady: () => number;
}

/** What is kept of a token weighs about as much as the token. */
type Held = Verdict & { readonly until: number; readonly weight: number };

/** The last header of a connection, and what was found out: undefined where it holds no token for this mechanism. */
interface LastHeader {
  readonly authorization: string;
  readonly held: Held | undefined;
  readonly believed: object;
}

/** Good tokens and bad ones are remembered apart, so that no flood of bad ones makes a good one be forgotten. */
const MOST_GOOD_CHARS = 8_000_000;
const MOST_BAD_CHARS = 2_000_000;

/**
 * A mechanism for tokens in the Authorization header that costs something to find out about. What it found out is remembered: for the
 * connection, because the same header mostly comes again, and for all of them by a digest.
 */
export function tokenMechanism(options: TokenMechanismOptions): Mechanism {
  const memory = new TokenMemory(options);
  return (asking) => memory.identify(asking);
}

class TokenMemory {
  readonly #options: TokenMechanismOptions;
  readonly #digests = new PresentedDigests();
  readonly #good = new Remembered<Held>(MOST_GOOD_CHARS);
  readonly #bad = new Remembered<Held>(MOST_BAD_CHARS);
  readonly #examining = new Map<string, Promise<Held>>();
  readonly #onConnection = new WeakMap<object, LastHeader>();

  constructor(options: TokenMechanismOptions) {
    this.#options = options;
  }

  identify(asking: Asking): Identified | Promise<Identified> | undefined {
    const { authorization, socket } = asking;
    if (authorization === undefined) return undefined;
    const connection = typeof socket === 'object' && socket !== null ? socket : undefined;
    const last = connection && this.#onConnection.get(connection);
    if (last?.authorization === authorization && last.believed === this.#options.believed()) {
      if (last.held === undefined) return undefined;
      if (this.#holds(last.held)) return this.#answer(last.held);
    }
    const note = (held: Held | undefined): void => {
      if (connection) this.#onConnection.set(connection, { authorization, held, believed: this.#options.believed() });
    };
    const token = this.#read(authorization);
    if (token === undefined) return void note(undefined);
    const digest = keyOf(this.#digests.of(token));
    const held = this.#good.get(digest) ?? this.#bad.get(digest);
    if (held === undefined || !this.#holds(held)) return this.#examine(token, digest, asking);
    note(held);
    return this.#answer(held);
  }

  /** The token, if it is one for this mechanism. */
  #read(authorization: string): string | undefined {
    const presented = presentedSecret(authorization);
    if (presented === undefined || presented.scheme === 'basic') return undefined;
    return this.#options.isMine(presented.secret) ? presented.secret : undefined;
  }

  #holds({ until, holds }: Held): boolean {
    return this.#options.steady() < until && (holds?.() ?? true);
  }

  #answer({ answer }: Held): Identified {
    if ('refused' in answer || !this.#options.isDisabled(answer.principal)) return answer;
    return { refused: 'principal_disabled', claimed: answer.principal };
  }

  async #examine(token: string, digest: string, asking: Asking): Promise<Identified> {
    let examining = this.#examining.get(digest);
    if (examining === undefined) {
      examining = this.#begin(token, digest, asking).finally(() => this.#examining.delete(digest));
      this.#examining.set(digest, examining);
    }
    return this.#answer(await examining);
  }

  async #begin(token: string, digest: string, asking: Asking): Promise<Held> {
    // The time begins with the question: what changed while it was answered counts as changed after.
    const from = this.#options.steady();
    const verdict = await this.#options.examine(token, asking);
    const held = { ...verdict, until: from + verdict.forMs, weight: token.length };
    const isGood = 'principal' in verdict.answer;
    this.#good.delete(digest);
    if (verdict.forMs > 0) (isGood ? this.#good : this.#bad).set(digest, held);
    return held;
  }
}
