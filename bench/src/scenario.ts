import type { Outcome } from './contest.ts';

/** How much to measure. */
export interface Effort {
  /** Measured pairs of turns. */
  readonly rounds: number;
  /** Multiplies the operations of a turn. */
  readonly scale: number;
  /** Waiting jobs in the big queue of the growth scenario. */
  readonly waiting: number;
}

/** A line of the table. */
export interface Row {
  readonly name: string;
  readonly unit: string;
  readonly ours: Measure;
  /** Absent where there is nothing to compare with. */
  readonly theirs?: Measure;
  /** Ours to theirs, the median over pairs of neighbouring turns. */
  readonly ratio?: number;
  readonly ratios?: readonly number[];
  /** CPU time, ours to theirs, without the load generator's. */
  readonly cost?: number;
  readonly aim?: Aim;
}

export interface Measure {
  readonly value: number;
  /** Microseconds of CPU time per operation, by process. */
  readonly cpu?: Readonly<Record<string, number>>;
}

/** What a row should reach: a ratio, the CPU time ours to theirs, or a value of ours. */
export interface Aim {
  readonly of: 'ratio' | 'cost' | 'ours';
  readonly atLeast?: number;
  readonly atMost?: number;
}

export interface Scenario {
  readonly name: string;
  readonly title: string;
  /** The names of the two that are compared. */
  readonly sides: readonly [ours: string, theirs: string];
  run(effort: Effort): Promise<Row[]>;
}

/** A contest of rates as a row. */
export function rateRow(name: string, unit: string, { ours, theirs, ratio, ratios, cost }: Outcome, aim?: Aim): Row {
  return {
    name,
    unit,
    ours: { value: ours.perSecond, cpu: ours.cpu },
    theirs: { value: theirs.perSecond, cpu: theirs.cpu },
    ratio,
    ratios,
    cost,
    ...(aim && { aim }),
  };
}

/** Whether a row reaches its aim; undefined without one. */
export function holds(row: Row): boolean | undefined {
  if (!row.aim) return undefined;
  const { of, atLeast = Number.NEGATIVE_INFINITY, atMost = Number.POSITIVE_INFINITY } = row.aim;
  const value = of === 'ours' ? row.ours.value : row[of];
  return value !== undefined && value >= atLeast && value <= atMost;
}
