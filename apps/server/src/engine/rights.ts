import type { Permission, Principal } from '@ojs/schema';

/** What an owner may do in a tenant at this moment, and the access epoch under which that holds. */
export interface Rights {
  readonly epoch: string;
  may(permission: Permission, queue: string): boolean;
}

/**
 * What the credential that asked for something was limited to. A principal may have wider ones; what it did with this one must not
 * come to more than this one can.
 */
export type Scope = Pick<Principal, 'tenant' | 'plane' | 'roles' | 'grants'> & {
  readonly queues?: readonly string[] | undefined;
};

/**
 * The rights of a principal that is not there to ask itself: the owner of a cron entry, a workflow or a subscription
 * acts with them at the moment of the act. A principal without a valid credential has none.
 * @param scope rights beyond it do not count; absent: all of them do.
 * @throws when it cannot be found out just now: try again.
 */
export type RightsOf = (tenant: string, owner: string, scope?: Scope) => Promise<Rights>;
