import type { Needs, Target } from './target.ts';

/** One attack over the wire, and the answer it must get. */
export interface Attack {
  /** Its number in the threat model, such as `K1`. */
  readonly id: string;
  /** What is tried and what must happen, in one line. */
  readonly title: string;
  /** What it cannot be tried without; where the target does not have it, it is skipped. */
  readonly needs: readonly Needs[];
  /** @throws whatever says that it got through: an assertion that failed */
  readonly run: (target: Target) => Promise<void>;
}

export const attack = (definition: Attack): Attack => definition;
