import type { JobState } from '@ojs/schema';
import { expect } from 'vitest';
import { type Entry, eventsOf } from '../src/engine/events/log.ts';
import type { RedisClient } from '../src/redis/connect.ts';

/**
 * The events of the tenant tell each change of its jobs once, from the state that the one before led to, up to the states
 * that the jobs have. (Of a job that begins as pending, nothing is told before it is something else.)
 */
export async function expectTold(
  client: RedisClient,
  tenant: string,
  jobs: Iterable<{ readonly id: string; readonly state: JobState }>,
): Promise<void> {
  const log = (await client.xrange(`{ojs:${tenant}}/events`, '-', '+')) as Entry[];
  const states = new Map<string, string>();
  for (const event of log.flatMap((entry) => eventsOf(entry, ''))) {
    const { type, subject } = event;
    const change = event.change();
    if (change === undefined) {
      if (type === 'job.enqueued') states.set(subject, 'available');
      if (type === 'job.scheduled') states.set(subject, 'scheduled');
      continue;
    }
    if (change.from !== 'pending') expect([type, subject, change.from]).toEqual([type, subject, states.get(subject)]);
    states.set(subject, change.to);
  }
  const waits = [...jobs].filter(({ state }) => state !== 'pending');
  expect(waits.map(({ id }) => [id, states.get(id)])).toEqual(waits.map(({ id, state }) => [id, state]));
}
