import { Logins } from '../audit/logins.ts';
import type { Config } from '../config/config.ts';
import { isMfaRequired } from '../config/mfa.ts';
import { Answers } from '../connection/answer.ts';
import { CredentialManager } from '../identity/manage/manager.ts';
import type { Connections } from '../redis/connect.ts';
import { tellAnswer } from '../routes/answered.ts';
import { jobTypeFilter } from '../routes/job-types.ts';
import type { Services } from '../routes/services.ts';
import { StreamSlots } from '../routes/stream-slots.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Gates } from './gates.ts';
import type { Leaving } from './leaving.ts';

/** What the routes work with is made of, beside the settings. */
export interface ServiceParts extends Gates, Pick<Services, 'engine' | 'audit' | 'log' | 'outgoing'> {
  readonly redis: Connections;
  readonly metrics: Metrics;
  readonly leaving: Leaving;
}

export function servicesOf(config: Config, parts: ServiceParts): Services {
  const { engine, redis, access, identity, audit, log, outgoing, metrics, leaving } = parts;
  return {
    engine,
    limits: config.limits,
    rules: {
      names: config.validation.names,
      unknownAttributes: config.validation.unknownAttributes,
      allowsType: jobTypeFilter(config.validation.jobTypes),
      limits: config.limits,
    },
    identity,
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
    answers: new Answers(leaving, (reply, status) => tellAnswer(metrics, reply, status), config.proxy.terminatesTls),
    metrics,
    isLeaving: () => leaving.isLeaving,
    stopping: leaving.signal,
    testDirectives: config.dev.testDirectives,
  };
}

const credentialManager = (
  { rotation, keys }: Config,
  { client }: Connections,
  { tenants, policy }: Gates['access'],
): CredentialManager =>
  new CredentialManager({
    redis: client,
    tenants,
    policy,
    graceMs: rotation.graceSeconds * 1_000,
    cost: 2 ** keys.scryptCost,
    now: Date.now,
  });
