import type { Subject } from '../access/decide.ts';
import { refuse } from '../connection/refusal.ts';
import type { Ask } from './ask.ts';

/** Whether it is a token that was made here with less than what it came of: lent, for a short time, to somebody else. */
export const isLent = ({ lineage, narrowed }: Subject): boolean => lineage !== undefined && narrowed !== undefined;

/** What goes on after the request: what was lent for a short time leaves nothing of that behind. @throws {Refusal} */
export function permitLasting(ask: Ask): void {
  if (!isLent(ask.principal)) return;
  ask.record('permission.denied', 'failure', { operation: ask.operation.id, reason: 'narrowed_token' });
  throw refuse('permission_denied', 'A narrowed token makes nothing that goes on after it has ended.', {
    hint: 'Use the credential that the token was made from.',
  });
}
