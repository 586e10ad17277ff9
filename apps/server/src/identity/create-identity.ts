import type { Access } from '../access/create-access.ts';
import type { AccessLog } from '../access/log.ts';
import type { AuditLog } from '../audit/audit.ts';
import { serverEvent } from '../audit/server-event.ts';
import type { Connections } from '../redis/connect.ts';
import { type ApiKeyOptions, apiKeys } from './api-key/verify.ts';
import { CredentialStore } from './credential-store.ts';
import type { Mechanism } from './identity.ts';

export interface IdentityOptions {
  readonly redis: Connections;
  readonly access: Pick<Access, 'isDisabled'>;
  readonly log: AccessLog;
  readonly audit: AuditLog;
  /** Hears of each key derivation: for metrics, and tests that count. */
  readonly onDerivation?: () => void;
  /** Bounds of verification; the defaults are for production. */
  readonly limits?: Pick<ApiKeyOptions, 'gate' | 'rates'>;
}

/** Who is asking. */
export interface Identity {
  /** In the order in which they are asked; for `identify` and `admit`. */
  readonly mechanisms: readonly Mechanism[];
  /** Credentials are read anew before they are used again. */
  invalidate(): void;
  /** Begins to follow changes of credentials. */
  start(): Promise<void>;
  close(): void;
}

/** Puts the mechanisms together; each has a file or folder of its own. */
export function createIdentity(options: IdentityOptions): Identity {
  const { redis, access, log, audit } = options;
  const store = new CredentialStore({ redis, log });
  const mechanisms: readonly Mechanism[] = [
    apiKeys({
      store,
      isDisabled: access.isDisabled,
      onWeakHash(principal, credential) {
        const fields = { credential, principal: principal.id };
        log.error(
          fields,
          'the stored hash of a key is weaker than any that this server writes: revoke the key, look who can write to Redis',
        );
        audit.record(serverEvent('credential.tampered', 'failure', { credential, of: principal.id }, principal.tenant));
      },
      ...(options.onDerivation === undefined ? {} : { onDerivation: options.onDerivation }),
      ...options.limits,
    }),
  ];
  return {
    mechanisms,
    invalidate: () => store.invalidate(),
    start: () => store.start(),
    close: () => store.close(),
  };
}
