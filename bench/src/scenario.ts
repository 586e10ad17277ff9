import type { Outcome } from './contest.ts';

/** How much to measure. */
export interface Effort {
  /** Measured pairs of turns. */
  readonly rounds: number;
  /** Multiplies the operations of a turn. */
  readonly scale: number;
}

export interface Row extends Outcome {
  readonly name: string;
  readonly unit: string;
  /** The least ratio that is aimed at. */
  readonly aim?: number;
}

export interface Scenario {
  readonly name: string;
  readonly title: string;
  run(effort: Effort): Promise<Row[]>;
}
