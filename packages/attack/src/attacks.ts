import type { Attack } from './attack.ts';
import { boundTokenAttacks } from './cases/bound-tokens.ts';
import { certificateAttacks } from './cases/certificates.ts';
import { forgedCertificateAttacks } from './cases/forged-certificates.ts';
import { headerAttacks } from './cases/headers.ts';
import { httpAttacks } from './cases/http.ts';
import { keyAttacks } from './cases/keys.ts';
import { mfaAttacks } from './cases/mfa.ts';
import { ownTokenAttacks } from './cases/own-tokens.ts';
import { secretAttacks } from './cases/secrets.ts';
import { tlsAttacks } from './cases/tls.ts';
import { tokenAttacks } from './cases/tokens.ts';

/** Every attack that can be seen from outside. */
export const ATTACKS: readonly Attack[] = [
  ...tokenAttacks,
  ...ownTokenAttacks,
  ...headerAttacks,
  ...boundTokenAttacks,
  ...keyAttacks,
  ...tlsAttacks,
  ...certificateAttacks,
  ...forgedCertificateAttacks,
  ...mfaAttacks,
  ...secretAttacks,
  ...httpAttacks,
];
