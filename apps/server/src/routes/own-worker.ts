import { refuse } from '../connection/refusal.ts';
import type { Ask } from './ask.ts';

/**
 * The worker that a request speaks for. A credential that is bound to one worker speaks for no other, and for that one where the
 * request names none. @throws {Refusal}
 */
export function workerOf<Named extends string | undefined>(ask: Ask, named: Named): Named | string {
  const { worker } = ask.principal;
  if (worker === undefined || named === worker) return named;
  if (named === undefined) return worker;
  ask.record('permission.denied', 'failure', { operation: ask.operation.id, reason: 'other_worker', worker_id: named });
  throw refuse('permission_denied', 'worker_id: the credential speaks for another worker.', {
    hint: 'Register this worker, and use the token of its own.',
    details: { field: 'worker_id' },
  });
}
