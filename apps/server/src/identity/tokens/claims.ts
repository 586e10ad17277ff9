import { Grant, Narrowing, Plane, PrincipalId, QueuePattern, RoleName, TenantScope, WorkerId } from '@ojs/schema';
import { z } from 'zod';
import type { Subject } from '../../access/decide.ts';
import { LONGEST_MS } from './settings.ts';

/** The id of a token (RFC 9068 §2.2): 128 random bits. */
export const Jti = z.string().regex(/^[A-Za-z0-9_-]{22}$/);

/** Tokens that a token can come of: what was narrowed can be narrowed again, but not for ever. */
export const MOST_PARENTS = 3;

/** The credential with which everything began. */
export const Root = z.strictObject({
  kind: z.string().min(1).max(64),
  id: z.string().min(1).max(512),
  tenant: TenantScope,
  /** Who vouches for it, where it is not stored here. */
  vouchedBy: z.string().min(1).max(512).optional(),
  /** See {@link Subject.grounds}. */
  grounds: z.string().max(64).optional(),
});
export type Root = z.infer<typeof Root>;

/** What the token says of its subject that no registered claim has a word for. */
const OjsClaim = z.strictObject({
  tenant: TenantScope,
  plane: Plane,
  /** The rights of a root that is not stored here; of a stored one, its record gives them. */
  roles: z.array(RoleName),
  queues: z.array(QueuePattern).optional(),
  grants: z.array(Grant),
  narrowed: Narrowing.optional(),
  /** Narrowed here, or come of a token that was. */
  lent: z.literal(true).optional(),
  worker: WorkerId.optional(),
  mfa: z.boolean(),
  root: Root,
  parents: z.array(Jti).max(MOST_PARENTS),
});

const Seconds = z.int().min(0).max(1e11);

/** The claims of a token that we issue (RFC 9068 §2.2). */
export const Claims = z
  .strictObject({
    iss: z.string(),
    aud: z.string(),
    sub: PrincipalId,
    client_id: z.string(),
    jti: Jti,
    iat: Seconds,
    exp: Seconds,
    scope: z.string().optional(),
    /** What it is bound to (RFC 8705 §3.1, RFC 9449 §6.1). */
    cnf: z.union([z.strictObject({ 'x5t#S256': z.string() }), z.strictObject({ jkt: z.string() })]).optional(),
    ojs: OjsClaim,
  })
  .refine(({ iat, exp }) => exp > iat && (exp - iat) * 1_000 <= LONGEST_MS);
export type Claims = z.infer<typeof Claims>;
