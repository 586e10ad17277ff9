import { z } from 'zod';

/**
 * Names of job types and queues, as the security page states them (Input Validation) and, narrower, as OJS core states
 * them (ojs-core §5.1 with the hyphen that the public OpenAPI document allows). Which pair a server enforces is its setting `validation.names`.
 */
export const NAME_RULES = {
  security: {
    type: /^[a-zA-Z0-9._-]{1,255}$/,
    queue: /^[a-zA-Z0-9._-]{1,255}$/,
  },
  core: {
    type: /^(?=.{1,255}$)[a-z][a-z0-9_-]*(\.[a-z][a-z0-9_-]*)*$/,
    queue: /^[a-z0-9][a-z0-9.-]{0,127}$/,
  },
} as const;

export type NameRule = keyof typeof NAME_RULES;

/** Queues that begin so belong to the server (ojs-security §8.4). */
export const RESERVED_QUEUE_PREFIX = '_ojs_';

export const JobType = z.string().regex(NAME_RULES.security.type).meta({ id: 'JobType', example: 'email.send' });

export const QueueName = z
  .string()
  .regex(NAME_RULES.security.queue)
  .refine((name) => !name.startsWith(RESERVED_QUEUE_PREFIX), `must not begin with ${RESERVED_QUEUE_PREFIX}`)
  .meta({ id: 'QueueName', example: 'email' });

/** A UUIDv7 in lower case (ojs-core §5.1, RFC 9562 §5.7). */
export const JobId = z
  .string()
  .regex(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/, 'must be a UUIDv7 in lower case')
  .meta({ id: 'JobId', example: '019461a8-1a2b-7c3d-8e4f-5a6b7c8d9e0f' });

export const WorkerId = z
  .string()
  .regex(/^[A-Za-z0-9._:@-]{1,128}$/)
  .meta({ id: 'WorkerId', example: 'worker_019414d4-aaaa-7000-8000-111111111111' });

/** `ojs-multi-tenancy`: at most 128 characters; the leading character cannot be `_`, so nobody can name `_default`. */
export const TenantId = z
  .string()
  .regex(/^[a-zA-Z0-9][a-zA-Z0-9._:-]{0,127}$/)
  .meta({ id: 'TenantId', example: 'acme' });

/** Where a credential without a tenant lives. Not a legal {@link TenantId}, so no client can name it. */
export const DEFAULT_TENANT = '_default';

/** One queue (`billing.invoices`), everything below a prefix (`billing.*`, not `billing` itself), or every queue (`*`). */
export const QueuePattern = z
  .string()
  .regex(/^(\*|[a-zA-Z0-9._-]{1,255}|[a-zA-Z0-9_-][a-zA-Z0-9._-]{0,252}\.\*)$/, 'must be a queue name, PREFIX.* or *')
  .meta({ id: 'QueuePattern', example: 'billing.*' });
