import type { Binding, Proof } from '../identity/identity.ts';
import type { Ask } from './ask.ts';
import { fromIdentity } from './from-identity.ts';
import { unavailable } from './refusals.ts';

/**
 * The key that a proof of this request was made with (RFC 9449 §5), to bind a token to; undefined where it is no good proof, which the
 * audit log then knows. @throws {Refusal} where that cannot be found out just now
 */
export async function provenKey(ask: Ask, proof: Proof): Promise<Binding | undefined> {
  const proven = await fromIdentity(ask.services.identity.provenKey(proof));
  if (!('refused' in proven)) return { kind: 'dpop', thumbprint: proven.thumbprint };
  if (proven.answer === 'backend_unavailable') throw unavailable();
  ask.record('auth.proof.failure', 'failure', { reason: proven.refused });
  return undefined;
}
