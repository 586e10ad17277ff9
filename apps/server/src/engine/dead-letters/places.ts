import type { EngineContext } from '../context.ts';
import { BadCursor } from '../errors.ts';

/** A place in the list: newest first, ids breaking ties. */
export interface Place {
  readonly at: number;
  readonly id: string;
  readonly queue: string;
}
type After = Pick<Place, 'at' | 'id'>;

/** Which dead letters: of these queues, dead since and until (ms since the epoch, both included). */
export interface Span {
  readonly queues: readonly string[];
  readonly from: number;
  readonly to: number;
}

/** What one script call looks at, so that none holds Redis for long. */
const QUEUES_PER_CALL = 100;
const ENTRIES_PER_CALL = 2_000;
/** Up to here an offset is counted off; beyond, the moment that it falls into is searched. */
const NEAR = 200;

const later = (a: Place, b: Place): number => b.at - a.at || (a.id < b.id ? 1 : -1);

export const cursorOf = ({ at, id }: After): string => Buffer.from(`${at}:${id}`).toString('base64url');

/** @throws {BadCursor} */
export function placeOf(cursor: string): After {
  const match = /^(\d{1,15}):([0-9a-f-]{36})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1'));
  if (!match) throw new BadCursor();
  return { at: Number(match[1]), id: match[2]! };
}

type Look = [queue: string, count: number, ...idsAndMoments: string[]];

/**
 * Where dead letters stand, over many queues: each keeps its own, and a page is merged from what the queues have first. Its
 * cost grows with the number of queues that have dead letters and with the length of the page, not with how many there are.
 */
export function createDeadLetterPlaces({ run, spaces }: EngineContext) {
  async function look(tenant: string, { queues, from, to }: Span, most: number, after?: After): Promise<Look[]> {
    const size = Math.min(QUEUES_PER_CALL, Math.max(1, Math.floor(ENTRIES_PER_CALL / Math.max(1, most))));
    const looks: Look[] = [];
    for (let i = 0; i < queues.length; i += size) {
      const args = [from, to, after?.at ?? '', after?.id ?? '', most, ...queues.slice(i, i + size)];
      looks.push(...((await run('dead', spaces.of(tenant), args)) as Look[]));
    }
    return looks;
  }

  const placesOf = ([queue, , ...rest]: Look): Place[] =>
    Array.from({ length: rest.length / 2 }, (_, i) => ({ queue, id: rest[i * 2]!, at: Number(rest[i * 2 + 1]) }));

  const counts = async (tenant: string, span: Span): Promise<Map<string, number>> =>
    new Map((await look(tenant, span, 0)).map(([queue, count]) => [queue, count]));

  /** The first `most` that come after the place. */
  async function first(tenant: string, span: Span, most: number, after?: After): Promise<Place[]> {
    const heads = (await look(tenant, span, 1, after)).flatMap(placesOf).sort(later);
    // A page of so many comes from no more queues than that: those whose first ones come first.
    const queues = heads.slice(0, most).map(({ queue }) => queue);
    const lists = most === 1 ? [heads] : (await look(tenant, { ...span, queues }, most, after)).map(placesOf);
    return lists.flat().sort(later).slice(0, most);
  }

  /** The place before the one that `offset` skips to, as a moment and how many of that moment are skipped. */
  async function skip(tenant: string, span: Span, offset: number): Promise<{ to: number; skipped: number }> {
    if (offset <= NEAR) return { to: span.to, skipped: offset };
    const newerThan = async (moment: number): Promise<number> => {
      const looks = await look(tenant, { ...span, from: moment + 1 }, 0);
      return looks.reduce((sum, [, count]) => sum + count, 0);
    };
    let [low, high, newer] = [span.from, span.to, 0];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const count = await newerThan(middle);
      if (count <= offset) [high, newer] = [middle, count];
      else low = middle + 1;
    }
    return { to: low, skipped: offset - newer };
  }

  return { counts, first, skip };
}
