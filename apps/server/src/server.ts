import { readFileSync } from 'node:fs';
import { watchClients } from './assembly/client-certificates.ts';
import { openEngine } from './assembly/engine.ts';
import { openGates } from './assembly/gates.ts';
import { Leaving } from './assembly/leaving.ts';
import { openListeners } from './assembly/listeners.ts';
import { openMetrics } from './assembly/metrics-listener.ts';
import { connectRedis, redisUnreachable, tellOutage } from './assembly/redis.ts';
import { openSealer } from './assembly/sealer.ts';
import { tellSecrets } from './assembly/secrets.ts';
import { openServerTls } from './assembly/server-tls.ts';
import { servicesOf } from './assembly/services.ts';
import { openTracing } from './assembly/tracing.ts';
import { Undo } from './assembly/undo.ts';
import { startWarnings } from './assembly/warnings.ts';
import type { AuditLog } from './audit/audit.ts';
import { createAuditLog } from './audit/create-audit-log.ts';
import type { Config } from './config/config.ts';
import type { Mechanisms } from './identity/identity.ts';
import { createOutgoing } from './outgoing/send.ts';
import { openSecrets } from './secrets/open.ts';
import { createLog } from './telemetry/log.ts';
import { createMetrics, type Metrics } from './telemetry/metrics.ts';
import { isOurs } from './telemetry/trusted.ts';
import { VERSION } from './version.ts';

/** A server that listens. */
export interface RunningServer {
  readonly url: string;
  /** The http address on the loopback, in development. */
  readonly plainUrl: string | undefined;
  /** Opens the audit file anew, after it was moved away. */
  reopenAudit(): void;
  /** Stops in good order: no request is cut, nobody waits, everything is written and closed. */
  stop(reason: string): Promise<void>;
}

type IdentifiedBy = (own: Mechanisms) => Mechanisms;

/**
 * Starts everything in order.
 *
 * @param identifiedBy what identifies requests instead of the server's own mechanisms: for the benchmark, which compares them. No
 *   setting reaches it.
 * @throws whatever keeps it from starting; nothing is left open then
 */
export async function startServer(config: Config, identifiedBy: IdentifiedBy = (own) => own): Promise<RunningServer> {
  const log = createLog(config.logLevel, isOurs);
  const metrics = createMetrics(config.metrics.series);
  const { auditFile } = config;
  const audit = createAuditLog({
    file: auditFile,
    onFailure: (err) => log.error({ err, ...(auditFile && { file: auditFile }) }, 'audit records cannot be written'),
    onRecord: metrics.recorded,
  });
  const undo = new Undo();
  undo.note(() => audit.close());
  try {
    const { listeners, leaving } = await open(config, { log, metrics, audit }, identifiedBy, undo);
    record(audit, 'server.started', {});
    return {
      url: listeners.url,
      plainUrl: listeners.plainUrl,
      reopenAudit: () => audit.reopen(),
      async stop(reason) {
        await leaving.begin(config.shutdown.delayMs);
        await listeners.close();
        record(audit, 'server.stopped', { reason });
        await undo.all();
      },
    };
  } catch (error) {
    await undo.all();
    throw error;
  }
}

interface Tellers {
  readonly log: ReturnType<typeof createLog>;
  readonly metrics: Metrics;
  readonly audit: ReturnType<typeof createAuditLog>;
}

/** Secrets, Redis, access and identity, the engine, the certificates, the listeners. */
async function open(config: Config, { log, metrics, audit }: Tellers, identifiedBy: IdentifiedBy, undo: Undo) {
  const { sentences } = log;
  const secrets = await openSecrets(config);
  secrets.follow(tellSecrets(log, audit, metrics));
  undo.note(() => secrets.close());
  const redis = await connectRedis(config, tellOutage(log)).catch((error: unknown) => {
    throw redisUnreachable(config, error);
  });
  undo.note(() => redis.close());
  const sealer = await openSealer(config, redis.client);
  const outgoing = createOutgoing({
    allow: config.outgoing.allow,
    ca: config.outgoing.caFile === undefined ? undefined : readFileSync(config.outgoing.caFile, 'utf8'),
    plain: config.env === 'development',
  });
  const { send } = outgoing;
  const parts = { redis, sealer, send, audit, metrics };
  const { access, identity: own } = await openGates(
    config,
    { ...parts, log: sentences, secrets: config.secrets, onDerivation: metrics.derived },
    undo,
  );
  const identity = { ...own, mechanisms: identifiedBy(own.mechanisms) };
  const tracing = await openTracing(config, log);
  undo.note(() => tracing?.close());
  const engine = await openEngine(config, { ...parts, access, identity, log, tracing });
  undo.note(() => engine.close());
  const { port } = config.metrics;
  const scraped = port === undefined ? undefined : await openMetrics(port, metrics.text);
  undo.note(() => scraped?.close());
  const { certFile, keyFile } = config.tls;
  const tls = certFile && keyFile ? await openServerTls({ certFile, keyFile }, sentences, audit) : undefined;
  undo.note(() => tls?.close());
  const clients = tls && config.identityFile ? watchClients(identity.clients, tls, audit) : undefined;
  const leaving = new Leaving();
  const services = servicesOf(config, { ...parts, engine, access, identity, log, outgoing, leaving });
  const listeners = await openListeners(config, services, tls, clients);
  engine.start();
  metrics.watch({
    connections: listeners.connections,
    auditBytes: audit.waitingBytes,
    certificateEnds: () => tls?.certificate.notAfter,
    overview: engine.overview,
  });
  for (const warning of await startWarnings(config, redis, identity)) sentences.warn({}, warning);
  return { listeners, leaving };
}

function record(audit: AuditLog, event_type: string, detail: Record<string, string>): void {
  audit.record({
    event_type,
    principal: 'local:server',
    source_ip: 'local',
    correlation_id: 'server',
    tenant: '*',
    outcome: 'success',
    detail: { version: VERSION, pid: process.pid, ...detail },
  });
}
