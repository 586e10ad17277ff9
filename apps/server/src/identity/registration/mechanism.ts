import type { Subject } from '../../access/decide.ts';
import { networkOf } from '../../network/network-of.ts';
import { FAILURE_RATES, Failures } from '../api-key/failures.ts';
import type { Verifier } from '../api-key/verify.ts';
import { presentedSecret } from '../authorization.ts';
import type { Mechanism } from '../identity.ts';
import { tooManyFailures } from '../refused.ts';
import type { SharedSecrets } from './shared-secrets.ts';

interface RegistrationSecretsOptions {
  readonly shared: SharedSecrets;
  /** For secrets that are stored here. */
  readonly verifier: Pick<Verifier, 'verify'>;
  /** Whether the policy disabled the principal. */
  readonly isDisabled: (principal: Subject) => boolean;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/**
 * Who registers a worker: by a secret `ojs_reg_…` that is stored here, or by a shared secret of the identity file. It is asked where
 * workers register and nowhere else, so that these secrets reach nothing by themselves.
 */
export function registrationSecrets({
  shared,
  verifier,
  isDisabled,
  now = Date.now,
}: RegistrationSecretsOptions): Mechanism {
  const failures = new Failures(FAILURE_RATES);
  return ({ authorization = '', sourceIp }) => {
    const presented = presentedSecret(authorization);
    if (presented === undefined || presented.scheme === 'dpop') return { refused: 'malformed_authorization' };
    const { secret } = presented;
    if (secret.startsWith('ojs_')) return verifier.verify(secret, 'registration', sourceIp);
    const source = networkOf(sourceIp);
    const wait = failures.waitSeconds(source, KIND, now());
    if (wait > 0) return tooManyFailures(wait);
    const principal = shared.find(secret);
    if (principal === undefined) {
      failures.take(source, KIND, now());
      return { refused: 'wrong_shared_secret' };
    }
    return isDisabled(principal) ? { refused: 'principal_disabled', claimed: principal } : { principal };
  };
}

/** What failures with shared secrets are counted under. */
const KIND = 'shared_secret';
