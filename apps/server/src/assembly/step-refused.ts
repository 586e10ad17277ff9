import type { AuditEvent } from '../audit/audit.ts';
import { serverEvent } from '../audit/server-event.ts';
import type { OnStepRefused } from '../engine/index.ts';

type Refused = Parameters<OnStepRefused>[1];

/** A step of a workflow was to begin, and the owner may not enqueue to its queue any more: the step failed. */
export function stepRefused(tenant: string, { workflow, owner, queue }: Refused): AuditEvent {
  const detail = { operation: 'workflow', permission: 'enqueue', workflow_id: workflow, queue };
  return { ...serverEvent('permission.denied', 'failure', detail, tenant), principal: owner };
}
