import { refuse } from '../connection/refusal.ts';
import type { Ask } from './ask.ts';

/** What goes on after the request: what was lent for a short time leaves nothing of that behind. @throws {Refusal} */
export function permitLasting(ask: Ask): void {
  if (!ask.principal.lent) return;
  ask.record('permission.denied', 'failure', { operation: ask.operation.id, reason: 'narrowed_token' });
  throw refuse('permission_denied', 'A narrowed token makes nothing that goes on after it has ended.', {
    hint: 'Use the credential that the token was made from.',
  });
}
