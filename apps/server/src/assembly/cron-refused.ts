import type { AuditEvent } from '../audit/audit.ts';
import { serverEvent } from '../audit/server-event.ts';
import type { Cron } from '../engine/crons/crons.ts';

/** A cron entry was due, and its owner may not enqueue to its queue any more: nothing was done on its behalf. */
export function cronRefused(tenant: string, { name, owner, job }: Cron): AuditEvent {
  const detail = { operation: 'cron', permission: 'enqueue', cron_name: name, job_type: job.type, queue: job.queue };
  return { ...serverEvent('permission.denied', 'failure', detail, tenant), principal: owner };
}
