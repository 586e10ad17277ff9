import type { Attack } from '../attack.ts';
import { transportAttacks } from './transport.ts';

/** Section M of the threat model. */
export const tlsAttacks: readonly Attack[] = [...transportAttacks];
