/**
 * Every key of ours. A tenant's keys share its hash tag, so they live in one cluster slot and a script can change them
 * together; code that holds a {@link TenantSpace} cannot name a key outside of it. BullMQ's keys of a queue begin with
 * `{ojs:<tenant>}:<queue>:`, ours with `{ojs:<tenant>}/`, so neither can be taken for the other.
 */
declare const key: unique symbol;
export type Key = string & { readonly [key]: true };

/** Raised with every change that an older server would misread. */
export const KEYSPACE_FORMAT = 1;

export interface TenantSpace {
  readonly tenant: string;
  /** Prefix of BullMQ's queues, and of every key here. Tenant ids have no braces, so the tag is unambiguous. */
  readonly prefix: Key;
  readonly epoch: Key;
  readonly events: Key;
}

export function tenantSpace(tenant: string): TenantSpace {
  if (/[{}]/.test(tenant)) throw new Error('a tenant id cannot contain braces');
  const prefix = `{ojs:${tenant}}`;
  return {
    tenant,
    prefix: prefix as Key,
    epoch: `${prefix}/epoch` as Key,
    events: `${prefix}/events` as Key,
  };
}

/** What belongs to no tenant: credentials, the tenants' names, the format. */
export const systemSpace = {
  format: '{ojs}/format' as Key,
  tenants: '{ojs}/tenants' as Key,
  credentials: '{ojs}/credentials' as Key,
  /** Who has a second factor. Each has a record of its own: `identity/mfa/enrolments.ts`. */
  mfa: '{ojs}/mfa' as Key,
  /** Below it, one key for each DPoP proof that was used; they end by themselves. */
  proofs: '{ojs}/proofs' as Key,
  /** A text sealed under the server key, by which a server knows that it has the right one. */
  serverKey: '{ojs}/server-key' as Key,
  /** Which credential registered which worker: `identity/registration/worker-claims.ts`. */
  registeredWorkers: '{ojs}/registered-workers' as Key,
  /** Counts every change of credentials or policy; servers look at it twice a second. */
  accessVersion: '{ojs}/access-version' as Key,
  /** Pub/sub channel that announces such a change. */
  accessChannel: '{ojs}/access-changed' as Key,
  /** The keys that sign tokens, sealed. */
  signingKeys: '{ojs}/signing-keys' as Key,
  /** Prefix of the assertions of clients that were used. */
  assertions: '{ojs}/assertions' as Key,
  /** Revoked tokens by the moment of their end, so that they can be forgotten then. */
  revokedTokens: '{ojs}/revoked-tokens' as Key,
} as const;
