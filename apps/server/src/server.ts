import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { type Access, createAccess } from './access/create-access.ts';
import type { AccessLog } from './access/log.ts';
import { createAuditLog, type ReopenableAuditLog } from './audit/create-audit-log.ts';
import { Logins } from './audit/logins.ts';
import type { Config } from './config/config.ts';
import { withoutPassword } from './config/redis-url.ts';
import { codeOf } from './config/secrets.ts';
import { Answers } from './connection/answer.ts';
import { createApp } from './connection/app.ts';
import { ConnectionLimit } from './connection/connection-limit.ts';
import type { ListenerOptions } from './connection/listener.ts';
import { drain } from './drain.ts';
import { createEngine, type Engine, type EngineSettings } from './engine/index.ts';
import { createIdentity, type Identity } from './identity/create-identity.ts';
import { type Connections, connect } from './redis/connect.ts';
import { durabilityWarnings } from './redis/durability.ts';
import { ROUTES } from './routes/all.ts';
import { jobTypeFilter } from './routes/job-types.ts';
import { addRoutes } from './routes/route.ts';
import type { Services } from './routes/services.ts';
import { StartProblem } from './start-problem.ts';
import { createLog, type Log, type SentenceLog } from './telemetry/log.ts';
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

/** Requests in flight may take this long to finish when the server stops, in milliseconds. */
const GRACE_MS = 25_000;
const DAY_MS = 86_400_000;

function engineSettings({ limits, retention }: Config): Partial<EngineSettings> {
  return {
    leaseMs: limits.leaseMs,
    leaseMaxMs: limits.leaseMaxMs,
    completedMs: retention.completedDays * DAY_MS,
    cancelledMs: retention.cancelledDays * DAY_MS,
    discardedMs: retention.discardedDays * DAY_MS,
    deadLetterMs: retention.deadLetterDays * DAY_MS,
    deadLetters: retention.deadLettersPerQueue,
    events: retention.events,
  };
}

/** What to do when the first connection fails, which is told and not retried: it is mostly a wrong setting. */
export function redisUnreachable({ redis }: Config, error: unknown): StartProblem {
  const why = error instanceof Error ? (/WRONGPASS|NOAUTH/.test(error.message) ? 'wrong password' : codeOf(error)) : '';
  const urls = redis.url.map(withoutPassword).join(', ');
  return new StartProblem(
    `Redis at ${urls} cannot be reached (${why}): start it, or correct OJS_REDIS_URL or OJS_SECRET_REDIS_PASSWORD`,
  );
}

/** Redis as the configuration names it. @throws what the first connection fails with */
export async function connectRedis({ redis, secrets }: Config, onError: (error: Error) => void): Promise<Connections> {
  const settings = {
    urls: redis.url,
    username: redis.username,
    password: secrets.get('REDIS_PASSWORD')?.reveal(),
    ca: redis.caFile === undefined ? undefined : readFileSync(redis.caFile, 'utf8'),
  };
  // Later failures are retried for ever; the first one is mostly a wrong setting, and is told.
  let failFirst: (error: Error) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => {
    failFirst = reject;
  });
  failed.catch(() => undefined);
  const connected = connect(settings, (error) => {
    failFirst(error);
    onError(error);
  });
  return await Promise.race([connected, failed]);
}

/** One record when Redis goes away, not one for each attempt to reach it again. */
function onRedisError(log: Log): (error: Error) => void {
  let last = 0;
  return (err) => {
    const now = Date.now();
    if (now - last > 5_000) log.warn({ err }, 'Redis does not answer: requests are answered 503 until it does');
    last = now;
  };
}

interface Parts {
  readonly config: Config;
  readonly log: Log & { readonly sentences: SentenceLog };
  readonly audit: ReopenableAuditLog;
  readonly redis: Connections;
  readonly access: Access;
  readonly identity: Identity;
  readonly engine: Engine;
}

/**
 * Starts everything in order: Redis, the key space, access, identity, the routes, the listeners.
 *
 * @throws whatever keeps it from starting; nothing is left open then
 */
export async function startServer(config: Config): Promise<RunningServer> {
  const log = createLog(config.logLevel, isOurs);
  const audit = createAuditLog({
    file: config.auditFile,
    onFailure: (err) =>
      log.error({ err, ...(config.auditFile && { file: config.auditFile }) }, 'audit records cannot be written'),
  });
  const redis = await connectRedis(config, onRedisError(log)).catch(async (error: unknown) => {
    await audit.close();
    throw redisUnreachable(config, error);
  });
  const opened: (() => unknown)[] = [() => redis.close()];
  try {
    const engine = await createEngine({
      redis,
      settings: engineSettings(config),
      onError: (err) => log.error({ err }, 'the engine failed in the background and goes on'),
    });
    opened.unshift(() => engine.close());
    const { access, identity } = await createGates(config, redis, log.sentences, audit, opened);
    return await listen({ config, log, audit, redis, access, identity, engine }, opened);
  } catch (error) {
    for (const close of opened) await close();
    await audit.close();
    throw error;
  }
}

async function createGates(
  config: Config,
  redis: Connections,
  log: AccessLog,
  audit: ReopenableAuditLog,
  opened: (() => unknown)[],
): Promise<{ access: Access; identity: Identity }> {
  // Each needs the other: new epochs make credentials stale, and the policy can disable their principals.
  let identity: Identity | undefined;
  const invalidateCredentials = (): void => identity?.invalidate();
  const access = await createAccess({ redis, policyFile: config.policyFile, log, audit, invalidateCredentials });
  opened.unshift(() => access.close());
  identity = createIdentity({ redis, access, log, audit });
  opened.unshift(() => identity?.close());
  await identity.start();
  return { access, identity };
}

async function listen(parts: Parts, opened: (() => unknown)[]): Promise<RunningServer> {
  const { config, log, audit, redis, access, identity, engine } = parts;
  const stopping = new AbortController();
  const draining = { stopping: false };
  const answers = new Answers(draining);
  const services: Services = {
    engine,
    limits: config.limits,
    rules: {
      names: config.validation.names,
      unknownAttributes: config.validation.unknownAttributes,
      allowsType: jobTypeFilter(config.validation.jobTypes),
      limits: config.limits,
    },
    identity,
    access,
    audit,
    logins: new Logins(audit),
    log,
    answers,
    stopping: stopping.signal,
    testDirectives: config.dev.testDirectives,
  };
  const connections = new ConnectionLimit(config.limits.connectionsPerClient);
  const { bodyBytes, batchBodyBytes } = config.limits;
  const create = async (tls: ListenerOptions['tls']): Promise<FastifyInstance> => {
    const app = createApp({
      listener: { limits: config.limits, connections, ...(tls && { tls }) },
      answers,
      bodyBytes: Math.max(bodyBytes, batchBodyBytes),
      onFailure: (err, request_id) => log.error({ err, request_id }, 'request failed below the routes'),
    });
    addRoutes(app, services, ROUTES);
    await app.ready();
    return app;
  };
  const apps: FastifyInstance[] = [];
  const open = async (tls: ListenerOptions['tls'], host: string, port: number): Promise<AddressInfo> => {
    const app = await create(tls);
    opened.unshift(() => app.close());
    await bind(app, host, port, tls ? 'OJS_PORT' : 'OJS_PLAIN_PORT');
    apps.push(app);
    return app.server.address() as AddressInfo;
  };

  let url: string | undefined;
  let plainUrl: string | undefined;
  const { certFile, keyFile } = config.tls;
  if (certFile !== undefined && keyFile !== undefined) {
    url = urlOf('https', config.host, await open({ certFile, keyFile }, config.host, config.port));
  }
  if (config.plainPort !== undefined) {
    const address = await open(undefined, '127.0.0.1', config.plainPort);
    plainUrl = urlOf('http', '127.0.0.1', address);
    // Not every machine has IPv6; a name such as localhost may mean either.
    await open(undefined, '::1', address.port).catch(() => undefined);
  }
  engine.start();
  for (const warning of await durabilityWarnings(redis.client).catch(() => [])) log.sentences.warn({}, warning);
  const started = { version: VERSION, pid: process.pid };
  record(audit, 'server.started', started);

  return {
    url: url ?? plainUrl ?? '',
    plainUrl,
    reopenAudit: () => audit.reopen(),
    async stop(reason) {
      draining.stopping = true;
      stopping.abort();
      await drain(
        apps.map(({ server }) => server),
        GRACE_MS,
      );
      await Promise.all(apps.map((app) => app.close()));
      await engine.close();
      identity.close();
      access.close();
      await redis.close();
      record(audit, 'server.stopped', { ...started, reason });
      await audit.close();
    },
  };
}

/** Where the port is taken, the message names the setting that chooses another. */
async function bind(app: FastifyInstance, host: string, port: number, setting: string): Promise<void> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    const code = codeOf(error);
    const why = code === 'EADDRINUSE' ? 'is taken' : `cannot be used (${code})`;
    throw new StartProblem(`port ${port} on ${host} ${why}: choose another with ${setting}`);
  }
}

function urlOf(scheme: string, host: string, { port }: AddressInfo): string {
  const everywhere = host === '0.0.0.0' || host === '::' || host === '127.0.0.1';
  const name = everywhere ? 'localhost' : host;
  return `${scheme}://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

function record(audit: ReopenableAuditLog, event_type: string, detail: Record<string, string | number>): void {
  audit.record({
    event_type,
    principal: 'local:server',
    source_ip: 'local',
    correlation_id: 'server',
    tenant: '*',
    outcome: 'success',
    detail,
  });
}
