import { type Client, OjsConfigurationError, OjsConnectionError, OjsError } from '@ojs/client';
import type { Abortable } from './calls.ts';

/** What a token is to be narrowed to. Everything that is given is a limit; none of it gives more than the credential has. */
export interface NarrowOptions extends Abortable {
  permissions?: readonly ('enqueue' | 'dequeue' | 'cancel' | 'inspect' | 'admin')[];
  /** Names, or patterns such as `billing.*`. */
  queues?: readonly string[];
  /** Only jobs of these types can be enqueued. */
  types?: readonly string[];
  /** Only this job can be seen and followed. */
  jobId?: string;
  /** In milliseconds, at most an hour. Default: what the server says, 15 minutes. It never outlives the credential. */
  expiresInMs?: number;
  /** Thumbprint (RFC 7638) of the DPoP key of whoever will use it. */
  dpopThumbprint?: string;
}

/** A token that can do less, for somebody who is trusted less. It ends with the credential that it came of. */
export interface NarrowedToken {
  readonly token: string;
  readonly expiresAt: Date;
}

const GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange';
const PATH = '/ojs/v1/auth/token';

/** Exchanges the credential of the client for a token with less (RFC 8693). */
export async function narrow(client: Client, options: NarrowOptions): Promise<NarrowedToken> {
  options.signal?.throwIfAborted();
  const asked = Date.now();
  const { status, body } = await client.postForm(PATH, parametersOf(options));
  const answer = read(body);
  if (status >= 300) throw refusal(status, answer);
  const { access_token: token, expires_in: seconds } = answer;
  if (typeof token !== 'string' || typeof seconds !== 'number')
    throw new OjsConnectionError('The server answered without a token', { code: 'invalid_answer', status });
  return { token, expiresAt: new Date(asked + seconds * 1_000) };
}

function parametersOf(options: NarrowOptions): Record<string, string> {
  const { permissions, queues, types, jobId, expiresInMs, dpopThumbprint } = options;
  const lists = { permissions, queues, types };
  const empty = Object.entries(lists).find(([, list]) => list?.length === 0);
  if (empty) throw new OjsConfigurationError(`\`${empty[0]}\` must name something: leave it out for no limit`);
  return {
    grant_type: GRANT,
    ...(permissions && { scope: permissions.map((each) => `ojs:${each}`).join(' ') }),
    ...(queues && { queues: queues.join(' ') }),
    ...(types && { types: types.join(' ') }),
    ...(jobId !== undefined && { job: jobId }),
    ...(expiresInMs !== undefined && { expires_in: String(Math.max(1, Math.floor(expiresInMs / 1_000))) }),
    ...(dpopThumbprint !== undefined && { dpop_jkt: dpopThumbprint }),
  };
}

function read(body: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(body));
  } catch {
    return {};
  }
}

/** An error of OAuth (RFC 6749 §5.2). */
function refusal(status: number, { error, error_description: says }: Record<string, unknown>): OjsError {
  const code = typeof error === 'string' ? error.slice(0, 64) : `http_${status}`;
  const message = typeof says === 'string' ? says.slice(0, 2_000) : `The server answered ${status}`;
  return new OjsError(message, { code, status, operation: 'getToken', retryable: status === 429 || status >= 500 });
}
