import type { AbortReason } from './worker-errors.ts';

/** What a worker is doing (ojs-worker-protocol §2.1), and `stopped` when it has ended. */
export type WorkerState = 'running' | 'quiet' | 'terminate' | 'stopped';

interface OfJob {
  jobId: string;
  jobType: string;
  attempt: number;
}

/** What a worker tells `onEvent`. It never carries a job's arguments or its result. */
export type WorkerEvent =
  | { type: 'state'; state: WorkerState }
  /** A request failed; the worker goes on by itself. */
  | { type: 'error'; operation: 'fetch' | 'heartbeat' | 'ack' | 'nack' | 'progress'; error: unknown; jobId?: string }
  | ({ type: 'job.started' } & OfJob)
  | ({ type: 'job.completed'; durationMs: number } & OfJob)
  | ({ type: 'job.failed'; durationMs: number; error: unknown } & OfJob)
  /** Given back, to be done by another worker. */
  | ({ type: 'job.returned' } & OfJob)
  /** Somebody else has it now, or nobody may do it any more. */
  | ({ type: 'job.lost' } & OfJob)
  | ({ type: 'job.aborted'; reason: AbortReason } & OfJob);

export type Tell = (event: WorkerEvent) => void;

/** A hook that throws must not take a job with it. */
export function guarded(onEvent: Tell): Tell {
  return (event) => {
    try {
      onEvent(event);
    } catch (error) {
      process.emitWarning(`onEvent failed at ${event.type}: ${String(error)}`, { code: 'OJS_WORKER_HOOK' });
    }
  };
}

/** Without a hook: failures become process warnings, each message once until a different one comes. */
export function warnings(): Tell {
  let last = '';
  return (event) => {
    if (event.type !== 'error' && event.type !== 'job.failed') return;
    const what = event.type === 'error' ? event.operation : `job ${event.jobType}`;
    const message = `${what} failed: ${event.error instanceof Error ? event.error.message : String(event.error)}`;
    if (message === last) return;
    last = message;
    process.emitWarning(message, { code: 'OJS_WORKER' });
  };
}
