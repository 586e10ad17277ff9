import type { Attack } from '../attack.ts';

/** Section F of the threat model. */
export const mfaAttacks: readonly Attack[] = [];
