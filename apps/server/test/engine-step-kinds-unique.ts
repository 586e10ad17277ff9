import { CONFLICT_STRATEGIES, JOB_STATES } from '@ojs/schema';
import fc from 'fast-check';
import type { Caller } from '../src/engine/engine.ts';
import type { Model } from './engine-model.ts';
import { ModelUnique, type NewUniqueJob, type Right } from './engine-model-unique.ts';
import { newJobs, QUEUES, same, sameJob, steps, toEngine } from './engine-steps.ts';

const DEFAULT_STATES = ['available', 'active', 'scheduled', 'retryable', 'pending'] as const;

/** What each principal of the steps may do in each queue, and what follows for jobs in its way. */
const PERMISSIONS: Readonly<Record<string, readonly string[]>> = {
  p: QUEUES.flatMap((queue) => ['enqueue', 'inspect', 'cancel'].map((each) => `${each} ${queue}`)),
  q: ['enqueue q0', 'inspect q0', 'inspect q1', 'cancel q1'],
};
const RIGHTS: Readonly<Record<string, Readonly<Record<string, Right>>>> = {
  p: { q0: 'all', q1: 'all', q2: 'all' },
  q: { q0: 'own', q1: 'all', q2: 'none' },
};

const spec = fc.record({
  job: fc.record({
    queue: fc.constantFrom(...QUEUES),
    kind: fc.constantFrom('available', 'available', 'scheduled', 'pending'),
    priority: fc.constantFrom(0, 100),
    maxAttempts: fc.integer({ min: 1, max: 2 }),
    dlq: fc.boolean(),
    delayed: fc.boolean(),
    later: fc.constant(false),
    hasLife: fc.boolean(),
    limit: fc.constant(undefined),
    id: fc.constantFrom('new', 'new', 'new', 'new', 'removed', 'existing'),
  } as const),
  unique: fc.option(
    fc.record({
      key: fc.nat({ max: 1 }),
      states: fc.oneof(fc.constant(DEFAULT_STATES), fc.subarray([...JOB_STATES], { minLength: 1 })),
      strategy: fc.constantFrom(...CONFLICT_STRATEGIES),
    }),
    { freq: 6, nil: undefined },
  ),
});

const rules = new WeakMap<Model, ModelUnique>();

function rulesOf(model: Model): ModelUnique {
  let unique = rules.get(model);
  if (!unique) {
    unique = new ModelUnique();
    rules.set(model, unique);
    model.listeners.push(unique);
  }
  return unique;
}

const uniqueToEngine = ({ unique, ...job }: NewUniqueJob) => ({
  ...toEngine(job),
  ...(unique && {
    args: [unique.key],
    unique: { keys: ['args' as const], states: [...unique.states], on_conflict: unique.strategy },
  }),
});

/** Batches with unique jobs, by principals who may do different things. */
export const pushUnique = steps(
  'push of unique jobs',
  fc.array(spec, { minLength: 1, maxLength: 3 }),
  async (act, specs) => {
    const plain = newJobs(
      act,
      specs.map(({ job }) => job),
    );
    const jobs = plain.map((job, i): NewUniqueJob => ({ ...job, unique: specs[i]!.unique }));
    const { principal } = act.who;
    const caller: Caller = {
      ...act.caller,
      may: (permission, queue) => PERMISSIONS[principal]!.includes(`${permission} ${queue}`),
    };
    let answered: string[] = [];
    await same(
      act,
      () => {
        answered = rulesOf(act.model).push(act.model, jobs, principal, (queue) => RIGHTS[principal]![queue]!);
        return answered;
      },
      async () => (await act.engine.push(act.tenant, caller, jobs.map(uniqueToEngine))).map(({ id }) => id),
      jobs[0]?.id,
    );
    for (const id of answered) await sameJob(act.other, act.tenant, act.model, id);
  },
);
