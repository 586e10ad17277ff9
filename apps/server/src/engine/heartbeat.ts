import type { EngineContext } from './context.ts';
import type { Caller, Heartbeat, HeartbeatOutcome } from './engine.ts';
import { accepted, type Outcome } from './outcomes.ts';

/** BEAT (ojs-core §7.5): extends the leases of one worker. */
export function createHeartbeat({ run, spaces, queueOf }: EngineContext) {
  return async (tenant: string, caller: Caller, beat: Heartbeat): Promise<HeartbeatOutcome> => {
    const queues = await queueOf.find(tenant, beat.ids);
    const known = beat.ids.flatMap((id, i) => (queues[i] === undefined ? [] : [[queues[i], id] as const]));
    const outcome = (await run('heartbeat', spaces.of(tenant), [
      caller.epoch,
      caller.principal,
      beat.workerId,
      beat.leaseMs ?? '',
      known.length,
      ...known.flat(),
    ])) as Outcome;
    const [now, extended, lost, directive] = accepted(outcome, '') as [number, string[], string[], string];
    const unknown = beat.ids.filter((_, i) => queues[i] === undefined);
    return { extended, lost: [...lost, ...unknown], now, ...(directive === '' ? {} : { directive }) };
  };
}
