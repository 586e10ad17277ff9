import type { Attack } from '../attack.ts';
import { keyGuesses } from './key-guesses.ts';
import { keyLives } from './key-lives.ts';

/** Section K of the threat model. */
export const keyAttacks: readonly Attack[] = [...keyLives, ...keyGuesses];
