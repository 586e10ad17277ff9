import type { Narrowing, Permission, Principal } from '@ojs/schema';

/** What an owner may do in a tenant at this moment, and the access epoch under which that holds. */
export interface Rights {
  readonly epoch: string;
  /** @param about the type of the job that would be enqueued: a scope can be narrowed to some. */
  may(permission: Permission, queue: string, about?: { readonly type?: string | undefined }): boolean;
}

/**
 * What the credential that asked for something was limited to. A principal may have wider ones; what it did with this one must not
 * come to more than this one can. It is stored with what was asked for, so it never holds a secret.
 */
export type Scope = Pick<Principal, 'tenant' | 'plane' | 'roles' | 'grants'> & {
  readonly queues?: readonly string[] | undefined;
  readonly narrowed?: Narrowing | undefined;
  /** Which issuer or certificate authority vouched for the principal, where no credential of it is stored. */
  readonly vouchedBy?: string | undefined;
  /** The id of the stored credential or the certificate that asked, or that the token that asked came of. */
  readonly credential?: string | undefined;
};

/**
 * The rights of a principal that is not there to ask itself: the owner of a cron entry, a workflow or a subscription
 * acts with them at the moment of the act. A principal without a valid credential, and for whom nobody vouches, has none.
 * @param scope rights beyond it do not count; absent, for what was stored before scopes were: all of them do.
 * @throws when it cannot be found out just now: try again.
 */
export type RightsOf = (tenant: string, owner: string, scope?: Scope) => Promise<Rights>;

/** What acts later, with whose rights, and within what. */
export interface Owned {
  readonly owner: string;
  readonly scope?: Scope | undefined;
}

/** Asks about each owner and scope of a tenant once. For the length of one decision. */
export function rightsOnce(rightsOf: RightsOf, tenant: string): (owned: Owned) => Promise<Rights> {
  const asked = new Map<string, Promise<Rights>>();
  return ({ owner, scope }) => {
    const key = JSON.stringify([owner, scope]);
    const rights = asked.get(key) ?? rightsOf(tenant, owner, scope);
    asked.set(key, rights);
    return rights;
  };
}
