import type { Job } from '@ojs/schema';
import { createOutgoing, type Send } from '../outgoing/send.ts';
import type { Connections } from '../redis/connect.ts';
import { createAttempts } from './attempts/create-attempts.ts';
import { bulkMove, createMove, createMoveAll } from './bulk/move.ts';
import { createSelect } from './bulk/select.ts';
import { type EngineContext, QueueIndex, Spaces } from './context.ts';
import type { OnRefused } from './crons/chore.ts';
import { createCrons } from './crons/index.ts';
import { createDeadLetters } from './dead-letters/dead-letters.ts';
import { Due } from './due.ts';
import type { Engine } from './engine.ts';
import { createEvents } from './events/events.ts';
import { createFollow } from './events/follow.ts';
import { createFetch } from './fetch.ts';
import { checkFormat } from './format.ts';
import { createHeartbeat } from './heartbeat.ts';
import { createForgetHistory } from './history/forget-history.ts';
import { createLimits } from './limits.ts';
import { type EngineObserver, tellAll } from './observer.ts';
import { createOverview } from './overview.ts';
import { createPush } from './push.ts';
import { createQueueControl } from './queues/queue-control.ts';
import { createQueues } from './queues/queues.ts';
import { createRead } from './read.ts';
import type { RightsOf } from './rights.ts';
import { loadScripts, type RunScript, redisFailure } from './scripts.ts';
import { DEFAULT_SETTINGS, type EngineSettings } from './settings.ts';
import { createSettle } from './settle/settle.ts';
import { createSweeper } from './sweeper.ts';
import { createWake } from './wake/wake.ts';
import { createWebhooks } from './webhooks/create-webhooks.ts';
import { NO_SEAL, type Seal } from './webhooks/secrets.ts';
import type { OnWebhookDisabled } from './webhooks/webhooks.ts';
import { createWorkers } from './workers.ts';
import type { OnStepRefused } from './workflows/advance.ts';
import { createWorkflows } from './workflows/index.ts';

export type * from './engine.ts';
export * from './errors.ts';
export type * from './rights.ts';
export type { EngineSettings } from './settings.ts';
export type { OnStepRefused } from './workflows/advance.ts';

export interface EngineOptions {
  readonly redis: Connections;
  readonly settings?: Partial<EngineSettings>;
  readonly rightsOf: RightsOf;
  /** Who emits the events (ojs-events §2.4). */
  readonly source?: string;
  /** How secrets of webhooks are kept; without it there can be none. */
  readonly seal?: Seal;
  /** How deliveries of webhooks are sent; default: to the internet only. */
  readonly send?: Send;
  readonly onError?: (error: unknown) => void;
  readonly observers?: readonly EngineObserver[];
  /** A cron entry did not fire, because its owner may not enqueue there any more. */
  readonly onCronRefused?: OnRefused;
  readonly onWebhookDisabled?: OnWebhookDisabled;
  readonly onStepRefused?: OnStepRefused;
}

/**
 * The engine on BullMQ's data model in Redis.
 * @throws {KeySpaceTooNew} when a newer server wrote the key space.
 */
export async function createEngine({
  redis,
  settings,
  rightsOf,
  source = 'ojs://ojs-server/engine',
  seal = NO_SEAL,
  send = createOutgoing({}).send,
  onError = () => undefined,
  observers = [],
  onCronRefused = () => undefined,
  onWebhookDisabled = () => undefined,
  onStepRefused = () => undefined,
}: EngineOptions): Promise<Engine> {
  const { client } = redis;
  await checkFormat(client);
  const spaces = new Spaces();
  const all = { ...DEFAULT_SETTINGS, ...settings };
  const observer = tellAll(observers);
  const context: EngineContext = {
    client,
    spaces,
    settings: all,
    run: timed(loadScripts(client, all), observer),
    queueOf: new QueueIndex(client, spaces),
    due: new Due(),
    rightsOf,
    observer,
    seal,
  };
  const { due } = context;
  const push = createPush(context);
  const { chore: workflowChore, handOver, ...workflows } = createWorkflows(context, onStepRefused);
  const fetch = createFetch(context, handOver);
  const settle = createSettle(context);
  const { readIn, info, history } = createRead(context);
  const { names, ...queues } = createQueues(context);
  const moveAll = createMoveAll(context);
  const moves = createMove(moveAll, readIn);
  const { selectDeadLetters, ...deadLetters } = createDeadLetters(context, names, readIn);
  const wake = createWake(context, redis.subscriber(), info);
  const limits = createLimits(context);
  const { crons, fire } = createCrons(context, readIn, onCronRefused);
  const {
    webhooks,
    chores: webhookChores,
    close: closeWebhooks,
  } = createWebhooks(context, source, send, onError, onWebhookDisabled);
  const chores = { limit: limits.release, workflow: workflowChore, cron: fire, ...webhookChores };
  const sweeper = createSweeper(context, settle.expire, chores, onError);
  await spaces.refresh(client);

  /** Tells the sweeper when something of these jobs happens by itself. */
  const expect = (tenant: string, jobs: readonly Job[]): void => {
    for (const { scheduled_at, expires_at, lease_expires_at, next_attempt_at } of jobs) {
      for (const moment of [scheduled_at, expires_at, lease_expires_at, next_attempt_at]) {
        if (moment !== undefined) due.expect(tenant, Date.parse(moment));
      }
    }
  };

  return {
    push: async (tenant, caller, jobs) => {
      const pushed = await push(tenant, caller, jobs);
      expect(tenant, pushed);
      return pushed;
    },
    fetch: async (tenant, caller, request) => {
      const jobs = await fetch(tenant, caller, request);
      expect(tenant, jobs);
      if (jobs.length === request.count) wake.more(tenant, request.queues);
      return jobs;
    },
    waitForJobs: wake.waitForJobs,
    waitForJob: wake.waitForJob,
    ack: settle.ack,
    nack: async (tenant, caller, claim, error) => {
      const settled = await settle.nack(tenant, caller, claim, error);
      if (settled.nextAttemptAt) due.expect(tenant, Date.parse(settled.nextAttemptAt));
      return settled;
    },
    requeue: settle.requeue,
    heartbeat: createHeartbeat(context),
    worker: createWorkers(context),
    overview: createOverview(context),
    attempts: createAttempts(context),
    locate: async (tenant, id) => (await context.queueOf.find(tenant, [id]))[0],
    info,
    history,
    forgetHistory: createForgetHistory(context),
    ...moves,
    cancel: async (...args) => {
      const cancelled = await moves.cancel(...args);
      observer.cancelled(args[0], cancelled.job);
      return cancelled;
    },
    ...deadLetters,
    bulk: { select: createSelect(context, names), selectDeadLetters, move: bulkMove(moveAll, observer.cancelled) },
    ...queues,
    workflows,
    crons,
    queueControl: createQueueControl(context),
    limits,
    events: createEvents(context, source),
    followEvents: createFollow(context, source),
    webhooks,
    ping: async () => {
      const started = performance.now();
      await client.ping().catch((error: unknown) => {
        throw redisFailure(error);
      });
      return performance.now() - started;
    },
    sweep: sweeper.sweep,
    start: sweeper.start,
    close: async () => {
      wake.close();
      await sweeper.stop();
      await closeWebhooks();
    },
  };
}

const timed =
  (run: RunScript, observer: Required<EngineObserver>): RunScript =>
  async (name, space, args) => {
    const began = performance.now();
    const reply = await run(name, space, args);
    observer.called(name, performance.now() - began);
    return reply;
  };
