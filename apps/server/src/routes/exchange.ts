import { PERMISSIONS } from '@ojs/schema';
import { decideAnywhere } from '../access/decide.ts';
import { presentedSecret } from '../identity/authorization.ts';
import type { Binding } from '../identity/identity.ts';
import type { Issued } from '../identity/tokens/issue.ts';
import { OAuthError } from '../identity/tokens/oauth-error.ts';
import { type ClientRequest, type ExchangeRequest, narrowingOf } from '../identity/tokens/request.ts';
import type { Ask } from './ask.ts';
import { askingOf, identifyAsk, tenantHeader } from './identify.ts';
import { provenKey } from './proven-key.ts';

/**
 * The credential of which less is asked for (RFC 8693): in the Authorization header, in the form, or in both, where it must be the same.
 * Whoever presents it is the client; nobody exchanges what belongs to another.
 */
function subjectOf(ask: Ask, { subject_token }: ExchangeRequest): string {
  const { authorization } = ask.request.headers;
  if (authorization === undefined) {
    if (subject_token === undefined) throw new OAuthError('invalid_request', 'subject_token: is required');
    return `Bearer ${subject_token}`;
  }
  if (subject_token !== undefined && presentedSecret(authorization)?.secret !== subject_token) {
    throw new OAuthError('invalid_request', 'subject_token: must be the credential of the Authorization header');
  }
  return authorization;
}

/** What the token will be bound to: what is asked for, or what it came of is bound to. Never to nothing where that was bound. */
export async function bindingFor(
  ask: Ask,
  { dpop_jkt, binding }: ExchangeRequest | ClientRequest,
  held: Binding | undefined,
): Promise<Binding | undefined> {
  const { proof } = ask;
  if (dpop_jkt !== undefined) return { kind: 'dpop', thumbprint: dpop_jkt };
  if (binding === 'certificate') {
    const thumbprint = askingOf(ask).certificate?.thumbprint;
    if (thumbprint !== undefined) return { kind: 'certificate', thumbprint };
    throw new OAuthError('invalid_request', 'binding: there is no client certificate on this connection');
  }
  // With the scheme DPoP, the proof was for the credential, and the token is bound to the same key.
  if (proof === undefined || held?.kind === 'dpop') return held;
  const proven = await provenKey(ask, proof);
  if (proven !== undefined) return proven;
  throw new OAuthError('invalid_request', 'DPoP: the proof is not one for this request');
}

/** RFC 8693 §2. */
export async function exchange(ask: Ask, request: ExchangeRequest): Promise<Issued & { binding: Binding | undefined }> {
  await identifyAsk(ask, subjectOf(ask, request));
  const { principal, binding: held } = ask.who;
  const narrowed = narrowingOf(request);
  const binding = await bindingFor(ask, request, held);
  const issued = await ask.services.identity.tokens.issue({
    of: principal,
    narrowed,
    binding,
    ...(tenantHeader(ask) !== undefined && { tenant: ask.tenant }),
    ...(request.expires_in !== undefined && { lifetimeMs: request.expires_in * 1_000 }),
  });
  mustBeGoodForSomething(ask, issued);
  ask.record('token.exchanged', 'success', {
    ...{ jti: issued.jti, seconds: issued.expiresIn, bound: binding?.kind },
    narrowed: { ...issued.narrowed },
  });
  return { ...issued, binding };
}

/** A token that can do nothing is a mistake, of which its holder would only hear later. */
function mustBeGoodForSomething({ principal, services }: Ask, { narrowed }: Issued): void {
  const policy = services.access.policy();
  const subject = { ...principal, narrowed };
  const about = { job: narrowed.job };
  if (PERMISSIONS.some((permission) => decideAnywhere(policy, subject, permission, about))) return;
  throw new OAuthError('invalid_scope', 'the credential holds nothing of what is asked for');
}
