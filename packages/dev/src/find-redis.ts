import { join } from 'node:path';
import { stateDirectory } from './paths.ts';
import { oldestRedis, type RedisBinary, redisOnPath, redisUnpackedIn } from './redis-binary.ts';
import { hasApt, installRedisPackage, type Tell, unpackRedisPackages } from './redis-packages.ts';

/** Options of {@link findRedis}. */
export type FindRedisOptions = {
  /** Where unpacked packages are kept, default `.ojs/redis`. */
  directory?: string;
  /** Whether packages may be installed or unpacked, default true. */
  install?: boolean;
  /** Hears what is done when it takes a while, default silent. */
  tell?: Tell;
};

const found = new Map<string, Promise<RedisBinary>>();

/**
 * Finds a Redis server program (7 or newer), or gets one: on the PATH, unpacked earlier, and on Debian and Ubuntu from
 * the distribution's packages: installed as root, unpacked below `.ojs/` as anyone else.
 *
 * Whoever wants another Redis sets OJS_REDIS_URL and does not ask.
 *
 * @throws Error whose message says what to do on this system
 */
export function findRedis(options: FindRedisOptions = {}): Promise<RedisBinary> {
  const { directory = join(stateDirectory, 'redis'), install = true, tell = () => {} } = options;
  const key = `${directory} ${install}`;
  const known = found.get(key) ?? search(directory, install, tell);
  found.set(key, known);
  known.catch(() => found.delete(key));
  return known;
}

async function search(directory: string, install: boolean, tell: Tell): Promise<RedisBinary> {
  const present = (await redisOnPath()) ?? (await redisUnpackedIn(directory));
  if (present !== undefined) return present;
  if (!install || !(await hasApt())) throw new Error(noRedisMessage(process.platform));
  try {
    if (process.getuid?.() === 0) await installRedisPackage(tell);
    else await unpackRedisPackages(directory, tell);
  } catch (error) {
    throw new Error(noRedisMessage(process.platform, (error as Error).message));
  }
  const now = (await redisOnPath()) ?? (await redisUnpackedIn(directory));
  if (now === undefined)
    throw new Error(noRedisMessage(process.platform, 'The package that this system offers is older.'));
  return now;
}

/** The one message for a reader without Redis. */
export function noRedisMessage(platform: NodeJS.Platform, reason?: string): string {
  const install =
    platform === 'darwin' ? 'brew install valkey' : platform === 'win32' ? 'use WSL with Ubuntu' : undefined;
  return [
    `No Redis: neither redis-server nor valkey-server, version ${oldestRedis} or newer, is on the PATH.`,
    ...(reason === undefined ? [] : [reason]),
    `Install one (${install ?? 'with your package manager: redis, redis-server or valkey'}) and run this again,`,
    'or name a Redis that already runs: OJS_REDIS_URL=redis://127.0.0.1:6379',
  ].join('\n');
}
