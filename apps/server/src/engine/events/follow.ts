import type { EngineContext } from '../context.ts';
import { redisFailure } from '../scripts.ts';
import { compareEntries, type Entry, eventsOf, type LoggedEvent, momentOf, placeOf } from './log.ts';
import { EventTail } from './tail.ts';

const CHUNK = 50;

/** Events that are kept no more were still to be told; between these moments (ms since the epoch). */
export interface Gap {
  readonly from: number;
  readonly to: number;
}

/** One reader of a tenant's log, who is told each event once, in order, however slowly it reads. */
export interface EventFollower {
  /** Events and, before them, what is missing. Neither when the time was up or the signal fired. @throws {BackendUnavailable} */
  next(ms: number, signal: AbortSignal): Promise<{ readonly events: readonly LoggedEvent[]; readonly gap?: Gap }>;
  close(): void;
}

/** Follows the event logs of tenants; each is read once for all who are up to date. */
export function createFollow({ client, spaces }: EngineContext, source: string) {
  const tails = new Map<string, EventTail>();

  const range = async (tenant: string, from: string, count: number): Promise<Entry[]> => {
    try {
      return (await client.xrange(spaces.of(tenant).events, from, '+', 'COUNT', count)) as Entry[];
    } catch (error) {
      throw redisFailure(error);
    }
  };
  const newest = async (tenant: string): Promise<string> => {
    try {
      const [entry] = await client.xrevrange(spaces.of(tenant).events, '+', '-', 'COUNT', 1);
      return entry?.[0] ?? '0-0';
    } catch (error) {
      throw redisFailure(error);
    }
  };

  function tailOf(tenant: string, from: string): EventTail {
    let tail = tails.get(tenant);
    if (tail === undefined) {
      const read = (after: string, count: number): Promise<Entry[]> => range(tenant, `(${after}`, count);
      tail = new EventTail(from, read, () => tails.delete(tenant));
      tails.set(tenant, tail);
    }
    return tail;
  }

  /** @param after the id of an event: goes on behind it. Absent: from now on. */
  return async (tenant: string, after?: string): Promise<EventFollower> => {
    const last = await newest(tenant);
    const tail = tailOf(tenant, last);
    tail.join();
    const asked = after === undefined ? undefined : placeOf(after);
    const isKnown = asked !== undefined && compareEntries(asked.entry, last) <= 0;
    let { entry, line } = isKnown ? asked : { entry: last, line: Number.POSITIVE_INFINITY };
    // An id that the log cannot have written yet, or nobody wrote: all that is certain is that something may be missing.
    let unknown = after !== undefined && !isKnown;

    /** From the log itself: the rest of the entry in which the reader stands, what comes after, and whether something is missing. */
    async function readLog(): Promise<{ entries: Entry[]; gap?: Gap }> {
      const [entries, [oldest]] = await Promise.all([range(tenant, entry, CHUNK), range(tenant, '-', 1)]);
      const lost = entry !== '0-0' && oldest !== undefined && compareEntries(oldest[0], entry) > 0;
      return lost ? { entries, gap: { from: momentOf(entry), to: momentOf(oldest[0]) } } : { entries };
    }

    function advance(entries: readonly Entry[]): LoggedEvent[] {
      const events = entries.flatMap((each) => {
        if (each[0] !== entry) return eventsOf(each, source);
        return line === Number.POSITIVE_INFINITY ? [] : eventsOf(each, source).slice(line + 1);
      });
      const [newestRead] = entries.at(-1) ?? [];
      if (newestRead !== undefined) {
        entry = newestRead;
        line = Number.POSITIVE_INFINITY;
      }
      return events;
    }

    return {
      async next(ms, signal) {
        if (unknown) {
          unknown = false;
          const [oldest] = await range(tenant, '-', 1);
          return { events: [], gap: { from: momentOf(oldest?.[0] ?? last), to: momentOf(last) } };
        }
        const isBehind = line !== Number.POSITIVE_INFINITY || tail.after(entry) === undefined;
        const { entries, gap } = isBehind ? await readLog() : { entries: tail.after(entry) ?? [], gap: undefined };
        const events = advance(entries);
        if (gap !== undefined) return { events, gap };
        if (events.length > 0) return { events };
        // Having read the log to its end, the reader is up to date and stands on an entry that the tail knows or will meet.
        await tail.more(ms, signal);
        return { events: advance(tail.after(entry) ?? []) };
      },
      close: () => tail.leave(),
    };
  };
}
