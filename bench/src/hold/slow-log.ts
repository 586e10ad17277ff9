import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { SCRIPTS, sourceOf } from '../../../apps/server/src/engine/scripts.ts';
import { DEFAULT_SETTINGS } from '../../../apps/server/src/engine/settings.ts';

/** What is faster (µs) is not noted down. */
const SLOWER_THAN = 500;
const ENTRIES = 10_000;

/** A command that kept Redis from everything else, for so long (ms). */
export interface Slow {
  readonly ms: number;
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
      return entries.reduce<Slow>(
        (slowest, [, , micros, args]) =>
          micros / 1_000 > slowest.ms ? { ms: micros / 1_000, name: nameOf(args) } : slowest,
        { ms: SLOWER_THAN / 1_000, name: 'none' },
      );
    },
  };
}
