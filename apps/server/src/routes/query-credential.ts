import type { Ask } from './ask.ts';

/** Names under which people put a credential into a URL (RFC 6750 §2.3, and what other servers take). */
const CREDENTIALS = /^(access_token|api_?key|token|key|authorization)$/i;

/** Whether a parameter of the query is called like a credential, and nothing that the operation has. */
export const isCredential = (ask: Ask, name: string): boolean =>
  CREDENTIALS.test(name) && !Object.hasOwn(ask.operation.query?.shape ?? {}, name);

/**
 * A credential in a URL stands in the logs of every proxy. It is never taken as one; whoever runs this hears that it has leaked, and not
 * what it is.
 */
export function flagQueryCredential(ask: Ask): void {
  if (!ask.request.url.includes('?')) return;
  const parameter = Object.keys(ask.request.query as object).find((name) => isCredential(ask, name));
  if (parameter === undefined) return;
  ask.record('auth.query_credential', 'failure', { operation: ask.operation.id, parameter: parameter.toLowerCase() });
}
