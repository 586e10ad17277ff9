import { randomUUID } from 'node:crypto';
import { matchesEvent, WEBHOOK_BOUNDS } from '@ojs/schema';
import type { EngineContext } from '../context.ts';
import { compareEntries, type Entry, eventsOf, type LoggedEvent, placeOf } from '../events/log.ts';
import { type Rights, rightsOnce } from '../rights.ts';
import { type Argument, redisFailure } from '../scripts.ts';
import type { WebhookRecord } from './webhooks.ts';

/** How often new events are looked for while a subscription is active, in milliseconds. */
const LOOK_MS = 250;
/** Entries that are read, and deliveries that are made, in one go. */
const ENTRIES = 50;
const DELIVERIES = 200;
/** As the line of a cursor: all of the entry was looked at. */
const ALL = '99999';
/** An event is delivered whole up to this size; of a larger one (an error can hold 64 KiB) only what it is about. */
const BODY_CHARS = 32 * 1024;

interface Listener {
  readonly id: string;
  readonly record: WebhookRecord;
  /** Events of this entry and before are not its. */
  readonly since: string;
  readonly rights: Rights;
}

/** Whether the subscription is to hear of the event, as its owner may just now. */
function hears({ record: { events, filter }, since, rights }: Listener, event: LoggedEvent, entry: string): boolean {
  return (
    matchesEvent(events, event.type) &&
    (filter?.queues?.includes(event.queue) ?? true) &&
    (filter?.job_types?.includes(event.jobType) ?? true) &&
    compareEntries(entry, since) > 0 &&
    rights.may('inspect', event.queue)
  );
}

function bodyOf(logged: LoggedEvent): string {
  const event = logged.event();
  const whole = JSON.stringify(event);
  if (whole.length <= BODY_CHARS) return whole;
  const { job_type, queue } = event.data;
  return JSON.stringify({ ...event, data: { job_type, queue, truncated: true } });
}

/**
 * The chore `webhooks/feed`: reads the events that are new and makes deliveries of them. Deliveries and cursor are written by one script, which
 * refuses when the cursor was moved meanwhile: each event becomes one delivery of each subscription that is to hear of it, however many
 * processes look, and whenever one dies.
 */
export function createFeed({ client, run, spaces, due, rightsOf }: EngineContext, source: string) {
  async function listenersOf(tenant: string): Promise<Listener[]> {
    const { prefix } = spaces.of(tenant);
    const ids = await client.zrange(`${prefix}/webhooks`, 0, '-1');
    const read = await Promise.all(
      ids.map((id) => client.hmget(`${prefix}/webhook/${id}`, 'record', 'since', 'active')),
    );
    const rightsIn = rightsOnce(rightsOf, tenant);
    const listeners = read.map(async ([text, since, active], i): Promise<Listener[]> => {
      const id = ids[i];
      if (id === undefined || active !== '1' || typeof text !== 'string') return [];
      const record = JSON.parse(text) as WebhookRecord;
      return [{ id, record, since: since ?? '0-0', rights: await rightsIn(record) }];
    });
    return (await Promise.all(listeners)).flat();
  }

  async function look(tenant: string): Promise<void> {
    const { prefix, events: log } = spaces.of(tenant);
    const cursor = await client.get(`${prefix}/webhook-cursor`);
    if (cursor === null) return;
    const [entry = '0-0', line = ''] = cursor.split(' ');
    const from = line === ALL ? `(${entry}` : entry;
    const entries = (await client.xrange(log, from, '+', 'COUNT', ENTRIES)) as Entry[];
    const news = entries.flatMap((each) =>
      eventsOf(each, source).filter((event) => each[0] !== entry || (placeOf(event.id)?.line ?? 0) > Number(line)),
    );
    const listeners = news.length > 0 ? await listenersOf(tenant) : [];
    const deliveries: Argument[] = [];
    let next = cursor;
    let made = 0;
    let seen = 0;
    for (const event of news) {
      if (made >= DELIVERIES) break;
      const place = placeOf(event.id);
      if (place === undefined) continue;
      const to = listeners.filter((listener) => hears(listener, event, place.entry));
      const body = to.length > 0 ? bodyOf(event) : '';
      for (const { id } of to) deliveries.push(id, `del_${randomUUID()}`, event.id, event.type, event.queue, body);
      made += to.length;
      seen++;
      next = `${place.entry} ${place.line}`;
    }
    const last = entries.at(-1);
    if (last !== undefined && seen === news.length) next = `${last[0]} ${ALL}`;
    const hasMore = seen < news.length || entries.length === ENTRIES;
    const wait = hasMore ? 0 : LOOK_MS;
    await run('webhook', spaces.of(tenant), ['feed', '-', cursor, next, wait, WEBHOOK_BOUNDS.pending, ...deliveries]);
    due.expect(tenant, Date.now() + wait);
  }

  return async (tenant: string): Promise<void> => {
    try {
      await look(tenant);
    } catch (error) {
      throw redisFailure(error);
    }
  };
}
