import { tenantOf } from '../access/tenant.ts';
import type { Binding, Known, Refused } from '../identity/identity.ts';
import { type Presented, presentedClient } from '../identity/oauth-clients/present.ts';
import type { Issued } from '../identity/tokens/issue.ts';
import { invalidClient, OAuthError } from '../identity/tokens/oauth-error.ts';
import { type ClientRequest, narrowingOf } from '../identity/tokens/request.ts';
import type { Ask } from './ask.ts';
import { bindingFor } from './exchange.ts';
import { askingOf, tenantHeader } from './identify.ts';

/** RFC 6749 §5.2: a client that tried it with `Basic` is told that scheme. */
const CHALLENGE = 'Basic realm="ojs"';

function refused(ask: Ask, why: Refused): OAuthError {
  ask.recordRefused(why);
  if (why.answer === undefined || why.answer === 'permission_denied') return invalidClient(CHALLENGE);
  const headers = { 'Retry-After': String(why.retryAfterSeconds ?? 1) };
  const status = why.answer === 'rate_limited' ? 429 : 503;
  return new OAuthError('temporarily_unavailable', 'try again later', { status, headers });
}

function present(ask: Ask, request: ClientRequest): Presented {
  const presented = presentedClient(ask.request.headers.authorization, request);
  if (presented === 'several') throw new OAuthError('invalid_request', 'the client must authenticate in one way');
  if (presented === undefined) throw refused(ask, { refused: 'no_client' });
  return presented;
}

async function authenticate(ask: Ask, request: ClientRequest): Promise<Known> {
  if ((ask.request.facts?.authorizations ?? 0) > 1) throw refused(ask, { refused: 'several_credentials' });
  const { certificate, sourceIp } = askingOf(ask);
  const presented = present(ask, request);
  const known = await ask.services.identity.oauthClients.authenticate({ presented, certificate, sourceIp });
  if ('refused' in known) throw refused(ask, known);
  return known;
}

/** RFC 6749 §4.4: a client gets a token for itself. */
export async function clientCredentials(
  ask: Ask,
  request: ClientRequest,
): Promise<Issued & { binding: Binding | undefined }> {
  const { principal, binding: shown } = await authenticate(ask, request);
  ask.admitted = { principal, tenant: principal.tenant, epoch: '' };
  ask.services.logins.success(principal, ask.sourceIp, ask.request.id);
  const header = tenantHeader(ask);
  const chosen = header === undefined ? undefined : tenantOf(principal, header);
  if (chosen !== undefined && 'refused' in chosen) throw new OAuthError('invalid_target', chosen.message);
  const narrowed = narrowingOf(request);
  const binding = await bindingFor(ask, request, shown);
  const issued = await ask.services.identity.tokens.issue({
    of: principal,
    narrowed,
    binding,
    tenant: chosen?.tenant,
    ...(request.expires_in !== undefined && { lifetimeMs: request.expires_in * 1_000 }),
  });
  const { jti, expiresIn: seconds } = issued;
  ask.record('token.issued', 'success', { jti, seconds, bound: binding?.kind, narrowed: { ...issued.narrowed } });
  return { ...issued, binding };
}
