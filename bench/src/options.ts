import { parseArgs } from 'node:util';
import type { Effort } from './scenario.ts';

export interface Options {
  readonly short: boolean;
  /** Names of scenarios. */
  readonly only: readonly string[];
  readonly effort: Effort;
}

const LONG: Effort = { rounds: 7, scale: 1, waiting: 1_000_000 };
/** About a minute. */
const SHORT: Effort = { rounds: 3, scale: 0.2, waiting: 100_000 };

export const USAGE = `npm run bench -- [--short] [--only NAME,NAME] [--rounds N]`;

/** @throws Error that says what is wrong with the arguments */
export function optionsOf(args: string[], names: readonly string[]): Options {
  const { values } = parseArgs({
    args,
    options: { short: { type: 'boolean', default: false }, only: { type: 'string' }, rounds: { type: 'string' } },
  });
  const only = values.only?.split(',') ?? [...names];
  const unknown = only.filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new Error(`no scenario ${unknown.join(', ')}: there are ${names.join(', ')}`);
  const effort = values.short ? SHORT : LONG;
  const rounds = Number(values.rounds ?? effort.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds must be a whole number from 1');
  return { short: values.short, only, effort: { ...effort, rounds } };
}
