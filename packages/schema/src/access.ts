import { z } from 'zod';
import { QueuePattern, TenantId } from './names.ts';

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
