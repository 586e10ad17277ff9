import type { Caller } from '../caller.ts';
import type { EngineContext } from '../context.ts';
import { accepted, type Outcome } from '../outcomes.ts';

/** Forgets what happened to a job until now (ojs-execution-history §7.3). @throws {NoSuchJob} {@link StaleAccess} */
export function createForgetHistory({ run, spaces }: EngineContext) {
  return async (tenant: string, caller: Caller, id: string, queue: string): Promise<void> => {
    accepted((await run('forget-history', spaces.of(tenant), [caller.epoch, queue, id])) as Outcome, id);
  };
}
