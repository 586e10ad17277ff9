import { expect, test } from 'vitest';
import { isMfaRequired, mfaWarnings } from './mfa.ts';

test.each([
  ['production', undefined, true, 0],
  ['production', 'required', true, 0],
  ['production', 'off', false, 1],
  ['development', undefined, false, 0],
  ['development', 'required', true, 0],
  ['development', 'off', false, 0],
] as const)(
  'in %s, with admin.mfa %s, a second factor is required: %s; warnings: %i',
  (env, mfa, required, warnings) => {
    const settings = { env, admin: { mfa, elevationSeconds: 300 } };
    expect(isMfaRequired(settings)).toBe(required);
    expect(mfaWarnings(settings)).toHaveLength(warnings);
  },
);
