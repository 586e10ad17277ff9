import type { AuditLog } from '../audit/audit.ts';
import { serverEvent } from '../audit/server-event.ts';
import { type CertificateFiles, ServerTls } from '../connection/server-tls.ts';
import type { SentenceLog } from '../telemetry/log.ts';

const DAY_MS = 86_400_000;
/** From when on the log says, once a day, that the certificate ends. */
const ENDS_SOON_MS = 14 * DAY_MS;

const dateOf = (ms: number): string => new Date(ms).toISOString();

/**
 * The certificate of the listeners, with what happens to it in the log and the audit log.
 * @throws {StartProblem} when it cannot be used
 */
export function openServerTls(
  files: CertificateFiles,
  log: SentenceLog,
  audit: AuditLog,
  now: () => number = Date.now,
): Promise<ServerTls> {
  const { certFile, keyFile } = files;
  let warnedAt = Number.NEGATIVE_INFINITY;
  const listener = {
    reloaded({ serial, notAfter }: ServerTls['certificate']): void {
      warnedAt = Number.NEGATIVE_INFINITY;
      audit.record(serverEvent('tls.certificate.reloaded', 'success', { serial, not_after: dateOf(notAfter) }));
      log.info({ file: certFile }, `a new TLS certificate is used, until ${dateOf(notAfter)}`);
    },
    rejected(reason: string, { serial }: ServerTls['certificate']): void {
      audit.record(serverEvent('tls.certificate.rejected', 'failure', { reason, kept: serial }));
      log.error({ file: certFile, reason }, 'the new TLS certificate and key cannot be used: the old ones stay');
    },
    exposed: () => log.warn({ file: keyFile }, 'everybody on this machine can read the TLS key: chmod 600 it'),
    looked({ notAfter }: ServerTls['certificate']): void {
      if (notAfter - now() > ENDS_SOON_MS || now() - warnedAt < DAY_MS) return;
      warnedAt = now();
      log.warn({ file: certFile }, `the TLS certificate ends at ${dateOf(notAfter)}: renew it`);
    },
  };
  return ServerTls.open(files, listener, now);
}
