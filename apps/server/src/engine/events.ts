import { type EventType, formatTimestamp, type OjsEvent } from '@ojs/schema';
import type { EngineContext } from './context.ts';
import type { EventFilter } from './engine.ts';
import { redisFailure } from './scripts.ts';

type Entry = [id: string, fields: string[]];

const CHUNK = 500;

/** One line of an entry, as `event` of prelude.lua writes it; the error is JSON and comes last. */
function fieldsOf(rest: string): Record<string, string> {
  const [, plain = '', error] = /^(.*?)(?:(?:^| )e=(.*))?$/s.exec(rest) ?? [];
  const pairs = plain.split(' ').filter(Boolean);
  const fields = Object.fromEntries(pairs.map((pair) => pair.split('=', 2) as [string, string]));
  return error === undefined ? fields : { ...fields, e: error };
}

/** `data` of each type (ojs-events §4), from the short fields that the scripts write. */
function dataOf(type: EventType, queue: string, job: string, fields: Record<string, string>): Record<string, unknown> {
  if (type === 'queue.paused' || type === 'queue.resumed') return { queue };
  const { a, d, w, p, at, e } = fields;
  const data: Record<string, unknown> = { job_type: job, queue };
  if (a !== undefined) data[type === 'job.discarded' ? 'total_attempts' : 'attempt'] = Number(a);
  if (d !== undefined) data.duration_ms = Number(d);
  if (w) data.worker_id = w;
  if (p !== undefined) data.priority = 101 - Number(p);
  if (at !== undefined) data[type === 'job.retrying' ? 'next_retry_at' : 'scheduled_at'] = formatTimestamp(Number(at));
  if (e) data[type === 'job.discarded' ? 'last_error' : 'error'] = JSON.parse(e);
  return data;
}

type Told = OjsEvent & { queue: string };

/** An entry of the stream holds the events of one script, one a line; an event's id is the entry's and its place in it. */
function eventsOf([entry, [, text = '']]: Entry, source: string): Told[] {
  return text.split('\n').map((line, n) => {
    const [type = '', queue = '', id = '', job = '', ...rest] = line.split(' ');
    return {
      specversion: '1.0',
      id: `evt_${entry}-${n}`,
      type: type as EventType,
      source,
      time: formatTimestamp(Number(entry.split('-', 1)[0])),
      subject: id,
      data: dataOf(type as EventType, queue, job, fieldsOf(rest.join(' '))),
      queue,
    };
  });
}

/** The place that an event's id names: its entry, and its line there. */
function placeOf(id: string): { entry: string; line: number } {
  const [, entry = '', line = ''] = /^evt_(\d+-\d+)-(\d+)$/.exec(id) ?? [];
  return { entry, line: Number(line) };
}

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
        const told = eventsOf(entry, source);
        const wanted = after ? told.filter((_, n) => entry[0] !== after.entry || n > after.line) : told.reverse();
        for (const { queue, ...event } of wanted) {
          if (filter.visible(queue) && (filter.types?.includes(event.type) ?? true)) found.push(event);
        }
      }
      if (entries.length < CHUNK) break;
      edge = `(${entries.at(-1)![0]}`;
    }
    return { events: found.slice(0, filter.limit), hasMore: found.length > filter.limit };
  };
}
