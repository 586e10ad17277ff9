import { Plane, QueuePattern, RoleName, TenantId, TenantScope } from '@ojs/schema';
import { z } from 'zod';

const Name = z.string().min(1).max(255);

/** A claim by its name, or by the names on the way to it: `["realm_access", "roles"]`. */
export const Claim = z.union([Name, z.array(Name).min(1).max(8)]);

/** A tenant id, `acme-*` for those that begin so, or `*`. */
const TenantPattern = z.union([
  TenantId,
  z.string().regex(/^[A-Za-z0-9._:-]{0,127}\*$/, 'must be a tenant id or PREFIX*'),
]);

const map = <T extends z.ZodType>(of: T) => z.strictObject({ claim: Claim, map: z.record(Name, of) });

/**
 * Which claims say what of a principal. Whatever is not mapped is not there: a token without a mapped role is permitted nothing,
 * but for what the policy gives to its principal.
 */
export const MAPPING = {
  /** For the log, the audit log, and the default of {@link MAPPING.principalPrefix}. */
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'must be 1 to 32 lower case letters, digits or "-"'),
  plane: z.union([Plane, map(Plane)]),
  /** The claim that names the principal. */
  principal: z.strictObject({ claim: Claim }).default({ claim: 'sub' }),
  /** Stands before the name, so that nobody whom this issuer names is mistaken for somebody else. Default: the issuer's name and `/`. */
  principalPrefix: z
    .string()
    .regex(/^([A-Za-z0-9][A-Za-z0-9._@:/+-]{0,63})?$/, 'must be the beginning of a principal id')
    .optional(),
  /** One tenant, or a claim that names one of those that are listed. */
  tenant: z
    .union([TenantScope, z.strictObject({ claim: Claim, allow: z.array(TenantPattern).min(1) }), map(TenantId)])
    .default('_default'),
  /** The same roles for all, those of the listed ones that a claim names, or what its values are made into. */
  roles: z
    .union([
      z.array(RoleName),
      z.strictObject({ claim: Claim, allow: z.array(RoleName).min(1) }),
      map(z.array(RoleName)),
    ])
    .default([]),
  /** The queues to which the permissions of the roles are limited; a claim that is absent means none. */
  queues: z.union([z.array(QueuePattern), z.strictObject({ claim: Claim })]).default(['*']),
  /** The claim whose scopes `ojs:PERMISSION` and `ojs:PERMISSION:QUEUES` are a ceiling, or `ignored`. */
  scope: z
    .union([
      z.literal('ignored'),
      z.strictObject({ claim: Claim.default('scope'), required: z.boolean().default(false) }),
    ])
    .default({ claim: 'scope', required: false }),
  /** What `amr` must contain one of, or `acr` be, to count as a second factor. Default: nothing does. */
  mfa: z.strictObject({ amr: z.array(Name).default([]), acr: z.array(Name).default([]) }).default({ amr: [], acr: [] }),
  /** Claims that must be there with the value, or one of the values. */
  requiredClaims: z.record(Name, z.union([Scalar(), z.array(Scalar()).min(1)])).default({}),
};

function Scalar() {
  return z.union([z.string(), z.number(), z.boolean()]);
}

const Mapping = z.strictObject(MAPPING);
export type Mapping = z.infer<typeof Mapping>;
