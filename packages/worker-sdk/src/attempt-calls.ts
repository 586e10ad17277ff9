import { type CallOptions, type Client, OjsError } from '@ojs/client';
import type { ActiveJob } from './active-job.ts';
import type { CheckpointCalls } from './checkpoint.ts';
import type { Tell } from './events.ts';
import type { ProgressReport } from './progress.ts';

/** A report that fails is not sent again: the next one says more. It must not hold up what follows either. */
const REPORT: CallOptions = {
  retry: { retries: 0, baseMs: 0, capMs: 0, maxRetryAfterMs: 0 },
  timeoutMs: 2_000,
};

/** What a handler has told the server of its attempt beside its end. */
export interface AttemptCalls extends CheckpointCalls {
  /** Never throws. */
  readonly report: (report: ProgressReport) => Promise<void>;
}

const isLost = (error: unknown): boolean => error instanceof OjsError && error.status === 409;

export function attemptCalls(client: Client, workerId: string, tell: Tell, active: ActiveJob): AttemptCalls {
  const { id, attempt, replay_count } = active.job;
  const lease = { worker_id: workerId, attempt, ...(replay_count && { replay_count }) };
  const path = { id };

  /** Whoever hears that the lease is lost need not wait for a heartbeat to say so. */
  const held = async <T>(call: () => Promise<T>): Promise<T> => {
    if (active.aborted) throw active.aborted;
    try {
      return await call();
    } catch (error) {
      if (!isLost(error) || active.settling) throw error;
      active.abort('lease_lost');
      throw active.aborted ?? error;
    }
  };

  return {
    async report(report) {
      if (active.lost) return;
      try {
        const { accepted } = await client.call('reportProgress', { path, body: { ...report, ...lease } }, REPORT);
        if (accepted) active.extend();
        else if (!active.settling) active.abort('lease_lost');
      } catch (error) {
        if (isLost(error) && !active.settling) active.abort('lease_lost');
        else tell({ type: 'error', operation: 'progress', error, jobId: id });
      }
    },
    save: async (state) => {
      await held(() => client.call('saveCheckpoint', { path, body: { state, ...lease } }, { signal: active.signal }));
    },
    clear: async () => {
      await held(() => client.call('deleteCheckpoint', { path, query: lease }, { signal: active.signal }));
    },
  };
}
