import type { AuditLog } from '../audit/audit.ts';
import { serverEvent } from '../audit/server-event.ts';
import type { SecretsListener } from '../secrets/open.ts';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';

/** Tells log, audit log and metrics what becomes of secrets: names and reasons. */
export function tellSecrets(log: Log, audit: AuditLog, metrics: Pick<Metrics, 'secretsRefreshed'>): SecretsListener {
  return {
    reloaded(name) {
      log.info({ credential: name }, 'a secret has a new value');
      audit.record(serverEvent('secret.reloaded', 'success', { name }));
    },
    rejected(name, reason) {
      log.error({ credential: name, reason }, 'a secret cannot be reloaded: the value from before stays');
      audit.record(serverEvent('secret.rejected', 'failure', { name, reason }));
    },
    isOpen(variable) {
      log.warn(
        { credential: variable },
        'every user of this machine can read or change the file of a secret: chmod 600',
      );
    },
    refreshed: metrics.secretsRefreshed,
  };
}
