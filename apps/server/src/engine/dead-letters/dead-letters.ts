import { formatTimestamp, type Job } from '@ojs/schema';
import { matchesType } from '../bulk/select.ts';
import type { DeadLetterFilter, DeadLetterPage, DeadLetterQuery, DeadLetterStats, Slice } from '../bulk/selection.ts';
import type { EngineContext } from '../context.ts';
import { redisFailure } from '../scripts.ts';
import { createDeadLetterPlaces, cursorOf, type Place, placeOf, type Span } from './places.ts';

/** Whole records that are read together, before it is looked at how large the answer has become. */
const READ_AT_ONCE = 8;
/** Records of which type and last error are read together. */
const LOOK_AT_ONCE = 200;
/** Records that a list or statistics look at, where the type or the last error matters. */
const LOOKED_AT = 10_000;
/** Clocks of Redis and ours may differ: nothing is dead later than this after now. */
const SKEW_MS = 86_400_000;
const UNKNOWN = 'Unknown';

interface Looked extends Place {
  readonly type: string;
  readonly errorType: string;
}

const matches = ({ type, errorType }: DeadLetterFilter, job: Looked): boolean =>
  (type === undefined || matchesType(type, job.type)) && (errorType === undefined || errorType === job.errorType);

/** Dead letters (ojs-dead-letter), kept per queue so that who may inspect one queue pages through just that one. */
export function createDeadLetters(
  context: EngineContext,
  names: (tenant: string) => Promise<string[]>,
  readIn: (tenant: string, id: string, queue: string) => Promise<Job | undefined>,
) {
  const { client, spaces, settings } = context;
  const places = createDeadLetterPlaces(context);
  const prefixOf = (tenant: string): string => spaces.of(tenant).prefix;

  const reading = async <T>(read: () => Promise<T>): Promise<T> => {
    try {
      return await read();
    } catch (error) {
      throw redisFailure(error);
    }
  };

  /** What the filter says of queues and times, without the queues that have nothing there; and how many each has. */
  async function spanOf(
    tenant: string,
    { queue, visible, since, until }: DeadLetterFilter,
  ): Promise<Span & { counts: ReadonlyMap<string, number>; total: number }> {
    const queues = (queue === undefined ? await names(tenant) : [queue]).filter(visible);
    const span = { queues, from: since ?? 0, to: Math.min(until ?? Number.MAX_SAFE_INTEGER, Date.now() + SKEW_MS) };
    const counts = await places.counts(tenant, span);
    const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
    return { ...span, queues: [...counts.keys()], counts, total };
  }

  const lookAt = (tenant: string, found: readonly Place[]): Promise<Looked[]> =>
    reading(() =>
      Promise.all(
        found.map(async (place) => {
          const key = `${prefixOf(tenant)}:${place.queue}:${place.id}`;
          const [type, errorType] = await client.hmget(key, 'name', 'et');
          return { ...place, type: type ?? '', errorType: errorType ?? UNKNOWN };
        }),
      ),
    );

  /** Looks through the dead letters of a span, from the newest or behind a place, some at a time. */
  async function* walk(tenant: string, span: Span, after?: Pick<Place, 'at' | 'id'>): AsyncGenerator<Looked[]> {
    for (let behind = after; ; ) {
      const looked = await lookAt(tenant, await places.first(tenant, span, LOOK_AT_ONCE, behind));
      if (looked.length > 0) yield looked;
      if (looked.length < LOOK_AT_ONCE) return;
      behind = looked.at(-1);
    }
  }

  /** The page's places and one more, if there is one; `rest` is where the looking ended, should it have. */
  async function filtered(tenant: string, span: Span, query: DeadLetterQuery) {
    const found: Place[] = [];
    let looked = 0;
    let rest: Place | undefined;
    for await (const slice of walk(tenant, span, query.cursor === undefined ? undefined : placeOf(query.cursor))) {
      found.push(...slice.filter((each) => matches(query, each)));
      looked += slice.length;
      if (looked >= LOOKED_AT) {
        rest = slice.at(-1);
        break;
      }
    }
    const from = query.cursor === undefined ? query.offset : 0;
    return { found: found.slice(from, from + query.limit + 1), total: found.length, rest };
  }

  async function pageOf(tenant: string, query: DeadLetterQuery) {
    const { total, ...span } = await spanOf(tenant, query);
    if (query.type !== undefined || query.errorType !== undefined) return filtered(tenant, span, query);
    if (query.cursor !== undefined) {
      return { found: await places.first(tenant, span, query.limit + 1, placeOf(query.cursor)), total };
    }
    if (query.offset >= total) return { found: [], total };
    const { to, skipped } = await places.skip(tenant, span, query.offset);
    const found = await places.first(tenant, { ...span, to }, skipped + query.limit + 1);
    return { found: found.slice(skipped), total };
  }

  async function oldestOf(tenant: string, queues: readonly string[]): Promise<number | undefined> {
    const oldest = await reading(() =>
      Promise.all(queues.map((queue) => client.zrange(`${prefixOf(tenant)}/dead/${queue}`, '0', '0', 'WITHSCORES'))),
    );
    const moments = oldest.flatMap(([, at]) => (at === undefined ? [] : [Number(at)]));
    return moments.length > 0 ? Math.min(...moments) : undefined;
  }

  return {
    isDeadLetter: (tenant: string, id: string, queue: string): Promise<boolean> =>
      reading(async () => (await client.zscore(`${prefixOf(tenant)}/dead/${queue}`, id)) !== null),

    deadLetters: async (tenant: string, query: DeadLetterQuery): Promise<DeadLetterPage> => {
      const { found, total, rest } = { rest: undefined, ...(await pageOf(tenant, query)) };
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
      const behind = found.length > taken ? found[taken - 1] : rest;
      return { jobs, total, ...(behind === undefined ? {} : { next: cursorOf(behind) }) };
    },

    async *selectDeadLetters(tenant: string, filter: DeadLetterFilter, cursor?: string): AsyncGenerator<Slice> {
      const span = await spanOf(tenant, filter);
      for await (const looked of walk(tenant, span, cursor === undefined ? undefined : placeOf(cursor))) {
        const found = looked.filter((each) => matches(filter, each)).map(({ id, queue }) => ({ id, queue }));
        const last = looked.length < LOOK_AT_ONCE ? undefined : looked.at(-1);
        yield { found, looked: looked.length, ...(last && { next: cursorOf(last) }) };
      }
    },

    deadLetterStats: async (tenant: string, filter: DeadLetterFilter): Promise<DeadLetterStats> => {
      const { total, counts, ...span } = await spanOf(tenant, filter);
      const byErrorType = new Map<string, number>();
      let looked = 0;
      let newest: number | undefined;
      for await (const slice of walk(tenant, span)) {
        newest ??= slice[0]?.at;
        for (const { errorType } of slice) byErrorType.set(errorType, (byErrorType.get(errorType) ?? 0) + 1);
        looked += slice.length;
        if (looked >= LOOKED_AT) break;
      }
      const oldest = await oldestOf(tenant, span.queues);
      return {
        total,
        byQueue: Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1))),
        byErrorType: Object.fromEntries(byErrorType),
        looked,
        ...(oldest !== undefined && { oldestAt: formatTimestamp(oldest) }),
        ...(newest !== undefined && { newestAt: formatTimestamp(newest) }),
        maxAgeMs: settings.deadLetterMs,
        maxCount: settings.deadLetters,
        ...(oldest !== undefined && { nextPruneAt: formatTimestamp(oldest + settings.deadLetterMs) }),
      };
    },
  };
}
