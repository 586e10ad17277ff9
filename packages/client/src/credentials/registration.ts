import { OjsConfigurationError, OjsCredentialError, OjsError } from '../errors.ts';
import { createDpopKey, type DpopKey, dpop } from './dpop.ts';
import { type Obtained, renewing } from './renewing.ts';
import type { Asked, CredentialSource } from './source.ts';
import type { StoredSource } from './stored.ts';

const PATH = '/ojs/v1/workers/register';

/**
 * A worker's shared secret: presented at registration only, and exchanged for a short-lived token that is worth nothing to any
 * other worker. Renewed ahead of its end.
 *
 * @param secret `ojs_reg_…`, or where it is kept (`fromFile`, `fromEnvironment`)
 * @param options.dpop binds the token to a key of this process (RFC 9449), so that it is worthless elsewhere. Default false
 */
export function workerRegistration(
  secret: string | StoredSource,
  { dpop: isBound = false }: { readonly dpop?: boolean } = {},
): CredentialSource {
  const key = isBound ? createDpopKey() : undefined;
  const token = renewing(async (asked) => {
    const { workerId, post } = asked;
    if (workerId === undefined || post === undefined)
      throw new OjsConfigurationError('`workerRegistration` is the credential of a worker: pass it to createWorker');
    const text = typeof secret === 'string' ? secret : await secret(asked);
    return register(post, text, workerId, key);
  });
  return key === undefined ? token : dpop(token, key);
}

async function register(
  post: NonNullable<Asked['post']>,
  secret: string,
  worker_id: string,
  key: DpopKey | undefined,
): Promise<Obtained> {
  const { status, body } = await post(PATH, {
    authorization: `Bearer ${secret}`,
    contentType: 'application/openjobspec+json',
    body: JSON.stringify({ worker_id }),
    proof: key && ((method, url) => key.proof(method, url)),
  });
  if (status >= 300) {
    const isOver = status === 429 || status >= 500;
    const next = status === 401 ? ': is the secret the one of a registration, and still good?' : '';
    throw new OjsCredentialError(`The server refused to register the worker (${status})${next}`, isOver);
  }
  const { access_token, token_type, expires_in } = read(body);
  if (typeof access_token !== 'string' || typeof expires_in !== 'number')
    throw new OjsCredentialError('The server answered the registration without a token', false);
  if ((token_type === 'DPoP') !== (key !== undefined))
    throw new OjsCredentialError(
      'The server answered the registration with a token of another type than asked for',
      false,
    );
  return { token: access_token, expiresInMs: expires_in * 1_000 };
}

function read(body: string): { access_token?: unknown; token_type?: unknown; expires_in?: unknown } {
  try {
    return Object(JSON.parse(body));
  } catch (error) {
    throw error instanceof OjsError ? error : new OjsCredentialError('The server answered with no JSON', false);
  }
}
