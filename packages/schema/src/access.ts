import { z } from 'zod';
import { JobId, QueuePattern, TenantId } from './names.ts';

/** Security page, Queue-Level Access Control. */
export const PERMISSIONS = ['enqueue', 'dequeue', 'cancel', 'inspect', 'admin'] as const;
export const Permission = z.enum(PERMISSIONS).meta({ id: 'Permission' });
export type Permission = z.infer<typeof Permission>;

/** A plane is a set of routes; producer and worker credentials reach only theirs, admin credentials reach every one. */
export const PLANES = ['producer', 'worker', 'admin'] as const;
export const Plane = z.enum(PLANES).meta({ id: 'Plane' });
export type Plane = z.infer<typeof Plane>;

/** Permissions on queues. A `deny` wins over every `allow`, however exact. */
export const Grant = z
  .object({
    effect: z.enum(['allow', 'deny']).default('allow'),
    permissions: z.array(Permission).min(1),
    queues: z.array(QueuePattern).min(1),
  })
  .strict()
  .meta({ id: 'Grant' });
export type Grant = z.infer<typeof Grant>;

/** A job type, or a prefix of types such as `email.*`. */
export const TypePattern = z.string().regex(/^[A-Za-z0-9._-]{1,255}$|^[A-Za-z0-9._-]{1,253}\.\*$/);

/**
 * A ceiling: what a credential was narrowed to (RFC 8693), or what the scopes of a token say. It gives nothing; what is outside of it is
 * denied, whatever roles, grants and policy allow.
 */
export const Narrowing = z
  .object({
    /** Permissions on queues; absent: all of them on every queue. */
    within: z
      .array(
        z.object({ permissions: z.array(Permission).min(1), queues: z.array(QueuePattern).min(1).max(1_000) }).strict(),
      )
      .max(100)
      .optional(),
    /** Only jobs of these types can be enqueued. */
    types: z.array(TypePattern).min(1).max(100).optional(),
    /** Only this job can be seen and followed. */
    job: JobId.optional(),
  })
  .strict()
  .meta({ id: 'Narrowing' });
export type Narrowing = z.infer<typeof Narrowing>;

export const RoleName = z.string().regex(/^[a-z][a-z0-9_-]{0,63}$/);
/** Identity as it appears in records: an e-mail address, a service name, a SPIFFE id. */
export const PrincipalId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._@:/+-]{0,254}$/);

/** The tenant of a credential; `*` spans all of them (the request names one). */
export const TenantScope = z.union([TenantId, z.literal('*'), z.literal('_default')]);

/** Who is asking (design: identity). */
export const Principal = z
  .object({
    id: PrincipalId,
    tenant: TenantScope,
    plane: Plane,
    roles: z.array(RoleName),
    grants: z.array(Grant),
    credential: z.object({ kind: z.string(), id: z.string() }),
    mfa: z.boolean(),
    expiresAt: z.number().optional(),
  })
  .meta({ id: 'Principal' });
export type Principal = z.infer<typeof Principal>;
