import {
  ClientAuthentication,
  CredentialKind,
  Grant,
  Plane,
  PrincipalId,
  QueuePattern,
  RevocationReason,
  RoleName,
  TenantScope,
} from '@ojs/schema';
import { z } from 'zod';
import type { Subject } from '../access/decide.ts';

const Ms = z.int().min(0);

/** One live secret of a key, at rest: what scrypt made of the whole key, and how. Base64url. */
export const StoredSecret = z.object({
  hash: z.string().min(1),
  salt: z.string().min(1),
  n: z.int(),
  r: z.int(),
  p: z.int(),
  /** Milliseconds since the epoch after which a rotated secret is not accepted any more. */
  notAfter: Ms.optional(),
});
export type StoredSecret = z.infer<typeof StoredSecret>;

/** A credential as it is kept in Redis (`systemSpace.credentials`, field id). Times in milliseconds since the epoch. */
export const CredentialRecord = z.object({
  id: z.string().regex(/^[0-9A-Za-z]{1,64}$/),
  kind: CredentialKind,
  plane: Plane,
  principal: PrincipalId,
  tenant: TenantScope,
  roles: z.array(RoleName),
  /** The queues to which the permissions of the roles are limited. */
  queues: z.array(QueuePattern).min(1).default(['*']),
  grants: z.array(Grant).default([]),
  /** Two while a rotation is in its grace period, the newest first; none once it is revoked. */
  secrets: z.array(StoredSecret).max(8),
  /** How often the secret was rotated. */
  generation: z.int().min(0).optional(),
  rotatedAt: Ms.optional(),
  createdAt: Ms,
  createdBy: z.string().optional(),
  notBefore: Ms.optional(),
  expiresAt: Ms.optional(),
  revokedAt: Ms.optional(),
  /** `compromised`: others may have it, so what was made with it does not act any more. */
  revokedReason: RevocationReason.optional(),
  label: z.string().max(200).optional(),
  /** How a client shows who it is; absent: by its secret. */
  client: ClientAuthentication.optional(),
});
export type CredentialRecord = z.infer<typeof CredentialRecord>;

/** Why the credential is not valid at this moment, for the audit log; undefined when it is. */
export function invalidity(record: CredentialRecord, now: number): 'revoked' | 'not_yet_valid' | 'expired' | undefined {
  if (record.revokedAt !== undefined) return 'revoked';
  if (record.notBefore !== undefined && now < record.notBefore) return 'not_yet_valid';
  if (record.expiresAt !== undefined && now >= record.expiresAt) return 'expired';
  return undefined;
}

/** The principal that the credential stands for. Frozen: decisions about it are remembered by its identity. */
export function principalOf(record: CredentialRecord): Subject {
  return Object.freeze({
    id: record.principal,
    tenant: record.tenant,
    plane: record.plane,
    roles: record.roles,
    grants: record.grants,
    queues: record.queues,
    credential: { kind: record.kind, id: record.id },
    grounds: String(record.generation ?? 0),
    mfa: false,
    ...(record.expiresAt === undefined ? {} : { expiresAt: record.expiresAt }),
  });
}
