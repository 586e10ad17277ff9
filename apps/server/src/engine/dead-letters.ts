import type { Job } from '@ojs/schema';
import type { EngineContext } from './context.ts';
import type { DeadLetterPage } from './engine.ts';
import { BadCursor } from './errors.ts';
import { redisFailure } from './scripts.ts';

/** A place in the list: newest first, ids breaking ties. */
interface Place {
  readonly at: number;
  readonly id: string;
  readonly queue: string;
}

export interface DeadLetterQuery {
  readonly visible: (queue: string) => boolean;
  readonly queue?: string;
  readonly limit: number;
  readonly offset: number;
  readonly cursor?: string;
}

/** Records that are read together, before it is looked at how large the answer has become. */
const READ_AT_ONCE = 8;

const later = (a: Place, b: Place): number => b.at - a.at || (a.id < b.id ? 1 : -1);

const encode = ({ at, id }: Place): string => Buffer.from(`${at}:${id}`).toString('base64url');

function decode(cursor: string): Pick<Place, 'at' | 'id'> {
  const match = /^(\d{1,15}):([0-9a-f-]{36})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1'));
  if (!match) throw new BadCursor();
  return { at: Number(match[1]), id: match[2]! };
}

/** Dead letters (ojs-retry §2.2), kept per queue so that who may inspect one queue pages through just that one. */
export function createDeadLetters(
  { client, spaces, settings }: EngineContext,
  names: (tenant: string) => Promise<string[]>,
  readIn: (tenant: string, id: string, queue: string) => Promise<Job | undefined>,
) {
  const keyOf = (tenant: string, queue: string): string => `${spaces.of(tenant).prefix}/dead/${queue}`;

  /** The newest `most` of a queue that come after the cursor. */
  async function newest(key: string, queue: string, most: number, after?: Pick<Place, 'at' | 'id'>): Promise<Place[]> {
    const found: Place[] = [];
    let from = after ? await client.zcount(key, `(${after.at}`, '+inf') : 0;
    while (found.length < most) {
      const flat = await client.zrevrange(key, from, from + most - 1, 'WITHSCORES');
      for (let i = 0; i < flat.length; i += 2) {
        const place = { id: flat[i]!, at: Number(flat[i + 1]), queue };
        if (!after || later(place, { ...after, queue }) > 0) found.push(place);
      }
      if (flat.length < most * 2) break;
      from += most;
    }
    return found.slice(0, most);
  }

  async function places(tenant: string, query: DeadLetterQuery): Promise<{ found: Place[]; total: number }> {
    const queues = (query.queue === undefined ? await names(tenant) : [query.queue]).filter(query.visible);
    const after = query.cursor === undefined ? undefined : decode(query.cursor);
    const most = (after ? 0 : query.offset) + query.limit + 1;
    try {
      const counts = await Promise.all(queues.map((queue) => client.zcard(keyOf(tenant, queue))));
      const filled = queues.filter((_, i) => counts[i]! > 0);
      const lists = await Promise.all(filled.map((queue) => newest(keyOf(tenant, queue), queue, most, after)));
      const found = lists
        .flat()
        .sort(later)
        .slice(after ? 0 : query.offset, most);
      return { found, total: counts.reduce((sum, count) => sum + count, 0) };
    } catch (error) {
      throw redisFailure(error);
    }
  }

  return {
    isDeadLetter: async (tenant: string, id: string, queue: string): Promise<boolean> => {
      try {
        return (await client.zscore(keyOf(tenant, queue), id)) !== null;
      } catch (error) {
        throw redisFailure(error);
      }
    },

    deadLetters: async (tenant: string, query: DeadLetterQuery): Promise<DeadLetterPage> => {
      const { found, total } = await places(tenant, query);
      const page = found.slice(0, query.limit);
      const jobs: Job[] = [];
      let taken = 0;
      for (let bytes = 0; taken < page.length && bytes < settings.answerBytes; ) {
        const slice = page.slice(taken, taken + READ_AT_ONCE);
        taken += slice.length;
        const read = await Promise.all(slice.map(({ id, queue }) => readIn(tenant, id, queue)));
        jobs.push(...read.filter((job) => job !== undefined));
        bytes += JSON.stringify(read).length;
      }
      const next = found.length > taken ? encode(found[taken - 1]!) : undefined;
      return { jobs, total, ...(next === undefined ? {} : { next }) };
    },
  };
}
