import type { Subject } from '../../access/decide.ts';
import type { RedisClient } from '../../redis/connect.ts';
import type { CredentialStore } from '../credential-store.ts';
import type { Mechanism } from '../identity.ts';
import type { Sealer } from '../seal.ts';
import type { Root } from './claims.ts';
import { type Issue, tokenIssuer } from './issue.ts';
import { KnownKeys } from './known-keys.ts';
import { anyRevoked } from './revocations.ts';
import type { TokenSettings } from './settings.ts';
import { IssuedTokens } from './verify.ts';

export interface TokensOptions {
  readonly redis: RedisClient;
  readonly store: CredentialStore;
  readonly sealer: Sealer;
  readonly settings: () => TokenSettings;
  /** Whether the policy disabled the principal. */
  readonly isDisabled: (principal: Subject) => boolean;
  /** Whether a credential that is not stored here still counts: its issuer or authority is believed, it is not revoked. */
  readonly stillVouched: (root: Root) => boolean;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/** Tokens of our own. */
export interface OwnTokens {
  readonly issue: Issue;
  readonly mechanism: Mechanism;
  readonly issued: IssuedTokens;
  readonly keys: KnownKeys;
}

export function createTokens({ redis, store, sealer, now = Date.now, ...rest }: TokensOptions): OwnTokens {
  const keys = new KnownKeys({ redis, sealer, store, now });
  const issued = new IssuedTokens({
    ...rest,
    keys,
    store,
    now,
    anyRevoked: (jtis, tenant) => anyRevoked(redis, jtis, tenant),
  });
  return {
    keys,
    issued,
    issue: tokenIssuer({ keys, settings: rest.settings, now }),
    mechanism: (asking) => issued.identify(asking),
  };
}
