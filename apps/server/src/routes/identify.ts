import type { Plane } from '@ojs/schema';
import { isCrossSite } from '../connection/cross-site.ts';
import { type Refusal, refuse } from '../connection/refusal.ts';
import { type Admission, admit } from '../identity/admit.ts';
import { identify } from '../identity/identify.ts';
import type { Asking, Identified, Refused } from '../identity/identity.ts';
import type { Ask } from './ask.ts';
import { clientCertificate } from './client-certificate.ts';
import { unauthenticated, unavailable } from './refusals.ts';

/** The tenant header under its two names; both may come, but must then say the same. */
export function tenantHeader(ask: Ask): string | undefined {
  const { 'x-ojs-tenant': one, 'x-ojs-tenant-id': other } = ask.request.headers;
  if (one !== undefined && other !== undefined && one !== other) {
    throw refuse('invalid_request', 'X-OJS-Tenant and X-OJS-Tenant-Id: must be the same when both are sent.', {
      details: { field: 'X-OJS-Tenant', rule: 'conflict' },
    });
  }
  return (one ?? other) as string | undefined;
}

function refused(ask: Ask, why: Refused): Refusal {
  ask.recordRefused(why);
  if (why.answer === 'backend_unavailable') return unavailable();
  if (why.answer === 'permission_denied') {
    return refuse('permission_denied', 'The credentials of this request are not of the same principal.', {
      hint: 'Send one credential, or several of the same principal and tenant.',
    });
  }
  if (why.answer === 'rate_limited') {
    const seconds = String(why.retryAfterSeconds ?? 1);
    return refuse('rate_limited', 'Too many credentials from here were refused.', {
      hint: 'Wait for the time in Retry-After, and check the credential.',
      headers: { 'Retry-After': seconds },
    });
  }
  return unauthenticated(ask.services.identity.challenge());
}

/** Takes the admission in, or throws why there is none. */
function settle(ask: Ask, admission: Admission): void {
  if ('refused' in admission) throw refused(ask, admission);
  const { principal } = admission;
  if ('denied' in admission) {
    // The tenant that was asked for is not a fact; the record is about the credential's own.
    ask.admitted = { principal, tenant: principal.tenant, epoch: '' };
    if (admission.denied === 'tenant_access_denied') {
      ask.record('tenant.access_denied', 'failure', { operation: ask.operation.id });
    }
    throw refuse(admission.denied, admission.message, { details: { field: 'X-OJS-Tenant' } });
  }
  ask.admitted = admission;
  ask.services.logins.success(principal, ask.sourceIp, ask.request.id);
  const planes: readonly Plane[] = ask.operation.planes;
  if (principal.plane !== 'admin' && !planes.includes(principal.plane)) {
    ask.record('permission.denied', 'failure', {
      operation: ask.operation.id,
      reason: 'wrong_plane',
      plane: principal.plane,
    });
    throw refuse('permission_denied', `A ${principal.plane} credential does not reach this operation.`, {
      hint: `Use a credential of the plane ${[...planes, 'admin'].join(' or ')}.`,
      details: { plane: principal.plane, planes: [...planes, 'admin'] },
    });
  }
}

/** What the mechanisms may look at. */
export function askingOf(ask: Ask, authorization = ask.request.headers.authorization): Asking {
  const { facts, raw } = ask.request;
  return {
    authorization,
    authorizationCount: facts?.authorizations ?? 0,
    sourceIp: ask.sourceIp,
    socket: raw.socket,
    certificate: clientCertificate(ask),
    proof: ask.proof,
    isCrossSite: isCrossSite(ask.request.headers),
  };
}

/**
 * The identify stage: who asks, about which tenant, on which plane. Returns nothing when it is done at once, which is the
 * case for every credential that was seen before. @throws {Refusal} (or rejects)
 * @param authorization where the credential did not come in the header
 */
export function identifyAsk(ask: Ask, authorization = ask.request.headers.authorization): void | Promise<void> {
  const asking = askingOf(ask, authorization);
  const { access, identity } = ask.services;
  const mechanisms = ask.operation.accepts === 'registration' ? identity.registering : identity.mechanisms;
  const who = (): Identified | Promise<Identified> => identify(mechanisms, asking);
  const admission = admit(access.epochs, who, tenantHeader(ask));
  if (admission instanceof Promise) return admission.then((late) => settle(ask, late));
  settle(ask, admission);
}
