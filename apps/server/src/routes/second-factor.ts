import { refuse } from '../connection/refusal.ts';
import type { Ask } from './ask.ts';

/**
 * What destroys, or changes who may do what, asks admins for a second factor (ojs-security §6.3): the one place where that is
 * decided. Producers and workers have no such operations but on jobs of their own queues. @throws {Refusal}
 */
export function demandSecondFactor(ask: Ask): void {
  const { operation, services } = ask;
  const { secondFactor } = operation;
  if (secondFactor === undefined || !services.mfaRequired) return;
  const { plane, mfa } = ask.principal;
  if (plane !== 'admin' || mfa) return;
  if (secondFactor === 'unless_dry_run' && isDryRun(ask)) return;
  ask.record('mfa.required', 'failure', { operation: operation.id });
  throw refuse('mfa_required', 'This operation needs a second factor.', {
    hint: 'Send a code of your authenticator to POST /ojs/v1/auth/elevate, and repeat the request with the token of its answer.',
    details: { operation: operation.id },
  });
}

/** As the operation itself will read it: nothing but `true` is a dry run. */
function isDryRun(ask: Ask): boolean {
  const body = ask.bodyBytes === 0 ? undefined : ask.body();
  return typeof body === 'object' && body !== null && 'dry_run' in body && body.dry_run === true;
}
