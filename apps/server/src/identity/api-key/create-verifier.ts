import type { Access } from '../../access/create-access.ts';
import type { AccessLog } from '../../access/log.ts';
import type { AuditLog } from '../../audit/audit.ts';
import { serverEvent } from '../../audit/server-event.ts';
import type { Connections } from '../../redis/connect.ts';
import type { CredentialStore } from '../credential-store.ts';
import { DEFAULT_N } from './hash.ts';
import { Upgrades } from './upgrade.ts';
import { type ApiKeyOptions, Verifier } from './verify.ts';

export interface VerifierOptions {
  readonly redis: Connections;
  readonly access: Pick<Access, 'isDisabled'>;
  readonly log: AccessLog;
  readonly audit: AuditLog;
  /** scrypt's N of hashes that are made today. */
  readonly hashCost?: number;
  /** Hears of each key derivation: for metrics, and tests that count. */
  readonly onDerivation?: () => void;
  /** Bounds of verification; the defaults are for production. */
  readonly limits?: Pick<ApiKeyOptions, 'gate' | 'rates'>;
}

/** A verifier that makes hashes anew which cost less than today's, and tells of those that somebody weakened. */
export function createVerifier(
  { redis, access, log, audit, hashCost = DEFAULT_N, onDerivation, limits }: VerifierOptions,
  store: CredentialStore,
): Verifier {
  const upgrades = new Upgrades({
    redis: redis.client,
    cost: hashCost,
    onUpgraded({ id, principal, tenant }) {
      const detail = { credential: `…${id.slice(-4)}`, of: principal, scrypt_n: hashCost };
      audit.record(serverEvent('credential.upgraded', 'success', detail, tenant));
    },
  });
  return new Verifier({
    store,
    onVerified: (key, stored) => upgrades.offer(key, stored),
    isDisabled: access.isDisabled,
    onWeakHash(principal, credential) {
      const fields = { credential, principal: principal.id };
      log.error(
        fields,
        'the stored hash of a key is weaker than any that this server writes: revoke the key, look who can write to Redis',
      );
      audit.record(serverEvent('credential.tampered', 'failure', { credential, of: principal.id }, principal.tenant));
    },
    ...(onDerivation && { onDerivation }),
    ...limits,
  });
}
