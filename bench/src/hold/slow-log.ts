import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { SCRIPTS, sourceOf } from '../../../apps/server/src/engine/scripts.ts';
import { DEFAULT_SETTINGS } from '../../../apps/server/src/engine/settings.ts';
import { median } from '../statistics.ts';

/** What is faster (µs) is not noted down. */
const SLOWER_THAN = 500;
const ENTRIES = 10_000;

/** The command that kept Redis from everything else for longest (ms). */
export interface Slow {
  readonly ms: number;
  /** Of all commands of this name that were noted down. */
  readonly median: number;
  /** A script of ours by its name. */
  readonly name: string;
}

type Entry = [id: number, at: number, micros: number, args: string[]];

const sha = (text: string): string => createHash('sha1').update(text).digest('hex');

/** Which command held Redis for how long, as Redis itself measured it. */
export function slowLog(redis: Redis) {
  const names = new Map(SCRIPTS.map((name) => [sha(sourceOf(name, DEFAULT_SETTINGS)), name]));
  const nameOf = ([command = '', script = '']: string[]): string =>
    command.toLowerCase() === 'evalsha' ? (names.get(script) ?? script.slice(0, 8)) : command.toUpperCase();
  return {
    async begin(): Promise<void> {
      await redis.config('SET', 'slowlog-log-slower-than', SLOWER_THAN, 'slowlog-max-len', ENTRIES);
      await redis.call('SLOWLOG', 'RESET');
    },
    /** The slowest since the beginning. */
    async slowest(): Promise<Slow> {
      const entries = (await redis.call('SLOWLOG', 'GET', ENTRIES)) as Entry[];
      const slow = entries.map(([, , micros, args]) => ({ ms: micros / 1_000, name: nameOf(args) }));
      const [first] = slow.sort((a, b) => b.ms - a.ms);
      if (first === undefined) return { ms: SLOWER_THAN / 1_000, median: SLOWER_THAN / 1_000, name: 'none' };
      return { ...first, median: median(slow.filter(({ name }) => name === first.name).map(({ ms }) => ms)) };
    },
  };
}
