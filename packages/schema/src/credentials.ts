import { z } from 'zod';
import { Grant, Plane, PrincipalId, RoleName, TenantScope } from './access.ts';
import { QueuePattern } from './names.ts';
import { Page, Pagination } from './queue.ts';
import { Moment } from './time.ts';

/** What a stored credential is presented as: a key with each request, the secret of an OAuth client, or a worker's secret at registration. */
export const CREDENTIAL_KINDS = ['api_key', 'client', 'registration'] as const;
export const CredentialKind = z.enum(CREDENTIAL_KINDS).meta({ id: 'CredentialKind' });
export type CredentialKind = z.infer<typeof CredentialKind>;

export const CREDENTIAL_STATES = ['live', 'not_yet_valid', 'expired', 'revoked'] as const;
export type CredentialState = (typeof CREDENTIAL_STATES)[number];

/** Why a credential ends before its time; RFC 5280 has the same words for certificates. */
export const REVOCATION_REASONS = ['compromised', 'superseded', 'unspecified'] as const;
export const RevocationReason = z.enum(REVOCATION_REASONS).meta({ id: 'RevocationReason' });
export type RevocationReason = z.infer<typeof RevocationReason>;

/** The part of a key that is not secret. */
export const CredentialId = z
  .string()
  .regex(/^[0-9A-Za-z]{1,64}$/)
  .meta({ id: 'CredentialId', example: 'CqmE9GYkzPz1' });

export const CredentialLabel = z.string().regex(/^\P{C}{1,200}$/u, 'must be 1 to 200 printable characters');

/** The longest time for which a secret that was rotated away is still accepted. */
export const GRACE_SECONDS_MAX = 30 * 86_400;

const list = <T extends z.ZodType>(each: T) => z.array(each).min(1).max(100);

/** The names of a certificate that a client can be known by (RFC 8705 §2.1.2). */
const CertificateName = z.strictObject({
  /** Id of the configured authority that issues it. */
  authority: z.string().min(1).max(64),
  san: z.enum(['dns', 'uri', 'email']),
  name: z.string().min(1).max(512),
});

/** How a client shows who it is, where it has no secret (RFC 7523 §2.2, RFC 8705 §2). */
export const ClientAuthentication = z
  .discriminatedUnion('method', [
    z.strictObject({
      method: z.literal('private_key_jwt'),
      /** Public keys (RFC 7517); several while one is rotated. */
      keys: z.array(z.record(z.string(), z.unknown())).min(1).max(5),
    }),
    z.strictObject({
      method: z.literal('tls_client_auth'),
      /** SHA-256 of the certificate, base64url, or one of its names. */
      certificate: z.union([z.strictObject({ thumbprint: z.string().regex(/^[A-Za-z0-9_-]{43}$/) }), CertificateName]),
    }),
  ])
  .meta({ id: 'ClientAuthentication' });
export type ClientAuthentication = z.infer<typeof ClientAuthentication>;

/** A credential as it may be shown: nothing of its secrets. */
export const Credential = z
  .object({
    id: CredentialId,
    shown: z.string().meta({ description: 'How the key appears in logs and records', example: 'ojs_prod_…zPz1' }),
    kind: CredentialKind,
    plane: Plane,
    principal: PrincipalId,
    tenant: TenantScope,
    roles: z.array(RoleName),
    queues: z.array(QueuePattern),
    grants: z.array(Grant),
    state: z.enum(CREDENTIAL_STATES),
    generation: z.int().meta({ description: 'Raised by each rotation' }),
    created_at: z.string(),
    created_by: z.string().optional(),
    not_before: z.string().optional(),
    expires_at: z.string().optional(),
    rotated_at: z.string().optional(),
    previous_ends_at: z
      .string()
      .optional()
      .meta({ description: 'Until then the secret before the last rotation is accepted too' }),
    revoked_at: z.string().optional(),
    revoked_reason: RevocationReason.optional(),
    label: z.string().optional(),
    client: ClientAuthentication.optional().meta({ description: 'How a client without a secret shows who it is' }),
  })
  .meta({ id: 'Credential' });
export type Credential = z.infer<typeof Credential>;

export const CredentialAnswer = z.object({ credential: Credential }).meta({ id: 'CredentialAnswer' });
/** The one answer that has the key: it is not kept anywhere. */
export const CredentialWithKeyAnswer = z
  .object({ credential: Credential, key: z.string().meta({ description: 'Shown only now' }) })
  .meta({ id: 'CredentialWithKeyAnswer' });

export const CredentialsQuery = Page.extend({
  kind: CredentialKind.optional(),
  plane: Plane.optional(),
  principal: PrincipalId.optional(),
  tenant: TenantScope.optional(),
  state: z.enum(CREDENTIAL_STATES).optional(),
});
export const CredentialsAnswer = z
  .object({ credentials: z.array(Credential), pagination: Pagination })
  .meta({ id: 'CredentialsAnswer' });

export const CreateCredentialRequest = z
  .object({
    kind: CredentialKind.optional().meta({ description: 'Default: api_key' }),
    plane: Plane,
    roles: list(RoleName),
    principal: PrincipalId,
    tenant: TenantScope.optional().meta({ description: 'Default: the tenant of the request; * spans all of them' }),
    queues: list(QueuePattern)
      .optional()
      .meta({ description: 'What the permissions of the roles are limited to. Default: every queue' }),
    grants: z.array(Grant).max(100).optional(),
    not_before: Moment.optional(),
    expires_at: Moment.optional(),
    label: CredentialLabel.optional(),
  })
  .strict()
  .meta({ id: 'CreateCredentialRequest' });
export type CreateCredentialRequest = z.infer<typeof CreateCredentialRequest>;

/** What is not given stays as it is; `null` removes an end or a label. */
export const UpdateCredentialRequest = z
  .object({
    roles: list(RoleName).optional(),
    queues: list(QueuePattern).optional(),
    expires_at: Moment.nullish(),
    label: CredentialLabel.nullish(),
  })
  .strict()
  .meta({ id: 'UpdateCredentialRequest' });
export type UpdateCredentialRequest = z.infer<typeof UpdateCredentialRequest>;

export const RotateCredentialRequest = z
  .object({
    grace_seconds: z
      .int()
      .min(0)
      .max(GRACE_SECONDS_MAX)
      .optional()
      .meta({ description: 'How long the secret before is accepted too. Default: the setting; 0: not at all' }),
    expires_at: Moment.nullish().meta({ description: 'Absent: the end of the credential stays as it is' }),
    generation: z
      .int()
      .min(0)
      .optional()
      .meta({ description: 'Rotate only if nobody rotated since the credential had this generation' }),
  })
  .strict()
  .meta({ id: 'RotateCredentialRequest' });
export type RotateCredentialRequest = z.infer<typeof RotateCredentialRequest>;

export const RevokeCredentialRequest = z
  .object({ reason: RevocationReason.optional() })
  .strict()
  .meta({ id: 'RevokeCredentialRequest' });
