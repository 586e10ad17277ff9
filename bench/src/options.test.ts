import { expect, it } from 'vitest';
import { optionsOf } from './options.ts';

const names = ['enqueue', 'cycle'];

it('runs everything at length unless told otherwise', () => {
  expect(optionsOf([], names)).toMatchObject({ short: false, only: names, effort: { waiting: 1_000_000 } });
});

it('runs what is named, and less in the short form', () => {
  const options = optionsOf(['--short', '--only', 'cycle', '--rounds', '2'], names);
  expect(options).toMatchObject({ short: true, only: ['cycle'], effort: { waiting: 100_000, rounds: 2 } });
});

it('names what it does not know', () => {
  expect(() => optionsOf(['--only', 'cycle,speed'], names)).toThrow('no scenario speed: there are enqueue, cycle');
  expect(() => optionsOf(['--rounds', '0'], names)).toThrow('--rounds');
  expect(() => optionsOf(['--fast'], names)).toThrow('--fast');
});
