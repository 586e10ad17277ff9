import type { Attack } from '../attack.ts';
import { tokenClaims } from './token-claims.ts';
import { tokenForms } from './token-forms.ts';

/** Section A of the threat model. */
export const tokenAttacks: readonly Attack[] = [...tokenForms, ...tokenClaims];
