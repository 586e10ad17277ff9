import { backoffMs, type Client, type Job, OjsError, sleep } from '@ojs/client';
import type { Tell } from './events.ts';
import type { Declaration } from './versions.ts';

/** What {@link fetchLoop} works with. */
export interface FetchContext {
  readonly client: Client;
  readonly workerId: string;
  readonly queues: readonly string[];
  readonly leaseMs: number;
  readonly waitMs: number;
  readonly declared: Declaration | undefined;
  readonly tell: Tell;
  /** Resolves with how many jobs may be taken, at least one. */
  readonly room: (signal: AbortSignal) => Promise<number>;
  /** Takes the jobs; it must not throw. */
  readonly take: (jobs: Job[]) => void;
}

const ONCE = { retries: 0, baseMs: 0, capMs: 0, maxRetryAfterMs: 0 };
/** What a poll may take beyond the time it waits. */
const SLACK_MS = 10_000;
/** http-binding §10.1. */
const COUNT_MAX = 100;
/** The first wait is up to a second, so that workers that lost a server together do not come back together. */
const RECONNECT = { baseMs: 1_000, capMs: 30_000 };
/** A server that answers "none" at once, instead of waiting, is asked more and more slowly. */
const IDLE = { baseMs: 100, capMs: 1_000 };

/** Fetches for ever: waits for room, then for jobs, by one long poll at a time. Ends when the signal fires. */
export async function fetchLoop(context: FetchContext, signal: AbortSignal): Promise<void> {
  let failures = 0;
  let empty = 0;
  let most = COUNT_MAX;
  while (!signal.aborted) {
    try {
      const count = Math.min(most, await context.room(signal));
      const asked = performance.now();
      const jobs = await fetch(context, count, signal);
      failures = 0;
      most = Math.min(COUNT_MAX, most * 2);
      if (jobs.length > 0) context.take(jobs);
      const early = jobs.length === 0 && performance.now() - asked < Math.min(1_000, context.waitMs / 2);
      empty = early ? empty + 1 : 0;
      if (empty > 1) await sleep(backoffMs(empty, IDLE, 0.5 + Math.random() / 2), signal);
    } catch (error) {
      if (signal.aborted) return;
      failures += 1;
      // The jobs come again when their leases end; then fewer at once.
      if (error instanceof OjsError && error.code === 'answer_too_large') most = Math.max(1, most >> 1);
      context.tell({ type: 'error', operation: 'fetch', error });
      const asks = error instanceof OjsError ? Math.min(error.retryAfterMs ?? 0, RECONNECT.capMs) : 0;
      await sleep(asks + backoffMs(failures, RECONNECT, Math.random()), signal).catch(() => undefined);
    }
  }
}

async function fetch(context: FetchContext, count: number, signal: AbortSignal): Promise<Job[]> {
  const { client, workerId, queues, leaseMs, waitMs, declared } = context;
  const { jobs } = await client.call(
    'fetchJobs',
    {
      body: {
        queues: [...queues],
        count,
        worker_id: workerId,
        visibility_timeout_ms: leaseMs,
        wait_ms: waitMs,
        ...(declared && { handlers: [...declared] }),
      },
    },
    { retry: ONCE, timeoutMs: waitMs + SLACK_MS, signal },
  );
  return jobs ?? [];
}
