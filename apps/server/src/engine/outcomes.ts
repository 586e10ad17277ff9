import type { JobState } from '@ojs/schema';
import {
  LeaseLost,
  NoSuchJob,
  QueueClosed,
  StaleAccess,
  TooManyQueues,
  TooManyWorkers,
  WorkerDraining,
  WorkerTaken,
  WrongState,
} from './errors.ts';
import type { Reply } from './scripts.ts';

/** An answer of a script that changes something: `ok` and what it found, or why it changed nothing. */
export type Outcome = [status: string, ...rest: Reply[]];

/** Throws what the script refused with; returns what follows `ok`. */
export function accepted(outcome: Outcome, id: string): Reply[] {
  const [status, ...rest] = outcome;
  switch (status) {
    case 'ok':
      return rest;
    case 'stale':
      throw new StaleAccess(String(rest[0]));
    case 'closed':
      throw new QueueClosed(String(rest[0]));
    case 'queues':
      throw new TooManyQueues(Number(rest[0]));
    case 'taken':
      throw new WorkerTaken();
    case 'crowded':
      throw new TooManyWorkers();
    case 'draining':
      throw new WorkerDraining();
    case 'missing':
      throw new NoSuchJob(id);
    case 'lost':
      throw new LeaseLost(id, rest[0] as JobState);
    case 'wrong':
      throw new WrongState(id, rest[0] as JobState);
    default:
      throw new Error(`a script answered ${status}`);
  }
}
