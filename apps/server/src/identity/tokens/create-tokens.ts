import type { Subject } from '../../access/decide.ts';
import { bumpEpochs } from '../../access/epoch.ts';
import { Tenants } from '../../access/tenants.ts';
import type { RedisClient } from '../../redis/connect.ts';
import type { CredentialStore } from '../credential-store.ts';
import type { Mechanism } from '../identity.ts';
import type { Sealer } from '../seal.ts';
import type { Root } from './claims.ts';
import { type Issue, tokenIssuer } from './issue.ts';
import type { SigningKey } from './key-ring.ts';
import { KnownKeys } from './known-keys.ts';
import { anyRevoked, type Revocation, revokeToken } from './revocations.ts';
import { revocationRate } from './revoke-rate.ts';
import type { TokenSettings } from './settings.ts';
import { rotateKeys } from './signing-keys.ts';
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
  /**
   * Ends a token and what was made of it: everywhere within a second, and where something would be changed, at once.
   * `admin` is one of all tenants: half of the places are for those alone.
   * @throws {TooManyRevoked} and what Redis throws
   */
  readonly revoke: (token: Revocation, by: 'holder' | 'admin') => Promise<void>;
  /** Seconds after which the principal may end a token again; 0: now, and it is counted. */
  readonly mayRevoke: (principal: string) => number;
  /** A new key signs from now on. @throws {RotationConflict} {TooManyKeys} {UnreadableKeys} */
  readonly rotate: (graceMs?: number) => Promise<SigningKey>;
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
  const rate = revocationRate();
  const tenants = new Tenants(redis);
  return {
    keys,
    issued,
    issue: tokenIssuer({ keys, settings: rest.settings, now }),
    mechanism: (asking) => issued.identify(asking),
    async revoke(token, by) {
      await revokeToken(redis, token, { now: now(), byAdmin: by === 'admin' });
      store.invalidate();
      await bumpEpochs(redis, token.where === '*' ? token.tenants : [token.where], tenants);
    },
    mayRevoke(principal) {
      const wait = rate.waitSeconds(principal, '', now());
      if (wait === 0) rate.take(principal, '', now());
      return wait;
    },
    async rotate(graceMs = rest.settings().keyGraceSeconds * 1_000) {
      const key = await rotateKeys(redis, sealer, { graceMs, now: now() });
      store.invalidate();
      // What the old key signed has ended, and with it what was decided for it.
      if (graceMs === 0) await bumpEpochs(redis, '*', tenants);
      return key;
    },
  };
}
