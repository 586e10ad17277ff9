import { issuerOf } from '../jwt/compact.ts';
import type { ClientRequest } from '../tokens/request.ts';

/** How a client says who it is. Exactly one way in a request (RFC 6749 §2.3). */
export type Presented =
  | { readonly method: 'client_secret_basic'; readonly id: string; readonly secret: string }
  | { readonly method: 'private_key_jwt'; readonly id: string; readonly assertion: string }
  | { readonly method: 'tls_client_auth'; readonly id: string };

/**
 * What the request presents; undefined: nothing that could be a client. @returns `several` where there is more than one way
 * @param authorization the header: the id and the secret, each encoded as in a form (RFC 6749 §2.3.1)
 */
export function presentedClient(
  authorization: string | undefined,
  { client_id, client_assertion, client_assertion_type }: ClientRequest,
): Presented | 'several' | undefined {
  if (authorization !== undefined) {
    if (client_assertion !== undefined) return 'several';
    const basic = basicOf(authorization);
    return client_id === undefined || client_id === basic?.id ? basic : undefined;
  }
  if (client_assertion !== undefined || client_assertion_type !== undefined) {
    const id = client_assertion === undefined ? undefined : issuerOf(client_assertion);
    if (client_assertion === undefined || client_assertion_type === undefined || typeof id !== 'string')
      return undefined;
    return client_id === undefined || client_id === id
      ? { method: 'private_key_jwt', id, assertion: client_assertion }
      : undefined;
  }
  return client_id === undefined ? undefined : { method: 'tls_client_auth', id: client_id };
}

function basicOf(authorization: string): Presented | undefined {
  const [, value] = /^basic ([A-Za-z0-9+/]+={0,2})$/i.exec(authorization) ?? [];
  const pair = value === undefined ? '' : Buffer.from(value, 'base64').toString('latin1');
  const colon = pair.indexOf(':');
  const [id, secret] = [decoded(pair.slice(0, colon)), decoded(pair.slice(colon + 1))];
  return colon < 0 || id === undefined || secret === undefined
    ? undefined
    : { method: 'client_secret_basic', id, secret };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}
