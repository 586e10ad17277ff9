import type { Lineage, Subject } from '../../access/decide.ts';
import type { AccessLog } from '../../access/log.ts';
import type { AuditLog } from '../../audit/audit.ts';
import { serverEvent } from '../../audit/server-event.ts';
import type { SecretValues } from '../../config/secret-store.ts';
import type { RedisClient } from '../../redis/connect.ts';
import type { Verifier } from '../api-key/verify.ts';
import type { Mechanism } from '../identity.ts';
import { registrationSecrets } from './mechanism.ts';
import type { Registration } from './settings.ts';
import { SharedSecrets } from './shared-secrets.ts';
import { type ClaimOutcome, claimWorker, type WorkerClaim } from './worker-claims.ts';

export interface RegistrationOptions {
  readonly redis: RedisClient;
  readonly secrets: SecretValues;
  /** What the identity file says now. */
  readonly registrations: () => readonly Registration[];
  readonly verifier: Verifier;
  readonly isDisabled: (principal: Subject) => boolean;
  readonly log: AccessLog;
  readonly audit: AuditLog;
}

/** How workers register (security page, Worker Authentication: shared secret). */
export interface WorkerRegistration {
  /** Who registers: for the operation that takes these secrets, and for no other. */
  readonly mechanism: Mechanism;
  /** Whether the root of a token is a shared secret that the identity file still has. */
  stillVouches(root: Lineage['root']): boolean;
  /** Claims a worker id for the credential that registers it. Rejects with what Redis throws. */
  claim(claim: WorkerClaim): Promise<ClaimOutcome>;
}

export function createRegistration(options: RegistrationOptions): WorkerRegistration {
  const { redis, secrets, registrations, verifier, isDisabled, log, audit } = options;
  const shared = new SharedSecrets({
    secrets,
    registrations,
    onWeak(name, weakness) {
      log.error({ secret: `OJS_SECRET_${name}` }, `a shared secret is not accepted: it ${weakness}`);
      audit.record(serverEvent('secret.rejected', 'failure', { name, reason: weakness }));
    },
  });
  return {
    mechanism: registrationSecrets({ shared, verifier, isDisabled }),
    stillVouches: (root) => shared.vouches(root),
    claim: (claim) => claimWorker(redis, claim),
  };
}
