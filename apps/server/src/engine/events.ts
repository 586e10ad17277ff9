import { type EventType, formatTimestamp, type OjsEvent } from '@ojs/schema';
import type { EngineContext } from './context.ts';
import type { EventFilter } from './engine.ts';
import { hashOf } from './job-record.ts';
import { redisFailure } from './scripts.ts';

type Entry = [id: string, fields: string[]];

const CHUNK = 500;

const parsed = (json: string | undefined): unknown => (json ? JSON.parse(json) : undefined);

/** `data` of each type (ojs-events §4), from the short fields that the scripts write. */
function dataOf(type: EventType, fields: Record<string, string>): Record<string, unknown> {
  const { q: queue, job, a, d, w, p, at, e } = fields;
  if (type === 'queue.paused' || type === 'queue.resumed') return { queue };
  const data: Record<string, unknown> = { job_type: job, queue };
  if (a !== undefined) data[type === 'job.discarded' ? 'total_attempts' : 'attempt'] = Number(a);
  if (d !== undefined) data.duration_ms = Number(d);
  if (w) data.worker_id = w;
  if (p !== undefined) data.priority = 101 - Number(p);
  if (at !== undefined) data[type === 'job.retrying' ? 'next_retry_at' : 'scheduled_at'] = formatTimestamp(Number(at));
  if (e) data[type === 'job.discarded' ? 'last_error' : 'error'] = parsed(e);
  return data;
}

/** The event log of a tenant: one stream, written by the scripts that make the events true. */
export function createEvents({ client, spaces }: EngineContext, source: string) {
  function toEvent([id, flat]: Entry): OjsEvent & { queue: string } {
    const fields = hashOf(flat);
    const type = fields.t as EventType;
    return {
      specversion: '1.0',
      id: `evt_${id}`,
      type,
      source,
      time: formatTimestamp(Number(id.split('-', 1)[0])),
      subject: fields.id!,
      data: dataOf(type, fields),
      queue: fields.q!,
    };
  }

  /** Newest first; with `after`, oldest first from there on. */
  return async (tenant: string, filter: EventFilter): Promise<{ events: OjsEvent[]; hasMore: boolean }> => {
    const key = spaces.of(tenant).events;
    const found: OjsEvent[] = [];
    let edge = filter.after === undefined ? '+' : `(${filter.after.slice('evt_'.length)}`;
    while (found.length <= filter.limit) {
      let entries: Entry[];
      try {
        entries = (
          filter.after === undefined
            ? await client.xrevrange(key, edge, '-', 'COUNT', CHUNK)
            : await client.xrange(key, edge, '+', 'COUNT', CHUNK)
        ) as Entry[];
      } catch (error) {
        throw redisFailure(error);
      }
      for (const entry of entries) {
        const { queue, ...event } = toEvent(entry);
        if (filter.visible(queue) && (filter.types?.includes(event.type) ?? true)) found.push(event);
      }
      if (entries.length < CHUNK) break;
      edge = `(${entries.at(-1)![0]}`;
    }
    return { events: found.slice(0, filter.limit), hasMore: found.length > filter.limit };
  };
}
