import fc from 'fast-check';
import { type Act, claimOf, pickLeased, same, steps } from './engine-steps.ts';

const spec = fc.record({
  pick: fc.nat({ max: 999 }),
  wrong: fc.constantFrom('', '', '', 'any', 'principal', 'worker', 'attempt', 'queue'),
});
type Spec = { pick: number; wrong: string };

/** What the holder of a lease tells and leaves behind, and what comes of it when others do. */
export const attemptSteps = (['save', 'forget', 'report'] as const).map((name) =>
  steps(name, spec, async (act: Act, { pick, wrong }: Spec) => {
    const job = pickLeased(act.model, pick);
    if (!job) return;
    const { model, real, caller } = claimOf(act, job, wrong);
    const { attempts } = act.engine;
    const actual = {
      save: async () => (await attempts.save(act.tenant, caller, real, job.id, false)).sequence,
      forget: () => attempts.forget(act.tenant, caller, real, false),
      report: async () => (await attempts.report(act.tenant, caller, real, { progress: 0.5 })).accepted,
    }[name];
    await same(act, () => act.model[name](model), actual, job.id);
  }),
);
