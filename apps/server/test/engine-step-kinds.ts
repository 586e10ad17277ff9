import fc from 'fast-check';
import { expect } from 'vitest';
import { attemptSteps } from './engine-step-kinds-attempts.ts';
import { BULK_KINDS } from './engine-step-kinds-bulk.ts';
import { CRON_KINDS } from './engine-step-kinds-crons.ts';
import { pushUnique } from './engine-step-kinds-unique.ts';
import {
  type Act,
  claimOf,
  newJobs,
  pickJob,
  pickLeased,
  QUEUES,
  same,
  sameJob,
  steps,
  toEngine,
} from './engine-steps.ts';

const pick = fc.nat({ max: 999 });
const queue = fc.constantFrom(...QUEUES);
const wrong = fc.constantFrom('', '', '', '', 'any', 'principal', 'worker', 'attempt', 'life', 'queue');

const LIMITS = [
  { key: 'k', concurrency: 1 },
  { key: 'k', concurrency: 2 },
  { key: 'l', concurrency: 1 },
  { key: 'l', concurrency: 0 },
];

const spec = fc.record({
  queue,
  kind: fc.constantFrom('available', 'available', 'available', 'scheduled', 'pending'),
  priority: fc.constantFrom(-100, 0, 0, 100),
  maxAttempts: fc.integer({ min: 1, max: 3 }),
  dlq: fc.boolean(),
  delayed: fc.boolean(),
  later: fc.nat({ max: 3 }).map((n) => n === 3),
  hasLife: fc.nat({ max: 3 }).map((n) => n === 3),
  limit: fc.constantFrom(undefined, undefined, undefined, ...LIMITS),
  id: fc.constantFrom('new', 'new', 'new', 'new', 'new', 'new', 'removed', 'existing', 'twice'),
} as const);

const push = steps('push', fc.array(spec, { minLength: 1, maxLength: 3 }), async (act, specs) => {
  // Of a job that is not pending, `later` would mean scheduled.
  const jobs = newJobs(
    act,
    specs.map((each) => ({ ...each, later: each.later && each.kind === 'pending' })),
  );
  await same(
    act,
    () => act.model.push(jobs),
    () => act.engine.push(act.tenant, act.caller, jobs.map(toEngine)).then(() => undefined),
    jobs[0]?.id,
  );
});

const fetchArgs = fc.record({
  queues: fc.shuffledSubarray([...QUEUES], { minLength: 1 }),
  count: fc.integer({ min: 1, max: 3 }),
});

const fetch = steps('fetch', fetchArgs, async (act, { queues, count }) => {
  const { principal, worker } = act.who;
  const request = { queues, count, ...(worker === '' ? {} : { workerId: worker }) };
  let claimed: string[] = [];
  await same(
    act,
    () => {
      claimed = act.model.fetch(principal, worker, queues, count);
      return claimed;
    },
    async () => (await act.engine.fetch(act.tenant, act.caller, request)).map(({ id }) => id),
  );
  for (const id of claimed) await sameJob(act.other, act.tenant, act.model, id);
});

/** Fetches at one moment, through both servers: together they get what one would. */
const race = steps('race of fetches', fc.record({ queue, many: fc.integer({ min: 2, max: 5 }) }), async (act, args) => {
  if (act.who.stale) return;
  const fetches = Array.from({ length: args.many }, (_, i) =>
    act.real.engines[i % 2]!.fetch(act.tenant, act.caller, { queues: [args.queue], count: 1 }),
  );
  const got = (await Promise.all(fetches)).flat().map(({ id }) => id);
  const wanted: string[] = [];
  for (let i = 0; i < args.many; i++) wanted.push(...act.model.fetch(act.who.principal, '', [args.queue], 1));
  expect(got.toSorted()).toEqual(wanted.toSorted());
});

const ending = fc.record({ pick, wrong, retryable: fc.boolean() });
type Ending = { pick: number; wrong: string; retryable: boolean };

const endings = (['ack', 'nack', 'requeue'] as const).map((name) =>
  steps(name, ending, async (act: Act, args: Ending) => {
    const job = pickLeased(act.model, args.pick);
    if (!job) return;
    const { model, real, caller } = claimOf(act, job, args.wrong);
    const { engine, tenant } = act;
    const report = { message: 'no', retryable: args.retryable };
    const doIt = {
      ack: [() => act.model.ack(model), () => engine.ack(tenant, caller, real, 1)],
      nack: [() => act.model.nack(model, args.retryable), () => engine.nack(tenant, caller, real, report)],
      requeue: [() => act.model.requeue(model), () => engine.requeue(tenant, caller, real)],
    } as const;
    const [expected, actual] = doIt[name];
    await same(
      act,
      () => {
        expected();
        return act.model.jobs.get(job.id)?.state;
      },
      async () => (await actual()).state,
      job.id,
    );
  }),
);

const beating = fc.record({
  picks: fc.array(pick, { maxLength: 4 }),
  state: fc.constantFrom(undefined, 'running' as const, 'running' as const, 'quiet' as const),
});

const heartbeat = steps('heartbeat', beating, async (act, { picks, state }) => {
  const ids = [...new Set(picks.flatMap((each) => pickLeased(act.model, each)?.id ?? []))];
  const workerId = act.who.worker || 'v';
  await same(
    act,
    () => act.model.heartbeat(act.who.principal, workerId, ids, state),
    async () => {
      const beat = { workerId, ids, ...(state && { state }) };
      return [...(await act.engine.heartbeat(act.tenant, act.caller, beat)).extended];
    },
    ids[0],
  );
});

const moves = (['cancel', 'activate', 'retryDeadLetter', 'deleteDeadLetter'] as const).map((name) =>
  steps(name, pick, async (act, which) => {
    const fitting = [...act.model.jobs.values()].filter((job) =>
      name === 'activate' ? job.state === 'pending' : name === 'cancel' ? which % 4 === 0 : job.dead,
    );
    const job = which % 5 > 0 && fitting.length > 0 ? fitting[which % fitting.length] : pickJob(act.model, which);
    if (!job) return;
    await same(
      act,
      () => act.model[name](job.id),
      () => act.engine[name](act.tenant, act.caller, job.id, job.queue).then(() => undefined),
      job.id,
    );
  }),
);

const pause = steps('pause', fc.record({ queue, paused: fc.nat({ max: 2 }).map((n) => n === 0) }), (act, args) =>
  same(
    act,
    () => act.model.pause(args.queue, args.paused),
    () => act.engine.setPaused(act.tenant, act.caller, args.queue, args.paused),
  ),
);

/** A moment comes that a job waits for; most often nobody sweeps before the next step. */
const time = steps(
  'time',
  fc.record({ pick, what: fc.constantFrom('lease', 'lease', 'due', 'life'), sweep: fc.boolean() }),
  async (act, args) => {
    const { tenant, model, real } = act;
    const job = args.what === 'lease' ? pickLeased(model, args.pick) : pickJob(model, args.pick);
    if (job?.lease) {
      if (args.what === 'lease') {
        job.lease.ended = true;
        await real.sweep.endLease(tenant, job.queue, job.id);
      }
    } else if (
      job &&
      args.what === 'life' &&
      job.hasLife &&
      !['completed', 'cancelled', 'discarded'].includes(job.state)
    ) {
      job.lifeEnded = true;
      await real.sweep.endLife(tenant, job.queue, job.id);
    } else if (job && args.what === 'due' && !['available', 'pending'].includes(job.state)) {
      job.due = true;
      await real.client.zadd(`{ojs:${tenant}}/timers`, 1_000_000_000_000, job.id);
    }
    // A fetch does not see what waits for a limit, and so does not find that it has expired.
    if (!args.sweep && !(args.what === 'life' && job?.limit)) return;
    model.sweep();
    await real.sweep.now(tenant);
    if (job) await sameJob(act.engine, tenant, model, job.id);
  },
);

const stats = steps('stats', queue, async (act, name) => {
  await sameStats(act, name);
});

export async function sameStats(act: Pick<Act, 'engine' | 'tenant' | 'model'>, queue: string): Promise<void> {
  const got = await act.engine.stats(act.tenant, queue);
  const known = act.model.queues.get(queue);
  const none = {
    scheduled: 0,
    available: 0,
    pending: 0,
    active: 0,
    completed: 0,
    retryable: 0,
    cancelled: 0,
    discarded: 0,
  };
  expect(got).toEqual(known && { ...none, ...act.model.counts(queue), paused: known.paused });
}

export async function sameDeadLetters({
  engine,
  tenant,
  model,
}: Pick<Act, 'engine' | 'tenant' | 'model'>): Promise<void> {
  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await engine.deadLetters(tenant, {
      visible: () => true,
      limit: 3,
      offset: 0,
      ...(cursor ? { cursor } : {}),
    });
    found.push(...page.jobs.map(({ id }) => id));
    cursor = page.next;
  } while (cursor !== undefined);
  const wanted = [...model.jobs.values()].filter(({ dead }) => dead).map(({ id }) => id);
  expect(found.toSorted()).toEqual(wanted.toSorted());
}

const deadLetters = steps('dead letters', fc.constant(undefined), (act) => sameDeadLetters(act));

/** Every kind of step; what stands more often is taken more often. */
export const KINDS = [
  push,
  push,
  push,
  pushUnique,
  pushUnique,
  fetch,
  fetch,
  fetch,
  race,
  ...endings,
  ...endings,
  heartbeat,
  ...attemptSteps,
  ...moves,
  pause,
  time,
  time,
  time,
  stats,
  deadLetters,
  ...BULK_KINDS,
  ...CRON_KINDS,
];
