import type { JobErrorReport } from '@ojs/schema';

/** A lease that ran out, as sweep.lua reports it. */
export type EndedLease = [
  queue: string,
  id: string,
  attempt: string,
  back: string,
  ojs: string | null,
  errors: string,
  timedOut: 0 | 1,
  replays: string,
  startedAt: string,
];

const seconds = (ms: number): number => Math.round(ms) / 1_000;

/** The error of an attempt that the server ended: by the execution timeout, told as ojs-timeouts §8 says, or with its lease. */
export function endedBy(
  [, , , , ojs, , timedOut, , startedAt]: EndedLease,
  now: number,
): { report: JobErrorReport; more?: Record<string, unknown> } {
  if (timedOut === 0) {
    const message = 'the lease ended without an ack or nack';
    return { report: { type: 'visibility_timeout', code: 'visibility_timeout', message } };
  }
  const { timeout_ms = 0 } = JSON.parse(ojs ?? '{}') as { timeout_ms?: number };
  const limit_seconds = seconds(timeout_ms);
  const message = `the attempt ran longer than the job’s timeout of ${limit_seconds} seconds`;
  return {
    report: { type: 'timeout', code: 'timeout', message },
    more: { timeout_kind: 'execution', limit_seconds, elapsed_seconds: seconds(now - Number(startedAt)) },
  };
}
