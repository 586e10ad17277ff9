import type { Subject } from '../access/decide.ts';
import { AccessUnavailable, type Epochs } from '../access/epoch.ts';
import { tenantOf } from '../access/tenant.ts';
import type { Binding, Identified, Refused } from './identity.ts';

/** Who is asking, about which tenant, and under which access epoch both hold: one consistent reading. */
export interface Admitted {
  readonly principal: Subject;
  /** What the credential is bound to, proven for this request. */
  readonly binding?: Binding;
  readonly tenant: string;
  /** For `Caller.epoch` of whatever the request changes. */
  readonly epoch: string;
}

/** The principal is known, but the tenant that the request names is not its own, or is no tenant id. */
export interface TenantDenied {
  readonly denied: 'tenant_access_denied' | 'invalid_request';
  readonly message: string;
  readonly principal: Subject;
}

export type Admission = Admitted | TenantDenied | Refused;

type Identify = () => Identified | Promise<Identified>;

/** How often the reading is begun anew while epochs keep changing. */
const ROUNDS = 10;

/**
 * Identifies, chooses the tenant and takes the tenant's epoch such that no newer epoch came between: otherwise a credential read
 * before a revocation could be used under the epoch after it (see {@link Epochs}). Synchronous in the warm state.
 *
 * @param identify identifies the request; called again when an epoch came between.
 * @param header value of the tenant header.
 * @throws {AccessUnavailable} (rejects) when Redis does not say the epoch.
 */
export function admit(epochs: Epochs, identify: Identify, header: string | undefined): Admission | Promise<Admission> {
  const version = epochs.version;
  const identified = identify();
  if (identified instanceof Promise) return admitLater(epochs, identify, header, version, identified);
  const chosen = choose(identified, header);
  if (!('tenant' in chosen)) return chosen;
  // All in one turn of the event loop: no epoch can have come between.
  const epoch = epochs.known(chosen.tenant);
  if (epoch !== undefined) return { ...chosen, epoch };
  return admitLater(epochs, identify, header, version, identified);
}

async function admitLater(
  epochs: Epochs,
  identify: Identify,
  header: string | undefined,
  before: number,
  first: Identified | Promise<Identified>,
): Promise<Admission> {
  let version = before;
  let identified = await first;
  for (let round = 0; round < ROUNDS; round++) {
    const chosen = choose(identified, header);
    if (!('tenant' in chosen)) return chosen;
    if (epochs.version === version) {
      const epoch = epochs.known(chosen.tenant);
      if (epoch !== undefined) return { ...chosen, epoch };
      await epochs.current(chosen.tenant);
    }
    version = epochs.version;
    identified = await identify();
  }
  throw new AccessUnavailable('access keeps changing');
}

function choose(identified: Identified, header: string | undefined): Refused | TenantDenied | Omit<Admitted, 'epoch'> {
  if ('refused' in identified) return identified;
  const { principal, binding } = identified;
  const choice = tenantOf(principal, header);
  return 'refused' in choice
    ? { denied: choice.refused, message: choice.message, principal }
    : { principal, ...(binding && { binding }), ...choice };
}
