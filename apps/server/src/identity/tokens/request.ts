import { JobId, type Narrowing, PERMISSIONS, QueuePattern, TypePattern } from '@ojs/schema';
import { z } from 'zod';
import { says } from '../../config/issue-words.ts';
import type { CannotIssue } from './issue.ts';
import { narrow } from './narrow.ts';
import { OAuthError } from './oauth-error.ts';
import { readScope } from './scope.ts';
import { LONGEST_MS } from './settings.ts';

/** RFC 8693 §2.1, RFC 6749 §4.4.2. */
export const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
export const CLIENT_CREDENTIALS = 'client_credentials';
/** RFC 8693 §3. */
export const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';
/** RFC 7523 §2.2. */
const ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

const list = (item: z.ZodType<string, string>) =>
  z
    .string()
    .transform((text) => text.split(' ').filter(Boolean))
    .pipe(z.array(item).min(1).max(1_000));

const seconds = z
  .string()
  .regex(/^\d{1,6}$/, 'must be a number of seconds')
  .transform(Number)
  .pipe(
    z
      .number()
      .min(1)
      .max(LONGEST_MS / 1_000),
  );

const Wishes = {
  scope: z.string().max(8_000).optional(),
  queues: list(QueuePattern).optional(),
  types: list(TypePattern).pipe(z.array(z.string()).max(100)).optional(),
  expires_in: seconds.optional(),
  audience: z.string().optional(),
  dpop_jkt: z
    .string()
    .regex(/^[A-Za-z0-9_-]{43}$/, 'must be a JWK thumbprint')
    .optional(),
  binding: z.literal('certificate').optional(),
};

/** A misspelt narrowing must not be silence: what has no meaning here is refused. */
const ExchangeRequest = z.strictObject({
  grant_type: z.literal(EXCHANGE),
  subject_token: z.string().optional(),
  subject_token_type: z.enum([ACCESS_TOKEN, 'urn:ietf:params:oauth:token-type:jwt']).optional(),
  requested_token_type: z.literal(ACCESS_TOKEN).optional(),
  job: JobId.optional(),
  ...Wishes,
});
export type ExchangeRequest = z.infer<typeof ExchangeRequest>;

const ClientRequest = z.strictObject({
  grant_type: z.literal(CLIENT_CREDENTIALS),
  client_id: z.string().max(256).optional(),
  client_assertion: z.string().max(8_192).optional(),
  client_assertion_type: z.literal(ASSERTION).optional(),
  ...Wishes,
});
export type ClientRequest = z.infer<typeof ClientRequest>;

/**
 * What a form asks for.
 * @param issuer what `audience` can only be
 * @throws {OAuthError} naming the parameter and the rule
 */
export function readTokenRequest(form: ReadonlyMap<string, string>, issuer: string): ExchangeRequest | ClientRequest {
  const grant = form.get('grant_type');
  if (grant === undefined) throw new OAuthError('invalid_request', 'grant_type: is required');
  if (grant !== EXCHANGE && grant !== CLIENT_CREDENTIALS) {
    throw new OAuthError('unsupported_grant_type', `grant_type: must be ${CLIENT_CREDENTIALS} or ${EXCHANGE}`);
  }
  const parsed = (grant === EXCHANGE ? ExchangeRequest : ClientRequest).safeParse(Object.fromEntries(form));
  if (!parsed.success) throw refused(parsed.error.issues[0]);
  const { audience } = parsed.data;
  if (audience !== undefined && audience !== issuer) {
    throw new OAuthError('invalid_target', 'audience: tokens are for this server only');
  }
  return parsed.data;
}

function refused(issue: z.core.$ZodIssue | undefined): OAuthError {
  if (issue?.code === 'unrecognized_keys') {
    return new OAuthError('invalid_request', `${String(issue.keys[0]).slice(0, 64)}: has no meaning here`);
  }
  const field = String(issue?.path[0] ?? 'body');
  return new OAuthError('invalid_request', `${field}: ${issue === undefined ? 'is wrong' : says(issue)}`);
}

/** What the token is to be narrowed to, by all the parameters together. @throws {OAuthError} {CannotIssue} */
export function narrowingOf(request: ExchangeRequest | ClientRequest): Narrowing {
  const { scope, queues, types } = request;
  const job = 'job' in request ? request.job : undefined;
  const scoped = scope === undefined ? undefined : readScope(scope);
  if (scope !== undefined && scoped === undefined) {
    throw new OAuthError('invalid_scope', 'scope: must be words such as ojs:inspect or ojs:enqueue:billing.*');
  }
  const isMore = scoped?.some(({ permissions }) => permissions.some((permission) => permission !== 'inspect'));
  if (job !== undefined && isMore)
    throw new OAuthError('invalid_scope', 'scope: a token for one job can only inspect it');
  const limits: Narrowing[] = [
    ...(scoped ? [{ within: scoped }] : []),
    ...(queues ? [{ within: [{ permissions: [...PERMISSIONS], queues }] }] : []),
    ...(types ? [{ types }] : []),
    ...(job === undefined ? [] : [{ job, within: [{ permissions: ['inspect' as const], queues: ['*'] }] }]),
  ];
  return limits.reduce<Narrowing>((one, other) => narrow(one, other), {});
}

/** What a token could not be made for, in the words of OAuth. */
export function refusedIssue(error: CannotIssue): OAuthError {
  const code = error.reason === 'nothing_left' || error.reason === 'too_large' ? 'invalid_scope' : 'invalid_request';
  return new OAuthError(code, error.message);
}
