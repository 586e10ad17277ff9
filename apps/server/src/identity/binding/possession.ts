import type { Asking, Binding, Known, Mechanisms, Proof, Refused } from '../identity.ts';
import type { Proofs } from './proofs.ts';
import type { BindingRules } from './settings.ts';

export interface PossessionOptions {
  readonly proofs: Pick<Proofs, 'check'>;
  /** What planes require, as it is now. */
  readonly rules: () => BindingRules;
  /** What a proof may be for, as it is now. */
  readonly origins: () => readonly string[];
}

const SCHEME = /^dpop /i;

/** @param isConfirmed the certificate of the connection stands for the same principal */
export function isBoundAs(
  required: BindingRules['worker'],
  binding: Binding | undefined,
  isConfirmed: boolean,
): boolean {
  if (required === 'none') return true;
  const isToCertificate = isConfirmed || binding?.kind === 'certificate';
  const isToKey = binding?.kind === 'dpop';
  return (isToCertificate && required !== 'dpop') || (isToKey && required !== 'certificate');
}

/**
 * Whether whoever presents a credential holds the key that it is bound to, and whether it is bound as its plane requires. A
 * credential is bound
 * - to a certificate, by `cnf` (RFC 8705), or because the certificate of the connection stands for the same principal, which is how an
 *   API key can be bound, or because it is all that was presented;
 * - to a key, by `cnf` and a proof of this request (RFC 9449).
 */
export function possession({ proofs, rules, origins }: PossessionOptions): NonNullable<Mechanisms['prove']> {
  // The same request is identified anew when access changes under it; its proof is used up by then.
  const proven = new WeakMap<Proof, string>();

  async function prove(asking: Asking, known: Known, thumbprint: string): Promise<Refused | undefined> {
    const { authorization = '', proof } = asking;
    const { principal } = known;
    if (proof === undefined) return { refused: 'no_proof', claimed: principal };
    const token = authorization.slice('DPoP '.length);
    const bound = `${thumbprint} ${token}`;
    if (proven.get(proof) === bound) return undefined;
    const { header, method, path } = proof;
    const outcome = await proofs.check(header, { method, path, origins: origins(), token }, thumbprint);
    if ('refused' in outcome) return { ...outcome, claimed: principal };
    proven.set(proof, bound);
    return undefined;
  }

  return (asking, known, isConfirmed) => {
    const { principal, binding } = known;
    const refused = (reason: string): Refused => ({ refused: reason, claimed: principal });
    if (!isBoundAs(rules()[principal.plane], binding, isConfirmed)) return refused('unbound_credential');
    const isDpop = asking.authorization !== undefined && SCHEME.test(asking.authorization);
    if (isDpop !== (binding?.kind === 'dpop'))
      return refused(isDpop ? 'unbound_token_with_proof' : 'bound_token_as_bearer');
    if (binding === undefined) return undefined;
    if (binding.kind === 'dpop') return prove(asking, known, binding.thumbprint);
    if (asking.certificate?.thumbprint === binding.thumbprint) return undefined;
    return refused(asking.certificate === undefined ? 'no_certificate' : 'another_certificate');
  };
}
