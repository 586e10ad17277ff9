import { z } from 'zod';
import { Timestamp } from './time.ts';

/** RFC 6749 §4.4 and RFC 8693 §2.1; all values are text, as forms have them. */
export const TokenRequest = z
  .object({
    grant_type: z.string().meta({
      description: 'client_credentials, or urn:ietf:params:oauth:grant-type:token-exchange for a token with less',
    }),
    scope: z.string().optional().meta({ description: 'Such as ojs:inspect ojs:enqueue:billing.*' }),
    queues: z.string().optional().meta({ description: 'Names and patterns of queues, with spaces between them' }),
    types: z.string().optional().meta({ description: 'Types that can be enqueued, with spaces between them' }),
    job: z.string().optional().meta({ description: 'The only job that the token can see' }),
    expires_in: z.string().optional().meta({ description: 'Seconds, at most 3,600' }),
    subject_token: z.string().optional().meta({ description: 'The credential, where Authorization does not hold it' }),
    subject_token_type: z.string().optional(),
    requested_token_type: z.string().optional(),
    audience: z.string().optional(),
    client_id: z.string().optional(),
    client_assertion: z.string().optional(),
    client_assertion_type: z.string().optional(),
    dpop_jkt: z.string().optional().meta({ description: 'Thumbprint of the key that the token is bound to' }),
    binding: z.string().optional().meta({ description: 'certificate: bind the token to that of this connection' }),
  })
  .meta({ id: 'TokenRequest' });

/** RFC 6749 §5.1, RFC 8693 §2.2.1. */
export const TokenAnswer = z
  .object({
    access_token: z.string(),
    issued_token_type: z.string().optional(),
    token_type: z.enum(['Bearer', 'DPoP']),
    expires_in: z.int(),
    scope: z.string().optional(),
  })
  .meta({ id: 'TokenAnswer' });

/** RFC 7009 §2.1. */
export const RevokeRequest = z
  .object({ token: z.string(), token_type_hint: z.string().optional() })
  .meta({ id: 'RevokeRequest' });

/** RFC 7517 §5. */
export const JwksAnswer = z.object({ keys: z.array(z.record(z.string(), z.unknown())) }).meta({ id: 'JwksAnswer' });

/** RFC 8414 §3.2. */
export const ServerMetadata = z.record(z.string(), z.unknown()).meta({ id: 'ServerMetadata' });

const SigningKeyAnswer = z
  .object({
    kid: z.string(),
    created_at: Timestamp,
    /** Absent: it is the one that signs. */
    retires_at: Timestamp.optional(),
  })
  .meta({ id: 'SigningKey' });

export const SigningKeysAnswer = z.object({ keys: z.array(SigningKeyAnswer) }).meta({ id: 'SigningKeysAnswer' });

export const RotateSigningKeyRequest = z
  .strictObject({
    grace_seconds: z
      .int()
      .min(0)
      .max(30 * 86_400)
      .optional()
      .meta({ description: 'How long the old key verifies; 0 ends every token at once' }),
  })
  .meta({ id: 'RotateSigningKeyRequest' });

export const RotateSigningKeyAnswer = z.object({ key: SigningKeyAnswer }).meta({ id: 'RotateSigningKeyAnswer' });

export const TokenId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{22}$/, 'must be the jti of a token')
  .meta({ id: 'TokenId' });
export const RevokedTokenAnswer = z
  .object({ revoked: z.literal(true), jti: TokenId })
  .meta({ id: 'RevokedTokenAnswer' });
