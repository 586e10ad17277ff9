import type { Attack } from '../attack.ts';

/** Section A of the threat model. */
export const tokenAttacks: readonly Attack[] = [];
