import { certificateOf } from '../connection/client-certificates.ts';
import type { ClientCertificate } from '../identity/identity.ts';
import type { Ask } from './ask.ts';
import { unauthenticated } from './refusals.ts';

/**
 * The certificate that the client showed: on this connection, or to the trusted proxy that forwards it (RFC 9440). Verified, and
 * verified again whenever something changed. @throws {Refusal} where a forwarded one is not believed
 */
export function clientCertificate(ask: Ask): ClientCertificate | undefined {
  const { client, raw } = ask.request;
  const { clients, challenge } = ask.services.identity;
  if (!client?.isForwarded) return certificateOf(raw.socket);
  if (client.certificates === undefined || clients.isEmpty) return undefined;
  const verdict = clients.judge(client.certificates);
  if ('certificate' in verdict) return verdict.certificate;
  const { refused: reason, serial, authority } = verdict;
  ask.record('tls.client_certificate.refused', 'failure', { reason, serial, authority });
  throw unauthenticated(challenge());
}
