import type { AuditEvent } from '../audit/audit.ts';

/** A connection that ended before anybody could say who they are. */
const refused = (event_type: string, address: string, reason: string): AuditEvent => ({
  event_type,
  principal: 'unknown',
  source_ip: address,
  correlation_id: 'connection',
  tenant: 'unknown',
  outcome: 'failure',
  detail: { reason },
});

/** @param reason in one word. @param address from where the client came. */
export const handshakeFailed = (reason: string, address: string): AuditEvent =>
  refused('tls.handshake.failed', address, reason);

/** Somebody else than the proxy that ends TLS. */
export const strangerRefused = (address: string): AuditEvent =>
  refused('connection.refused', address, 'not_a_trusted_proxy');
