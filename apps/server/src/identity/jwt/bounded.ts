import { type FailureRates, Failures } from '../api-key/failures.ts';
import { Gate, type GateOptions } from '../api-key/gate.ts';
import type { Refused } from '../identity.ts';
import type { Verdict } from './token-memory.ts';

export interface Bounds {
  readonly gate: GateOptions;
  readonly rates: FailureRates;
}

/** What examining a token came to; `inVain` counts against the source. */
export type Examined = Verdict & { readonly inVain?: boolean };

/** Work on tokens that a source may ask for in vain only so often, and of which only so much is done at a time. */
export class Bounded {
  readonly #gate: Gate;
  readonly #failures: Failures;
  readonly #steady: () => number;

  /** @param steady milliseconds of a clock that nobody sets. */
  constructor({ gate, rates }: Bounds, steady: () => number) {
    this.#gate = new Gate(gate);
    this.#failures = new Failures(rates);
    this.#steady = steady;
  }

  /** @param issuer whose token it would be, and what is shown of it in the audit log. */
  async run(source: string, issuer: string, work: () => Promise<Examined>): Promise<Verdict> {
    const done = this.#gate.run(source, async () => {
      const wait = this.#failures.waitSeconds(source, issuer, this.#steady());
      if (wait > 0) return once(later('too_many_failures', issuer, 'rate_limited', wait));
      // Taken before and given back, so that many at once cannot all be the last one.
      this.#failures.take(source, issuer, this.#steady());
      const examined = await work();
      if (!examined.inVain) this.#failures.refund(source, issuer, this.#steady());
      return examined;
    });
    return done ?? once(later('verification_busy', issuer, 'rate_limited', 1));
  }
}

export const refusal = (refused: string, issuer: string): Refused => ({ refused, credential: `token of ${issuer}` });

/** A refusal that judges the moment. */
export const later = (
  refused: string,
  issuer: string,
  answer: NonNullable<Refused['answer']>,
  retryAfterSeconds: number,
): Refused => ({ ...refusal(refused, issuer), answer, retryAfterSeconds });

/** An answer that is not remembered: it cost nothing, or judges the moment. */
export const once = (answer: Refused): Verdict => ({ answer, forMs: 0 });
