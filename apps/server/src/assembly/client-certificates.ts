import type { AuditEvent, AuditLog } from '../audit/audit.ts';
import { ClientCertificates } from '../connection/client-certificates.ts';
import type { ServerTls } from '../connection/server-tls.ts';
import type { ClientAuthorities } from '../identity/certificate/client-authorities.ts';
import type { RefusedCertificate } from '../identity/certificate/judge.ts';

/** The clients of TLS listeners that show certificates: every change of what is believed reaches TLS and open connections. */
export function watchClients(authorities: ClientAuthorities, tls: ServerTls, audit: AuditLog): ClientCertificates {
  const clients = new ClientCertificates(authorities, (why, address) => audit.record(refusedEvent(why, address)));
  let generation = -1;
  const apply = (): void => {
    if (generation !== authorities.generation) {
      generation = authorities.generation;
      tls.useClients({ ca: authorities.ca });
    }
    clients.sweep();
  };
  apply();
  authorities.onLook(apply);
  return clients;
}

function refusedEvent({ refused, serial, authority }: RefusedCertificate, address: string): AuditEvent {
  return {
    event_type: 'tls.client_certificate.refused',
    principal: 'unknown',
    source_ip: address,
    correlation_id: 'connection',
    tenant: 'unknown',
    outcome: 'failure',
    detail: { reason: refused, serial, authority },
  };
}
