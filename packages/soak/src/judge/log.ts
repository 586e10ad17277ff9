import type { StreamedEvent } from '@ojs/client';
import type { Ledger } from '../ledger.ts';

/** An event that tells of a job or a queue. */
export interface Told {
  readonly type: string;
  readonly id: string;
  /** Of Redis, in milliseconds. */
  readonly at: number;
  readonly subject: string;
  readonly queue: string;
  readonly attempt: unknown;
}

/** After these events a job is in a state that is final, or may be. */
export const ENDS: Readonly<Record<string, string>> = {
  'job.completed': 'completed',
  'job.cancelled': 'cancelled',
  'job.discarded': 'discarded',
  'job.expired': 'discarded',
};

function toldOf(event: StreamedEvent): Told | undefined {
  if (!('subject' in event) || event.subject === undefined) return undefined;
  const { type, id, subject, data } = event;
  return { type, id, at: Number(id.split(/[_-]/)[1]), subject, queue: String(data.queue ?? ''), attempt: data.attempt };
}

/** Events as they were heard, which is the order of the scripts: what they tell is what was, at each moment. */
export const logOf = ({ events }: Ledger): Told[] => events.map(toldOf).filter((told) => told !== undefined);
