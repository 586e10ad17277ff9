import type { CpuMeter } from './cpu.ts';
import { median, pairRatios } from './statistics.ts';

/** One of two ways to do the same thing. */
export interface Contestant {
  /** Does it this many times and resolves when all is done; what it must prepare, it prepares in `prepare`. */
  readonly run: (operations: number) => Promise<void>;
  /** Before each turn, not measured. */
  readonly prepare?: (operations: number) => Promise<unknown>;
  /** After each turn, not measured. */
  readonly after?: (operations: number) => Promise<unknown>;
  /** Whose CPU time counts, by name. */
  readonly cpu: Readonly<Record<string, CpuMeter>>;
}

/** What one turn took, per operation. */
export interface Turn {
  readonly perSecond: number;
  /** Microseconds of CPU time per operation, by name. */
  readonly cpu: Readonly<Record<string, number>>;
}

export interface ContestOptions {
  readonly operations: number;
  /** Measured pairs of turns, after one pair that is not. */
  readonly rounds: number;
}

export interface Outcome {
  readonly ours: Turn;
  readonly theirs: Turn;
  /** How many times as fast as theirs ours is: the median over the pairs. */
  readonly ratio: number;
  readonly ratios: readonly number[];
  /** How many times as much CPU time as theirs ours took, in all processes but the load generator; the same median. */
  readonly cost: number;
}

/** Its CPU time is told, but it is not what is compared. */
export const LOAD = 'load';

/** Ours, theirs, ours, theirs …: a warm-up of each, then `rounds` pairs, each turn compared with its neighbour. */
export async function contest(ours: Contestant, theirs: Contestant, options: ContestOptions): Promise<Outcome> {
  const turns = await alternate(
    [() => turnOf(ours, options.operations), () => turnOf(theirs, options.operations)],
    options.rounds,
  );
  const rates = turns.map((each) => each.map(({ perSecond }) => perSecond));
  const ratios = pairRatios(rates[0]!, rates[1]!);
  const costs = turns.map((each) => each.map(costOf));
  const cost = median(pairRatios(costs[0]!, costs[1]!));
  return { ours: middle(turns[0]!), theirs: middle(turns[1]!), ratio: median(ratios), ratios, cost };
}

/** Runs the two in turns, one unmeasured pair first, and returns what each gave in each round. */
export async function alternate<T>(
  pair: readonly [() => Promise<T>, () => Promise<T>],
  rounds: number,
): Promise<[T[], T[]]> {
  const results: [T[], T[]] = [[], []];
  for (let round = 0; round <= rounds; round++) {
    for (const i of [0, 1] as const) {
      const result = await pair[i]();
      if (round > 0) results[i].push(result);
    }
  }
  return results;
}

async function turnOf({ run, prepare, after, cpu }: Contestant, operations: number): Promise<Turn> {
  await prepare?.(operations);
  const read = async (): Promise<number[]> => Promise.all(Object.values(cpu).map((meter) => meter()));
  const before = await read();
  const started = performance.now();
  await run(operations);
  const seconds = (performance.now() - started) / 1_000;
  const used = await read();
  await after?.(operations);
  const perOperation = Object.keys(cpu).map((name, i) => [name, ((used[i]! - before[i]!) * 1e6) / operations] as const);
  return { perSecond: operations / seconds, cpu: Object.fromEntries(perOperation) };
}

function costOf({ cpu }: Turn): number {
  return Object.entries(cpu).reduce((sum, [name, micros]) => (name === LOAD ? sum : sum + micros), 0);
}

function middle(turns: readonly Turn[]): Turn {
  const names = Object.keys(turns[0]!.cpu);
  return {
    perSecond: median(turns.map(({ perSecond }) => perSecond)),
    cpu: Object.fromEntries(names.map((name) => [name, median(turns.map(({ cpu }) => cpu[name]!))])),
  };
}
