import type { EngineContext } from './context.ts';
import type { WorkerRecord, WorkerState } from './engine.ts';
import { redisFailure } from './scripts.ts';

/** A worker's record, as workers.lua writes it. */
const RECORD = /^(\S+) (\S+) (\d+) (\d+)(?: \S+)?$/;

export function createWorkers({ client, spaces }: EngineContext) {
  return async (tenant: string, principal: string, workerId: string): Promise<WorkerRecord | undefined> => {
    const text = await client.get(`${spaces.of(tenant).prefix}/worker/${workerId}`).catch((error: unknown) => {
      throw redisFailure(error);
    });
    const [, owner, state, active, seen] = RECORD.exec(text ?? '') ?? [];
    if (owner !== principal) return undefined;
    return { state: state as WorkerState, active: Number(active), seen: Number(seen) };
  };
}
