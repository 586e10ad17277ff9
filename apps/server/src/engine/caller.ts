import type { Permission } from '@ojs/schema';
import type { Scope } from './rights.ts';

/**
 * On whose behalf an operation changes something. `epoch` is the access epoch under which the caller was permitted:
 * the script compares it with the one in the tenant's slot and refuses a stale one (`StaleAccess`).
 */
export interface Caller {
  readonly principal: string;
  readonly epoch: string;
  /** What the caller may do under that epoch: asked about jobs that stand in a unique job's way. Absent: nothing. */
  readonly may?: (permission: Permission, queue: string, about?: { job?: string; type?: string }) => boolean;
  /** What the credential of the caller is limited to: stored with what acts later on the principal's behalf. */
  readonly scope?: Scope;
}

/** Which lease an ack or nack speaks of. With `workerId`, or `attempt` and `replays`, a lease that does not match is lost. */
export interface LeaseClaim {
  readonly id: string;
  readonly queue: string;
  readonly workerId?: string;
  readonly attempt?: number;
  /** How often the job had been started anew when it was fetched, 0 unless said. Attempts begin again with each time. */
  readonly replays?: number;
}
