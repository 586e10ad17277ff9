import type { EngineContext } from './context.ts';
import type { Caller, Heartbeat, HeartbeatOutcome, WorkerState } from './engine.ts';
import { accepted, type Outcome } from './outcomes.ts';
import { declaration } from './versions.ts';

/** BEAT (ojs-core §7.5): extends the leases of one worker. */
export function createHeartbeat({ run, spaces }: EngineContext) {
  return async (tenant: string, caller: Caller, beat: Heartbeat): Promise<HeartbeatOutcome> => {
    const { workerId, leaseMs = '', state: told = '', ids, active = ids.length } = beat;
    const args = [caller.epoch, caller.principal, workerId, leaseMs, told, active, declaration(beat.handlers), ...ids];
    const outcome = (await run('heartbeat', spaces.of(tenant), args)) as Outcome;
    const [now, extended, lost, directive, state] = accepted(outcome, '') as [
      number,
      string[],
      string[],
      string,
      WorkerState,
    ];
    return { extended, lost, now, state, ...(directive === '' ? {} : { directive }) };
  };
}
