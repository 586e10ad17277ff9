import { z } from 'zod';
import { Timestamp } from './time.ts';

/**
 * Every code the server answers with: its HTTP status and whether the same request may succeed later
 * (http-binding §16.3, ojs-errors; `unauthenticated` and the codes of failures below the routes are named as ojs-errors names them).
 */
export const ERROR_CODES = {
  invalid_request: { status: 400, retryable: false },
  invalid_payload: { status: 400, retryable: false },
  schema_validation: { status: 400, retryable: false },
  unauthenticated: { status: 401, retryable: false },
  permission_denied: { status: 403, retryable: false },
  tenant_access_denied: { status: 403, retryable: false },
  mfa_required: { status: 403, retryable: false },
  mfa_failed: { status: 403, retryable: false },
  not_found: { status: 404, retryable: false },
  method_not_allowed: { status: 405, retryable: false },
  request_timeout: { status: 408, retryable: true },
  conflict: { status: 409, retryable: false },
  duplicate: { status: 409, retryable: false },
  result_pruned: { status: 410, retryable: false },
  payload_too_large: { status: 413, retryable: false },
  batch_size_exceeded: { status: 413, retryable: false },
  unsupported_media_type: { status: 415, retryable: false },
  unsupported: { status: 422, retryable: false },
  queue_paused: { status: 422, retryable: true },
  rate_limited: { status: 429, retryable: true },
  headers_too_large: { status: 431, retryable: false },
  internal_error: { status: 500, retryable: true },
  backend_unavailable: { status: 503, retryable: true },
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

/** The error of an answer (http-binding §16.1). */
export const ErrorBody = z
  .object({
    code: z.string(),
    message: z.string(),
    retryable: z.boolean(),
    type: z.string().optional().meta({ description: 'validation_error where a field broke a rule' }),
    hint: z.string().optional().meta({ description: 'What to do next' }),
    docs_url: z.string().optional(),
    details: z.record(z.string(), z.unknown()).optional(),
    request_id: z.string(),
  })
  .meta({ id: 'Error' });

export const ErrorAnswer = z.object({ error: ErrorBody }).meta({ id: 'ErrorAnswer' });

export type ErrorBody = z.infer<typeof ErrorBody>;
export type ErrorAnswer = z.infer<typeof ErrorAnswer>;

/** What a worker says went wrong (core §8.1, http-binding §10.3): a `type` or a `code`, and a message. */
export const JobErrorReport = z
  .looseObject({
    type: z.string().min(1).max(255).optional(),
    code: z.string().min(1).max(255).optional(),
    message: z.string().max(65_536),
    retryable: z.boolean().optional(),
    rate_limit_until: Timestamp.optional().meta({
      description: 'Nothing of the job’s rate limit begins before this moment, at most a day ahead',
    }),
    details: z.record(z.string(), z.unknown()).optional(),
    // More frames than are kept, but not so many that looking at them is work.
    backtrace: z.array(z.string()).max(10_000).optional(),
  })
  .refine((error) => error.type !== undefined || error.code !== undefined, { path: ['code'], error: 'is required' })
  .meta({ id: 'JobErrorReport' });

/** One entry of a job's error history. */
export const JobError = z
  .looseObject({
    type: z.string(),
    code: z.string(),
    message: z.string(),
    attempt: z.int(),
    occurred_at: z.string(),
    retryable: z.boolean().optional(),
    details: z.record(z.string(), z.unknown()).optional(),
    backtrace: z.array(z.string()).optional(),
  })
  .meta({ id: 'JobError' });

export type JobErrorReport = z.infer<typeof JobErrorReport>;
export type JobError = z.infer<typeof JobError>;
