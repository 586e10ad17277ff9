import { matchesEvent, STATE_CHANGED } from '@ojs/schema';
import type { LoggedEvent } from '../engine/events/log.ts';
import type { Ask } from './ask.ts';
import { permitQueues } from './permit.ts';

/** What a caller asked to hear of. Absent: whatever it may inspect. */
export interface EventWish {
  readonly types?: readonly string[] | undefined;
  readonly queues?: readonly string[] | undefined;
  readonly jobTypes?: readonly string[] | undefined;
  readonly job?: string | undefined;
}

const everyType: readonly string[] = ['*'];

/** Names of queues are permitted, or refused, when they are named. @throws {Refusal} */
export function permitWish(ask: Ask, { queues }: EventWish): void {
  if (queues !== undefined) permitQueues(ask, queues, 'inspect');
}

/** What passes the wish and the caller's rights of this moment; asked anew for each event. */
export function eventFilter(ask: Ask, { types = everyType, queues, jobTypes, job }: EventWish) {
  const named = queues && new Set(queues);
  const isAbout = ({ queue, subject, jobType }: LoggedEvent): boolean =>
    (named === undefined || named.has(queue)) &&
    (job === undefined || subject === job) &&
    (jobTypes === undefined || jobTypes.includes(jobType)) &&
    ask.may('inspect', queue, { job: subject });
  return {
    /** Whether anything about it may be told at all. */
    isAbout,
    matches: (event: LoggedEvent): boolean => matchesEvent(types, event.type) && isAbout(event),
    tellsChanges: matchesEvent(types, STATE_CHANGED),
  };
}
