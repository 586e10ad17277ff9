import type { OjsEvent } from '@ojs/schema';
import type { EngineContext } from '../context.ts';
import type { EventFilter } from '../engine.ts';
import { redisFailure } from '../scripts.ts';
import { type Entry, eventsOf, placeOf } from './log.ts';

/** Entries that are read at once. One can hold the thousand events of a batch, and all of them are in memory together. */
const CHUNK = 50;

/** The event log of a tenant: one stream, written by the scripts that make the events true. */
export function createEvents({ client, spaces }: EngineContext, source: string) {
  const read = async (key: string, edge: string, forward: boolean): Promise<Entry[]> => {
    try {
      const entries = forward
        ? await client.xrange(key, edge, '+', 'COUNT', CHUNK)
        : await client.xrevrange(key, edge, '-', 'COUNT', CHUNK);
      return entries as Entry[];
    } catch (error) {
      throw redisFailure(error);
    }
  };

  /** Newest first; with `after`, oldest first from there on. */
  return async (tenant: string, filter: EventFilter): Promise<{ events: OjsEvent[]; hasMore: boolean }> => {
    const after = filter.after === undefined ? undefined : placeOf(filter.after);
    const found: OjsEvent[] = [];
    let edge = after?.entry ?? '+';
    while (found.length <= filter.limit) {
      const entries = await read(spaces.of(tenant).events, edge, after !== undefined);
      for (const entry of entries) {
        const seen = after?.entry === entry[0] ? after.line + 1 : 0;
        const events = eventsOf(entry, source).slice(seen);
        for (const logged of after ? events : events.reverse()) {
          if (!filter.matches(logged)) continue;
          found.push(logged.event());
          if (found.length > filter.limit) break;
        }
      }
      if (entries.length < CHUNK) break;
      edge = `(${entries.at(-1)![0]}`;
    }
    return { events: found.slice(0, filter.limit), hasMore: found.length > filter.limit };
  };
}
