import { Plane, PrincipalId, QueuePattern, RoleName, TenantScope } from '@ojs/schema';
import { z } from 'zod';

const file = z.string().min(1, 'must be the path of a file');

const AuthorityId = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'must be lower case letters, digits, "_" and "-"');

/** Whose certificates are believed. */
const AuthoritySettings = z.strictObject({
  id: AuthorityId,
  /**
   * PEM, one or more. Those whose issuer is not in the file are what is trusted; the others are intermediates that clients need
   * not send.
   */
  caFile: file,
  /** PEM or DER: the revocation lists of the authorities in `caFile`. */
  crlFile: file.optional(),
  /** Default `required` where `crlFile` is set: without a list in force nobody gets in. */
  crl: z.enum(['required', 'optional']).default('required'),
  /** Whose certificates it may issue: one tenant, or `*`. */
  tenant: TenantScope,
});
export type AuthoritySettings = z.infer<typeof AuthoritySettings>;

/** The longest segment that can stand for `*`, with a beginning that no principal id has: so a fixed part must come before. */
const LONGEST = `-${'x'.repeat(127)}`;

/** The id of a principal, in which one `*` may stand for the last segment of the name. */
const PrincipalTemplate = z
  .string()
  .refine(
    (text) => PrincipalId.safeParse(text.replace('*', LONGEST)).success,
    'must be a principal id, in which one * after something fixed may stand for the last segment of the name',
  );

/** Which name in a certificate stands for which principal. */
const RuleSettings = z.strictObject({
  authority: AuthorityId,
  /** The kind of subject alternative name. The common name says nothing. */
  san: z.enum(['uri', 'dns', 'email']),
  /** The whole name; or, for a URI, a prefix and `/*`, which is exactly one more segment. */
  match: z.string().min(1).max(2_048),
  principal: PrincipalTemplate,
  plane: Plane,
  /** Default: the authority's; required where the authority's is `*`. */
  tenant: TenantScope.optional(),
  roles: z.array(RoleName).min(1),
  /** The queues to which the permissions of the roles are limited. Default: all. */
  queues: z.array(QueuePattern).min(1).optional(),
});
export type RuleSettings = z.infer<typeof RuleSettings>;

/** Whose client certificates are believed, and whom they stand for. */
export const Certificates = z
  .strictObject({
    authorities: z.array(AuthoritySettings).max(64).default([]),
    rules: z.array(RuleSettings).max(10_000).default([]),
  })
  .prefault({});
export type Certificates = z.infer<typeof Certificates>;
