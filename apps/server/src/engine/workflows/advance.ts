import type { JobState } from '@ojs/schema';
import type { EngineContext } from '../context.ts';
import { BackendUnavailable } from '../errors.ts';
import { newlyPushed } from '../job-record.ts';
import type { Outcome } from '../outcomes.ts';
import { type Act, argumentsOf, decideAct, nothingOf } from './act.ts';
import type { Plan, Records } from './record.ts';

/** How often access, or the queues of jobs in the way, may change under a decision before it waits for its timer. */
const ROUNDS = 8;

/** A step did not begin, because the owner of its workflow may not enqueue there any more. */
export type OnStepRefused = (tenant: string, refused: { workflow: string; owner: string; queue: string }) => void;

/** Brings workflows forward: looks, decides with the owner's rights of the moment, and applies a slice of the decision. */
export function createAdvance(context: EngineContext, records: Records, onRefused: OnStepRefused) {
  const { run, spaces, rightsOf, observer } = context;

  /** @param states of the steps that began, '' of those that could not. */
  function tell(
    tenant: string,
    { id, owner }: Plan,
    act: Act,
    ms: number,
    now: number,
    states: readonly string[],
  ): void {
    for (const queue of new Set(act.forbidden.map(({ step }) => step.queue))) {
      onRefused(tenant, { workflow: id, owner, queue });
    }
    const added = act.begins.flatMap(({ job }, i) =>
      states[i] ? [newlyPushed(job, owner, states[i] as JobState, now)] : [],
    );
    if (added.length > 0) observer.enqueued(tenant, added, ms);
  }

  /** @returns whether there is more to do at once. */
  return async function advance(tenant: string, id: string): Promise<boolean> {
    const others = new Set<string>();
    let from = 0;
    for (let round = 1; round <= ROUNDS; round++) {
      const [plan, states] = await Promise.all([records.plan(tenant, id), records.states(tenant, id)]);
      if (plan === undefined || states === null) {
        await run('workflow-advance', spaces.of(tenant), nothingOf(id));
        return false;
      }
      const given = { rights: await rightsOf(tenant, plan.owner, plan.scope), others, from };
      const act = await decideAct(plan, states, given, (nodes) => records.jobs(tenant, id, nodes));
      const began = performance.now();
      const args = argumentsOf(plan, states, act, given);
      const [status, now, more, begun, unknown] = (await run('workflow-advance', spaces.of(tenant), args)) as Outcome;
      if (status === 'changed') return true;
      if (status !== 'ok') continue;
      tell(tenant, plan, act, performance.now() - began, Number(now), begun as string[]);
      for (const queue of unknown as string[]) others.add(queue);
      if (act.next !== undefined) {
        from = act.next;
        round = 0;
      } else if ((unknown as string[]).length === 0) return more === 1;
    }
    throw new BackendUnavailable(new Error('what a workflow depends on keeps changing'));
  };
}
