import type { JobState } from '@ojs/schema';
import type { EngineContext } from '../context.ts';
import { BadCursor } from '../errors.ts';
import type { JobFilter, Selected, Slice } from './selection.ts';

/** Whether a job's type is the one of the pattern, or begins with it where it ends with `*`. */
export const matchesType = (pattern: string, type: string): boolean =>
  pattern.endsWith('*') ? type.startsWith(pattern.slice(0, -1)) : type === pattern;

/** A job as scan.lua tells it. */
type Scanned = [
  id: string,
  type: string,
  created: string,
  enqueued: string,
  priority: string,
  error: string,
  ojs: string,
];

const PER_CALL = 100;
/** What clients sent may be large: fewer at a time. */
const PER_CALL_WHOLE = 20;

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

function matchesSent(filter: JobFilter, ojs: string): boolean {
  const { meta = {}, tags = [] } = ojs === '' ? {} : (JSON.parse(ojs) as { meta?: object; tags?: string[] });
  const known = new Map(Object.entries(meta));
  const wanted = Object.entries(filter.meta ?? {});
  return (
    wanted.every(([name, value]) => known.has(name) && isSame(known.get(name), value)) &&
    (filter.tags ?? []).every((tag) => tags.includes(tag))
  );
}

const within = (moment: string, after: number | undefined, before: number | undefined): boolean =>
  (after === undefined || Number(moment) > after) && (before === undefined || Number(moment) < before);

/** Whether a job is one of those that are meant; its queue and state are decided by where it was found. Pure. */
export const matchesFilter = (filter: JobFilter, job: Scanned): boolean => {
  const [, type, created, enqueued, priority, error, ojs] = job;
  return (
    (filter.type === undefined || matchesType(filter.type, type)) &&
    (filter.errorType === undefined || filter.errorType === error) &&
    (filter.priority === undefined || filter.priority === 101 - Number(priority)) &&
    within(created, filter.createdAfter, filter.createdBefore) &&
    within(enqueued, filter.enqueuedAfter, filter.enqueuedBefore) &&
    matchesSent(filter, ojs)
  );
};

/** Where the jobs of a state are, as scan.lua knows the places. */
const placesOf = (state: JobState): readonly string[] => (state === 'available' ? ['available', 'limited'] : [state]);

/** Where a selection goes on: behind a queue and state that are done with, or in the middle of one. */
interface Place {
  readonly queue: string;
  /** Which of the places of the states. */
  readonly place: number;
  readonly scan: string;
}

const encode = ({ queue, place, scan }: Place): string =>
  Buffer.from(`${place}:${scan}:${queue}`).toString('base64url');

function decode(cursor: string): Place {
  const match = /^(\d):(\d{1,20}):([a-zA-Z0-9._-]{1,255})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1'));
  if (!match) throw new BadCursor();
  return { place: Number(match[1]), scan: match[2]!, queue: match[3]! };
}

/**
 * Selects jobs by a filter: queue by queue in the order of their names, state by state, some at a time, so that neither
 * Redis nor the caller is held by many. A job that is there all the while is found at least once.
 */
export function createSelect({ run, spaces }: EngineContext, names: (tenant: string) => Promise<string[]>) {
  return async function* select(tenant: string, filter: JobFilter, cursor?: string): AsyncGenerator<Slice> {
    const whole = filter.meta !== undefined || filter.tags !== undefined;
    const places = filter.states.flatMap((state) => placesOf(state).map((name) => ({ name, state })));
    const from = cursor === undefined ? undefined : decode(cursor);
    const known = filter.queue === undefined ? (await names(tenant)).sort() : [filter.queue];
    const queues = known.filter((queue) => filter.visible(queue) && queue >= (from?.queue ?? ''));
    for (const [q, queue] of queues.entries()) {
      const resumed = queue === from?.queue ? from : undefined;
      for (let place = resumed?.place ?? 0; place < places.length; place++) {
        const { name, state } = places[place]!;
        let scan = place === resumed?.place ? resumed.scan : '0';
        do {
          const args = [queue, name, scan, whole ? PER_CALL_WHOLE : PER_CALL, whole ? 1 : 0];
          const [next, ...scanned] = (await run('scan', spaces.of(tenant), args)) as [string, ...Scanned[]];
          const found: Selected[] = scanned
            .filter((job) => matchesFilter(filter, job))
            .map(([id]) => ({ id, queue, state }));
          scan = next;
          const rest = following({ queue, place, scan }, places.length, queues[q + 1]);
          yield { found, looked: scanned.length, ...(rest && { next: encode(rest) }) };
        } while (scan !== '0');
      }
    }
  };
}

/** The place after a scan that went as far as `scan`, '0' for its end. */
function following({ queue, place, scan }: Place, places: number, nextQueue: string | undefined): Place | undefined {
  if (scan !== '0') return { queue, place, scan };
  if (place + 1 < places) return { queue, place: place + 1, scan: '0' };
  return nextQueue === undefined ? undefined : { queue: nextQueue, place: 0, scan: '0' };
}
