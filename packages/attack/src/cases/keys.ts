import type { Attack } from '../attack.ts';

/** Section K of the threat model. */
export const keyAttacks: readonly Attack[] = [];
