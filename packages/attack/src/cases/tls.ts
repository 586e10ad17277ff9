import type { Attack } from '../attack.ts';

/** Section M of the threat model. */
export const tlsAttacks: readonly Attack[] = [];
