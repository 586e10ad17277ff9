import type { AuditLog } from '../audit/audit.ts';
import { serverEvent } from '../audit/server-event.ts';
import type { Config } from '../config/config.ts';
import { createEngine, type EngineSettings } from '../engine/index.ts';
import type { Sealer } from '../identity/seal.ts';
import type { Send } from '../outgoing/send.ts';
import type { Connections } from '../redis/connect.ts';
import { jobLog } from '../telemetry/job-log.ts';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { tellFailures } from '../telemetry/tell-failures.ts';
import type { Tracing } from '../telemetry/tracing.ts';
import { cronRefused } from './cron-refused.ts';
import type { Gates } from './gates.ts';
import { ownersRights } from './owner.ts';
import { stepRefused } from './step-refused.ts';

/** What the engine is put together from. */
export interface EngineParts extends Gates {
  readonly redis: Connections;
  readonly sealer: Sealer;
  readonly send: Send;
  readonly log: Log;
  readonly audit: AuditLog;
  readonly metrics: Metrics;
  readonly tracing: Tracing | undefined;
}

/** The engine with all that it tells and asks. */
export function openEngine(config: Config, parts: EngineParts): ReturnType<typeof createEngine> {
  const { redis, sealer, send, log, audit, metrics, tracing, access, identity } = parts;
  return createEngine({
    redis,
    seal: sealer,
    send,
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
}

/** Whether the log tells of each job. */
const isTold = ({ logLevel }: Config): boolean => logLevel === 'debug' || logLevel === 'trace';

const DAY_MS = 86_400_000;
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
