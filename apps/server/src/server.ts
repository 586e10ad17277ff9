import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Access, createAccess } from './access/create-access.ts';
import { watchClients } from './assembly/client-certificates.ts';
import { cronRefused } from './assembly/cron-refused.ts';
import { openListeners } from './assembly/listeners.ts';
import { openMetrics } from './assembly/metrics-listener.ts';
import { ownersRights } from './assembly/owner.ts';
import { connectRedis, redisUnreachable, tellOutage } from './assembly/redis.ts';
import { openSealer } from './assembly/sealer.ts';
import { tellSecrets } from './assembly/secrets.ts';
import { openServerTls } from './assembly/server-tls.ts';
import { stepRefused } from './assembly/step-refused.ts';
import type { AuditLog } from './audit/audit.ts';
import { createAuditLog } from './audit/create-audit-log.ts';
import { Logins } from './audit/logins.ts';
import { serverEvent } from './audit/server-event.ts';
import type { Config } from './config/config.ts';
import { isMfaRequired, mfaWarnings } from './config/mfa.ts';
import { Answers } from './connection/answer.ts';
import { createEngine, type EngineSettings } from './engine/index.ts';
import { certificateWarnings } from './identity/certificate/warnings.ts';
import { createIdentity, type Identity, type IdentityOptions } from './identity/create-identity.ts';
import type { Mechanisms } from './identity/identity.ts';
import { CredentialManager } from './identity/manage/manager.ts';
import { createOutgoing } from './outgoing/send.ts';
import type { Connections } from './redis/connect.ts';
import { durabilityWarnings } from './redis/durability.ts';
import { tellAnswer } from './routes/answered.ts';
import { jobTypeFilter } from './routes/job-types.ts';
import type { Services } from './routes/services.ts';
import { StreamSlots } from './routes/stream-slots.ts';
import { openSecrets } from './secrets/open.ts';
import { jobLog } from './telemetry/job-log.ts';
import { createLog, type Log, type SentenceLog } from './telemetry/log.ts';
import { createMetrics, type Metrics } from './telemetry/metrics.ts';
import { tellFailures } from './telemetry/tell-failures.ts';
import { startTracing, type Tracing } from './telemetry/tracing.ts';
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

const DAY_MS = 86_400_000;

/** How to undo each step of the start, the last one first. */
type Undo = (() => unknown)[];

/**
 * Starts everything in order: Redis, the key space, access, identity, the routes, the listeners.
 *
 * @param identifiedBy what identifies requests instead of the server's own mechanisms: for the benchmark, which compares them. No
 *   setting reaches it.
 * @throws whatever keeps it from starting; nothing is left open then
 */
export async function startServer(
  config: Config,
  identifiedBy: (own: Mechanisms) => Mechanisms = (own) => own,
): Promise<RunningServer> {
  const log = createLog(config.logLevel, isOurs);
  const { auditFile } = config;
  const metrics = createMetrics(config.metrics.series);
  const audit = createAuditLog({
    file: auditFile,
    onFailure: (err) => log.error({ err, ...(auditFile && { file: auditFile }) }, 'audit records cannot be written'),
    onRecord: metrics.recorded,
  });
  const undo: Undo = [() => audit.close()];
  const undoAll = async (): Promise<void> => {
    for (const step of undo.splice(0)) await step();
  };
  try {
    const secrets = await openSecrets(config);
    secrets.follow(tellSecrets(log, audit, metrics));
    undo.unshift(() => secrets.close());
    const redis = await connectRedis(config, tellOutage(log)).catch((error: unknown) => {
      throw redisUnreachable(config, error);
    });
    undo.unshift(() => redis.close());
    const sealer = await openSealer(config, redis.client);
    const outgoing = createOutgoing({
      allow: config.outgoing.allow,
      ca: config.outgoing.caFile === undefined ? undefined : readFileSync(config.outgoing.caFile, 'utf8'),
      plain: config.env === 'development',
    });
    const means = { sealer, send: outgoing.send, secrets: config.secrets };
    const { access, identity } = await createGates(config, redis, log.sentences, audit, metrics, means, undo);
    const tracing = await openTracing(config, log);
    undo.unshift(() => tracing?.close());
    const engine = await createEngine({
      redis,
      seal: sealer,
      send: outgoing.send,
      settings: engineSettings(config),
      rightsOf: ownersRights({
        redis: redis.client,
        epochs: access.epochs,
        policy: access.policy,
        believes: identity.believes,
      }),
      onError: tellFailures(log),
      onCronRefused: (tenant, cron) => audit.record(cronRefused(tenant, cron)),
      onWebhookDisabled: (tenant, { id: subscription, owner }) =>
        audit.record(serverEvent('webhook.subscription.disabled', 'failure', { subscription, owner }, tenant)),
      observers: [metrics.jobs, ...(tracing ? [tracing.jobs] : []), ...(isTold(config) ? [jobLog(log)] : [])],
      onStepRefused: (tenant, refused) => audit.record(stepRefused(tenant, refused)),
    });
    undo.unshift(() => engine.close());
    const { port } = config.metrics;
    const scraped = port === undefined ? undefined : await openMetrics(port, metrics.text);
    undo.unshift(() => scraped?.close());
    const stopping = new AbortController();
    const draining = { leaving: false, stopping: false };
    const { certFile, keyFile } = config.tls;
    const hasTls = certFile !== undefined && keyFile !== undefined;
    const tls = hasTls ? await openServerTls({ certFile, keyFile }, log.sentences, audit) : undefined;
    undo.unshift(() => tls?.close());
    const services: Services = {
      engine,
      limits: config.limits,
      rules: {
        names: config.validation.names,
        unknownAttributes: config.validation.unknownAttributes,
        allowsType: jobTypeFilter(config.validation.jobTypes),
        limits: config.limits,
      },
      identity: { ...identity, mechanisms: identifiedBy(identity.mechanisms) },
      credentials: credentialManager(config, redis, access),
      access,
      audit,
      logins: new Logins(audit),
      log,
      outgoing,
      mfaRequired: isMfaRequired(config),
      elevationMs: config.admin.elevationSeconds * 1_000,
      workerTokenMs: config.workers.tokenSeconds * 1_000,
      streams: new StreamSlots(config.limits),
      answers: new Answers(draining, (reply, status) => tellAnswer(metrics, reply, status), config.proxy.terminatesTls),
      metrics,
      isLeaving: () => draining.leaving,
      stopping: stopping.signal,
      testDirectives: config.dev.testDirectives,
    };
    const clients = tls && config.identityFile ? watchClients(identity.clients, tls, audit) : undefined;
    const listeners = await openListeners(config, services, tls, clients);
    engine.start();
    metrics.watch({
      connections: listeners.connections,
      auditBytes: audit.waitingBytes,
      certificateEnds: () => tls?.certificate.notAfter,
      overview: engine.overview,
    });
    for (const warning of await durabilityWarnings(redis.client).catch(() => [])) log.sentences.warn({}, warning);
    const warnings = config.env === 'production' ? certificateWarnings(identity.believed().certificates) : [];
    for (const warning of [...warnings, ...mfaWarnings(config)]) log.sentences.warn({}, warning);
    record(audit, 'server.started', {});
    return {
      url: listeners.url,
      plainUrl: listeners.plainUrl,
      reopenAudit: () => audit.reopen(),
      async stop(reason) {
        draining.leaving = true;
        await sleep(config.shutdown.delayMs);
        draining.stopping = true;
        stopping.abort();
        await listeners.close();
        record(audit, 'server.stopped', { reason });
        await undoAll();
      },
    };
  } catch (error) {
    await undoAll();
    throw error;
  }
}

/** Whether the log tells of each job. */
const isTold = ({ logLevel }: Config): boolean => logLevel === 'debug' || logLevel === 'trace';

/** Undefined where no collector is set. */
async function openTracing({ tracing: { endpoint }, secrets }: Config, log: Log): Promise<Tracing | undefined> {
  if (endpoint === undefined) return undefined;
  const headers = headersOf(secrets.get('TRACING_HEADERS')?.reveal() ?? '');
  return startTracing({ endpoint, headers }, (err) => log.warn({ err }, 'spans cannot be sent to the collector'));
}

/** `name=value,name=value`, as OTEL_EXPORTER_OTLP_HEADERS has it. */
const headersOf = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .split(',')
      .map((pair) => pair.trim().split(/=(.*)/s))
      .filter(([name]) => name)
      .map(([name = '', value = '']) => [name, value]),
  );

/** Each attempt that did not complete the job is at most this many events. */
const EVENTS_PER_ATTEMPT = 4;

function engineSettings({ limits, retention, history }: Config): Partial<EngineSettings> {
  return {
    leaseMs: limits.leaseMs,
    leaseMaxMs: limits.leaseMaxMs,
    workers: limits.workers,
    history: history.enabled ? Math.ceil(history.maxEventsPerJob / EVENTS_PER_ATTEMPT) : 0,
    queues: limits.queues,
    completedMs: retention.completedDays * DAY_MS,
    cancelledMs: retention.cancelledDays * DAY_MS,
    discardedMs: retention.discardedDays * DAY_MS,
    deadLetterMs: retention.deadLetterDays * DAY_MS,
    deadLetters: retention.deadLettersPerQueue,
    events: retention.events,
    crons: limits.crons,
  };
}

const credentialManager = (
  { rotation, keys }: Config,
  { client }: Connections,
  { tenants, policy }: Access,
): CredentialManager =>
  new CredentialManager({
    redis: client,
    tenants,
    policy,
    graceMs: rotation.graceSeconds * 1_000,
    cost: 2 ** keys.scryptCost,
    now: Date.now,
  });

/** Who is asking, and what they may do. */
async function createGates(
  config: Config,
  redis: Connections,
  log: SentenceLog,
  audit: AuditLog,
  metrics: Metrics,
  means: Pick<IdentityOptions, 'sealer' | 'send' | 'secrets'>,
  undo: Undo,
): Promise<{ access: Access; identity: Identity }> {
  // Each needs the other: new epochs make credentials stale, and the policy can disable their principals.
  let identity: Identity | undefined;
  const refreshIdentity = (): Promise<void> | undefined => identity?.refresh();
  const access = await createAccess({ redis, policyFile: config.policyFile, log, audit, refreshIdentity });
  undo.unshift(() => access.close());
  identity = createIdentity({
    redis,
    access,
    log,
    audit,
    identityFile: config.identityFile,
    environment: config.env,
    hashCost: 2 ** config.keys.scryptCost,
    ...means,
    onDerivation: metrics.derived,
  });
  undo.unshift(() => identity?.close());
  await identity.start();
  return { access, identity };
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
