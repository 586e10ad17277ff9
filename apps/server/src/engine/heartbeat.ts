import type { EngineContext } from './context.ts';
import type { Caller, Heartbeat, HeartbeatOutcome } from './engine.ts';
import { accepted, type Outcome } from './outcomes.ts';

/** BEAT (ojs-core §7.5): extends the leases of one worker. */
export function createHeartbeat({ run, spaces }: EngineContext) {
  return async (tenant: string, caller: Caller, beat: Heartbeat): Promise<HeartbeatOutcome> => {
    const { workerId, leaseMs = '', ids } = beat;
    const args = [caller.epoch, caller.principal, workerId, leaseMs, ...ids];
    const outcome = (await run('heartbeat', spaces.of(tenant), args)) as Outcome;
    const [now, extended, lost, directive] = accepted(outcome, '') as [number, string[], string[], string];
    return { extended, lost, now, ...(directive === '' ? {} : { directive }) };
  };
}
