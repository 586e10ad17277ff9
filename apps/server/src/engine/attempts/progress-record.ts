import { formatTimestamp, type JobState } from '@ojs/schema';

type Hash = Readonly<Record<string, string>>;

/** The record without what an earlier attempt reported (ojs-progress §5.3). */
export function withoutProgress(hash: Hash): Record<string, string> {
  const { progress, pg, pm, pd, pt, pv, ...rest } = hash;
  return rest;
}

/** What the last attempt reported, in a job's attributes. Whoever completed is wholly done (ojs-progress §8.1). */
export function progressOf(hash: Hash, state: JobState): Record<string, unknown> {
  if (hash.pt === undefined) return {};
  const done = state === 'completed';
  return {
    ...(done ? { progress: 1 } : hash.pg !== undefined && { progress: Number(hash.pg) }),
    ...(hash.pm && { progress_message: JSON.parse(hash.pm) }),
    ...(hash.pd && { progress_data: JSON.parse(hash.pd) }),
    progress_updated_at: formatTimestamp(Number(done ? hash.finishedOn : hash.pt)),
  };
}
