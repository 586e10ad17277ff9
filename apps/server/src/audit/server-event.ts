import type { AuditEvent, Detail } from './audit.ts';

/** An event that the server causes by itself, without a request. */
export function serverEvent(
  event_type: string,
  outcome: AuditEvent['outcome'],
  detail: { readonly [name: string]: Detail },
  tenant = '*',
): AuditEvent {
  return {
    event_type,
    principal: 'local:server',
    source_ip: 'local',
    correlation_id: 'server',
    tenant,
    outcome,
    detail,
  };
}
