import { readdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { runCommand } from './run-command.ts';

/** A Redis server program that can be started here. */
export type RedisBinary = {
  /** The path or name of the program. */
  command: string;
  /** For people, such as `Redis 7.0.15`. */
  version: string;
  /** Environment that the program needs, such as where its libraries are. */
  env: NodeJS.ProcessEnv;
};

/** The oldest major version that has everything the server uses (functions, sharded data, `--cluster-port`). */
export const oldestRedis = 7;

/** What `redis-server --version` says, as `{ name, major, text }`; undefined if it is something else. */
export function parseRedisVersion(output: string): { major: number; text: string } | undefined {
  const found = /^(Redis|Valkey|\w+) server v=((\d+)\.\S+)/i.exec(output.trim());
  if (!found) return undefined;
  return { major: Number(found[3]), text: `${found[1]} ${found[2]}` };
}

/** Tries one program. Undefined when it is not there, does not run, or is older than {@link oldestRedis}. */
export async function tryRedisBinary(command: string, env: NodeJS.ProcessEnv = {}): Promise<RedisBinary | undefined> {
  const { code, stdout } = await runCommand(command, ['--version'], { env: { ...process.env, ...env } });
  const version = code === 0 ? parseRedisVersion(stdout) : undefined;
  if (version === undefined || version.major < oldestRedis) return undefined;
  return { command, version: version.text, env };
}

/** `redis-server` or `valkey-server` of version 7 or newer on the PATH. */
export async function redisOnPath(): Promise<RedisBinary | undefined> {
  return (await tryRedisBinary('redis-server')) ?? (await tryRedisBinary('valkey-server'));
}

/** A Redis that was unpacked earlier from distribution packages into `directory` (see redis-packages.ts). */
export async function redisUnpackedIn(directory: string): Promise<RedisBinary | undefined> {
  const libraries = await libraryDirectories(directory);
  return tryRedisBinary(join(directory, 'usr/bin/redis-server'), {
    LD_LIBRARY_PATH: [...libraries, process.env.LD_LIBRARY_PATH].filter(Boolean).join(delimiter),
  });
}

/** The directories in which Debian's packages put their libraries: `lib` and `usr/lib`, each with its architectures. */
async function libraryDirectories(directory: string): Promise<string[]> {
  const found: string[] = [];
  for (const base of [join(directory, 'usr/lib'), join(directory, 'lib')]) {
    const entries = await readdir(base, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      if (entry.isDirectory() && entry.name.includes('-linux-')) found.push(join(base, entry.name));
    }
    if (entries.length > 0) found.push(base);
  }
  return found;
}
