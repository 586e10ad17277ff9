import fc from 'fast-check';
import { expect } from 'vitest';
import type { Caller, Engine, LeaseClaim } from '../src/engine/engine.ts';
import { EngineRefusal } from '../src/engine/errors.ts';
import type { RedisClient } from '../src/redis/connect.ts';
import { moment } from './engine-fixtures.ts';
import { aJob } from './engine-harness.ts';
import { type Model, type ModelClaim, type ModelJob, ModelRefusal, type NewModelJob } from './engine-model.ts';
import type { Sweep } from './engine-sweep.ts';

export const QUEUES = ['q0', 'q1', 'q2'] as const;
const LATER = 3_600_000;

export interface Real {
  readonly engines: readonly Engine[];
  readonly tenants: readonly string[];
  readonly client: RedisClient;
  readonly sweep: Sweep;
  /** How many steps were taken, over all runs. */
  steps: number;
  ids: number;
}

export type Models = readonly Model[];

/** Who asks, where, and of which job; numbers are taken modulo what there is. */
export interface Who {
  readonly engine: number;
  readonly tenant: number;
  readonly principal: 'p' | 'q';
  readonly worker: '' | 'v' | 'w';
  readonly stale: boolean;
}

export interface Act {
  readonly who: Who;
  readonly engine: Engine;
  readonly other: Engine;
  readonly caller: Caller;
  readonly tenant: string;
  readonly model: Model;
  readonly real: Real;
}

const told = (error: unknown): unknown => {
  if (error instanceof ModelRefusal) return { refused: error.refusal, state: error.state };
  if (error instanceof EngineRefusal) return { refused: error.name, state: (error as { state?: string }).state };
  throw error;
};

/** The model does it, the engine does it, both must tell the same; then the job must be the same. */
export async function same(
  act: Act,
  expected: () => unknown,
  actual: () => Promise<unknown>,
  id?: string,
): Promise<void> {
  let wanted: unknown;
  try {
    if (act.who.stale) throw new ModelRefusal('StaleAccess');
    wanted = expected();
  } catch (error) {
    wanted = told(error);
  }
  const got = await actual().catch(told);
  expect(got).toEqual(wanted);
  if (id !== undefined) await sameJob(act.other, act.tenant, act.model, id);
}

export async function sameJob(engine: Engine, tenant: string, model: Model, id: string): Promise<void> {
  const wanted = model.jobs.get(id);
  const job = await engine.info(tenant, id);
  const got = job && {
    queue: job.queue,
    state: job.state,
    attempt: job.attempt,
    priority: job.priority,
    errors: job.errors?.length ?? 0,
  };
  expect(got).toEqual(
    wanted && {
      queue: wanted.queue,
      state: wanted.state,
      attempt: wanted.attempt,
      priority: wanted.priority,
      errors: wanted.errors,
    },
  );
}

export const pickJob = (model: Model, pick: number): ModelJob | undefined => {
  const jobs = [...model.jobs.values()];
  return jobs[pick % Math.max(1, jobs.length)];
};

/** One that is active, two times of three, so that leases meet their ends. */
export const pickLeased = (model: Model, pick: number): ModelJob | undefined => {
  const active = [...model.jobs.values()].filter(({ state }) => state === 'active');
  return pick % 3 > 0 && active.length > 0 ? active[pick % active.length] : pickJob(model, pick);
};

export interface NewJobSpec {
  readonly queue: (typeof QUEUES)[number];
  readonly kind: 'available' | 'scheduled' | 'pending';
  readonly priority: number;
  readonly maxAttempts: number;
  readonly dlq: boolean;
  readonly delayed: boolean;
  readonly later: boolean;
  readonly hasLife: boolean;
  readonly limit: NewModelJob['limit'];
  /** An id that exists, one that was removed, one of this batch, or a new one. */
  readonly id: 'new' | 'existing' | 'removed' | 'twice';
}

export function newJobs(act: Act, specs: readonly NewJobSpec[]): NewModelJob[] {
  const jobs: NewModelJob[] = [];
  for (const { id: which, ...spec } of specs) {
    const fresh = `01900000-0000-7000-8000-${(act.real.ids++).toString(16).padStart(12, '0')}`;
    const { existing, removed, twice } = {
      existing: act.model.jobs.keys().next().value,
      removed: act.model.removed.at(-1),
      twice: jobs.at(-1)?.id,
    };
    jobs.push({ ...spec, id: (which === 'new' ? undefined : { existing, removed, twice }[which]) ?? fresh });
  }
  return jobs;
}

export const toEngine = (job: NewModelJob) =>
  aJob({
    id: job.id,
    queue: job.queue,
    priority: job.priority,
    pending: job.kind === 'pending',
    ...(job.kind === 'scheduled' || job.later ? { scheduledAt: moment(Date.now() + LATER) } : {}),
    ...(job.limit && { rateLimit: job.limit }),
    ...(job.hasLife ? { expiresAt: moment(Date.now() + 2 * LATER) } : {}),
    retry: {
      max_attempts: job.maxAttempts,
      initial_interval_ms: job.delayed ? LATER : 0,
      max_interval_ms: LATER,
      jitter: false,
      on_exhaustion: job.dlq ? 'dead_letter' : 'discard',
    },
  });

/** A claim that is mostly the right one. */
export function claimOf(
  act: Act,
  job: ModelJob,
  wrong: string,
): { model: ModelClaim; real: LeaseClaim; caller: Caller } {
  const lease = job.lease;
  const principal = wrong === 'principal' ? act.who.principal : (lease?.principal ?? act.who.principal);
  const worker = wrong === 'worker' ? act.who.worker || undefined : lease?.worker || undefined;
  const attempt = wrong === 'attempt' ? Math.max(1, job.attempt - 1) : wrong === 'any' ? undefined : job.attempt || 1;
  const replays = wrong === 'life' ? Math.max(0, job.replays - 1) : job.replays;
  const queue = wrong === 'queue' ? QUEUES[0] : job.queue;
  return {
    model: { id: job.id, queue, principal, worker, attempt, replays },
    real: {
      id: job.id,
      queue,
      ...(worker === undefined ? {} : { workerId: worker }),
      ...(attempt === undefined ? {} : { attempt, replays }),
    },
    caller: { principal, epoch: act.caller.epoch },
  };
}

/** A step as fast-check runs and shrinks it. */
export class Step<Args> implements fc.AsyncCommand<Models, Real> {
  readonly #name: string;
  readonly #who: Who;
  readonly #args: Args;
  readonly #run: (act: Act, args: Args) => Promise<void>;

  constructor(name: string, who: Who, args: Args, run: (act: Act, args: Args) => Promise<void>) {
    this.#name = name;
    this.#who = who;
    this.#args = args;
    this.#run = run;
  }

  check(): boolean {
    return true;
  }

  async run(models: Models, real: Real): Promise<void> {
    real.steps++;
    const { engine, tenant, principal, stale } = this.#who;
    await this.#run(
      {
        who: this.#who,
        engine: real.engines[engine]!,
        other: real.engines[1 - engine]!,
        caller: { principal, epoch: stale ? '9' : '0' },
        tenant: real.tenants[tenant]!,
        model: models[tenant]!,
        real,
      },
      this.#args,
    );
  }

  toString(): string {
    return `${this.#name} ${fc.stringify({ ...this.#who, args: this.#args })}`;
  }
}

const who: fc.Arbitrary<Who> = fc.record({
  engine: fc.nat({ max: 1 }),
  tenant: fc.nat({ max: 1 }),
  principal: fc.constantFrom('p', 'q'),
  worker: fc.constantFrom('', 'v', 'w'),
  stale: fc.nat({ max: 29 }).map((n) => n === 29),
});

/** An arbitrary of steps of one kind. */
export const steps = <Args>(
  name: string,
  args: fc.Arbitrary<Args>,
  run: (act: Act, args: Args) => Promise<void>,
): fc.Arbitrary<Step<unknown>> =>
  fc.tuple(who, args).map(([w, a]) => new Step(name, w, a, run) as unknown as Step<unknown>);
