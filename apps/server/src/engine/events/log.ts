import { type EventType, formatTimestamp, type JobState, type OjsEvent } from '@ojs/schema';
import { dataOf, stateChangeOf } from './data.ts';

/** An entry of the log: the events of one script, one a line. */
export type Entry = [id: string, fields: string[]];

/** Where an event stands: its entry, and its line there. */
export interface Place {
  readonly entry: string;
  readonly line: number;
}

/** An event of the log; what it is filtered by is at hand, the rest is read when it is asked for. */
export interface LoggedEvent {
  readonly id: string;
  readonly type: EventType;
  /** The queue whose permission decides who may see it. */
  readonly queue: string;
  readonly subject: string;
  readonly jobType: string;
  event(): OjsEvent;
  change(): { readonly from: string; readonly to: JobState } | undefined;
}

/** With `-s`: the change of state that an event tells of, which is told just before the event. */
const EVENT_ID = /^evt_(\d{1,16}-\d{1,10})-(\d{1,5})(-s)?$/;

/** The place up to which all was told when an event with this id was; undefined where it is not an id of ours. */
export function placeOf(id: string): Place | undefined {
  const [, entry, line, change] = EVENT_ID.exec(id) ?? [];
  return entry === undefined ? undefined : { entry, line: Number(line) - (change === undefined ? 0 : 1) };
}

/** When the entry was written, in milliseconds since the epoch. */
export const momentOf = (entry: string): number => Number(entry.split('-', 1)[0]);

/** Negative where `a` is older. */
export function compareEntries(a: string, b: string): number {
  const [, aSequence = 0] = a.split('-').map(Number);
  const [, bSequence = 0] = b.split('-').map(Number);
  return momentOf(a) - momentOf(b) || aSequence - bSequence;
}

/** The fields of a line, as `event` of base.lua writes them; JSON (`e=` an error, `j=` data) comes last. */
function fieldsOf(rest: string): Record<string, string> {
  const [, plain = '', name, json = ''] = /^(.*?)(?:(?:^| )([ej])=([{].*))?$/s.exec(rest) ?? [];
  const pairs = plain.split(' ').filter(Boolean);
  const fields = Object.fromEntries(pairs.map((pair) => pair.split('=', 2) as [string, string]));
  return name === undefined ? fields : { ...fields, [name]: json };
}

function eventOf(entry: string, line: number, text: string, source: string): LoggedEvent {
  const [type = '', queue = '', subject = '', jobType = '', ...rest] = text.split(' ');
  const id = `evt_${entry}-${line}`;
  const head = { id, type: type as EventType, queue, subject, jobType };
  const fields = (): Record<string, string> => fieldsOf(rest.join(' '));
  return {
    ...head,
    event: () => ({
      specversion: '1.0',
      id,
      type: head.type,
      source,
      time: formatTimestamp(momentOf(entry)),
      subject,
      data: dataOf(head.type, queue, jobType, fields()),
    }),
    change: () => stateChangeOf(head.type, fields().f),
  };
}

/** The events of an entry, in their order. */
export const eventsOf = ([entry, [, text = '']]: Entry, source: string): LoggedEvent[] =>
  text.split('\n').map((line, n) => eventOf(entry, n, line, source));
