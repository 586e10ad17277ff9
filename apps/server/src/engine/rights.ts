import type { Permission } from '@ojs/schema';

/** What an owner may do in a tenant at this moment, and the access epoch under which that holds. */
export interface Rights {
  readonly epoch: string;
  may(permission: Permission, queue: string): boolean;
}

/**
 * The rights of a principal that is not there to ask itself: the owner of a cron entry, a workflow or a subscription
 * acts with them at the moment of the act. A principal without a valid credential has none.
 * @throws when it cannot be found out just now: try again.
 */
export type RightsOf = (tenant: string, owner: string) => Promise<Rights>;
