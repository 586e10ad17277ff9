import { z } from 'zod';

/** A second factor, in the one form that is taken: nothing is trimmed or converted (RFC 6238). */
export const ElevateRequest = z
  .strictObject({
    code: z
      .string()
      .regex(/^[0-9]{6}$/, 'must be the six digits that the authenticator shows, without spaces')
      .optional()
      .meta({ description: 'What the authenticator shows now; each code is taken once' }),
    recovery_code: z
      .string()
      .regex(/^[0-9](-[a-z2-7]{5}){4}$/, 'must be a recovery code as it was printed')
      .optional()
      .meta({ description: 'Instead of a code, when the authenticator is lost; each is taken once' }),
  })
  .refine(({ code, recovery_code }) => (code === undefined) !== (recovery_code === undefined), {
    path: ['code'],
    error: 'is required, or recovery_code instead; never both',
  })
  .meta({ id: 'ElevateRequest' });

/** A token of the caller's own that shows a second factor; named as RFC 6749 §5.1 has it. */
export const ElevateAnswer = z
  .object({
    access_token: z.string(),
    token_type: z.enum(['Bearer', 'DPoP']),
    expires_in: z.int().meta({ description: 'Seconds; it ends earlier with the credential that was elevated' }),
  })
  .meta({ id: 'ElevateAnswer' });

export type ElevateRequest = z.infer<typeof ElevateRequest>;
