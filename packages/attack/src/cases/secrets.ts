import type { Attack } from '../attack.ts';

/** Section X of the threat model. */
export const secretAttacks: readonly Attack[] = [];
