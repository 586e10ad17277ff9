import { type EventType, formatTimestamp, type OjsEvent } from '@ojs/schema';
import type { EngineContext } from './context.ts';
import type { EventFilter } from './engine.ts';
import { redisFailure } from './scripts.ts';

type Entry = [id: string, fields: string[]];

/** Entries that are read at once. One can hold the thousand events of a batch, and all of them are in memory together. */
const CHUNK = 50;

/** One line of an entry, as `event` of base.lua writes it; the error is JSON and comes last. */
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

/** A line of an entry: its place there, and what it is asked for before it is read. */
interface Line {
  readonly n: number;
  readonly type: EventType;
  readonly queue: string;
  readonly text: string;
}

/** An entry of the stream holds the events of one script, one a line. */
const linesOf = ([, [, text = '']]: Entry): Line[] =>
  text.split('\n').map((line, n) => {
    const [type = '', queue = ''] = line.split(' ', 2);
    return { n, type: type as EventType, queue, text: line };
  });

/** The event of a line; its id is the entry's and the place in it. */
function eventOf([entry]: Entry, { n, type, queue, text }: Line, source: string): OjsEvent {
  const [, , id = '', job = '', ...rest] = text.split(' ');
  return {
    specversion: '1.0',
    id: `evt_${entry}-${n}`,
    type,
    source,
    time: formatTimestamp(Number(entry.split('-', 1)[0])),
    subject: id,
    data: dataOf(type, queue, job, fieldsOf(rest.join(' '))),
  };
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
        const lines = after ? linesOf(entry) : linesOf(entry).reverse();
        for (const line of lines) {
          if (after && entry[0] === after.entry && line.n <= after.line) continue;
          if (!filter.visible(line.queue) || !(filter.types?.includes(line.type) ?? true)) continue;
          found.push(eventOf(entry, line, source));
          if (found.length > filter.limit) break;
        }
      }
      if (entries.length < CHUNK) break;
      edge = `(${entries.at(-1)![0]}`;
    }
    return { events: found.slice(0, filter.limit), hasMore: found.length > filter.limit };
  };
}
