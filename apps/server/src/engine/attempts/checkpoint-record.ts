import { formatTimestamp } from '@ojs/schema';

/** What a job's attempts left behind (ojs-durable-execution §5.1). */
export interface Checkpoint {
  readonly state: unknown;
  /** How many were saved since the first, or since the last was deleted. */
  readonly sequence: number;
  /** RFC 3339. */
  readonly createdAt: string;
}

/** @param state as JSON @param at milliseconds since the epoch */
export const checkpointOf = (state: string, sequence: string, at: string): Checkpoint => ({
  state: JSON.parse(state),
  sequence: Number(sequence),
  createdAt: formatTimestamp(Number(at)),
});

/** The checkpoint that the fetch script put beside the fields of the job, as attributes of the job (§6.1; ojs-progress §6.4). */
export function handedCheckpoint(hash: Readonly<Record<string, string>>): Record<string, unknown> {
  const { 'cp.state': json, 'cp.seq': seq, 'cp.at': at, 'cp.lp': withProgress } = hash;
  if (json === undefined || seq === undefined || at === undefined) return {};
  const { state, sequence, createdAt } = checkpointOf(json, seq, at);
  return {
    checkpoint: { state, sequence, created_at: createdAt },
    ...(withProgress === '1' && { last_checkpoint: state }),
  };
}
