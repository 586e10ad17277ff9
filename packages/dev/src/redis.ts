import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { type Child, startChild, withoutSecrets } from './child.ts';
import { findRedis } from './find-redis.ts';
import { makePrivateDirectory } from './paths.ts';
import type { RedisBinary } from './redis-binary.ts';

/** Options of {@link startRedis}. */
export type StartRedisOptions = {
  /** Where its data is kept. Default: a temporary directory that `stop()` removes. */
  directory?: string;
  /** Listen on this port of 127.0.0.1 instead of a Unix socket. */
  port?: number;
  /** More arguments, such as `['--maxmemory', '64mb']`. */
  args?: string[];
  /** Which program. Default: what {@link findRedis} finds. */
  binary?: RedisBinary;
};

/** Where it listens, as ioredis and BullMQ take it: a Unix socket, or a port of 127.0.0.1. */
export type RedisAddress = { path?: string; host?: string; port?: number };

/** A Redis of our own, as a child process. */
export type PrivateRedis = {
  /** What OJS_REDIS_URL takes: `unix:///path` or `redis://127.0.0.1:port`. */
  url: string;
  connection: RedisAddress;
  /** The id of the process that runs now. */
  pid: () => number;
  /** Resolves when it ended, also by itself. A restart gives a new promise. */
  ended: () => Promise<number | NodeJS.Signals>;
  /** What it wrote last. */
  output: () => string;
  /** Ends it in good order and waits. Removes a temporary directory. */
  stop: () => Promise<void>;
  /** Ends it as a crash would (SIGKILL). The data stays: `restart()` reads it again. */
  kill: () => Promise<void>;
  /** Starts it again on the same data and address, ending it first where it runs. */
  restart: () => Promise<void>;
};

/** A longer path than this does not fit into the address of a Unix socket (macOS has the smallest limit, 104). */
const longestSocketPath = 100;
const socketName = 'redis.sock';
const startTimeMs = 20_000;

/**
 * Starts a Redis as a child process, appendonly with `everysec`, reachable only from this machine, and resolves when
 * it answers PING. Several may run side by side.
 *
 * @throws Error with the last lines of Redis when it does not start
 */
export async function startRedis(options: StartRedisOptions = {}): Promise<PrivateRedis> {
  const binary = options.binary ?? (await findRedis());
  const fits =
    options.directory !== undefined && Buffer.byteLength(join(options.directory, socketName)) <= longestSocketPath;
  const temporary = fits ? undefined : await mkdtemp(join(tmpdir(), 'ojs-redis-'));
  const directory = await makePrivateDirectory(options.directory ?? (temporary as string));
  const socket = join(temporary ?? directory, socketName);
  const connection: RedisAddress =
    options.port === undefined ? { path: socket } : { host: '127.0.0.1', port: options.port };
  const args = [...redisArguments(directory, socket, options.port), ...(options.args ?? [])];

  let child = await startAndWait(binary, args, connection);
  return {
    url: options.port === undefined ? `unix://${socket}` : `redis://127.0.0.1:${options.port}`,
    connection,
    pid: () => child.pid,
    ended: () => child.ended,
    output: () => child.output(),
    kill: () => child.kill(),
    async stop() {
      await child.stop();
      if (temporary !== undefined) await rm(temporary, { recursive: true, force: true });
    },
    async restart() {
      await child.stop();
      child = await startAndWait(binary, args, connection);
    },
  };
}

function redisArguments(directory: string, socket: string, port: number | undefined): string[] {
  const listen =
    port === undefined ? ['--port', '0', '--unixsocket', socket, '--unixsocketperm', '700'] : ['--port', `${port}`];
  return [
    ...listen,
    ...['--bind', '127.0.0.1', '--dir', directory, '--daemonize', 'no', '--loglevel', 'notice'],
    ...['--appendonly', 'yes', '--appendfsync', 'everysec', '--save', '', '--maxmemory-policy', 'noeviction'],
  ];
}

async function startAndWait(binary: RedisBinary, args: string[], connection: RedisAddress): Promise<Child> {
  const child = startChild(binary.command, args, { env: { ...withoutSecrets(process.env), ...binary.env } });
  let over = false;
  child.ended.then(() => {
    over = true;
  });
  const until = performance.now() + startTimeMs;
  while (!over && performance.now() < until) {
    if (await answersPing(connection)) return child;
    await sleep(10);
  }
  await child.kill();
  throw new Error(`Redis (${binary.version}) did not start:\n${child.output().split('\n').slice(-12).join('\n')}`);
}

async function answersPing(connection: RedisAddress): Promise<boolean> {
  const client = new Redis({ ...connection, lazyConnect: true, retryStrategy: () => null, enableReadyCheck: false });
  client.on('error', () => {});
  try {
    await client.connect();
    // A Redis that still loads its data answers LOADING; one that asks for a password is up.
    return (await client.ping()) === 'PONG';
  } catch (error) {
    return /NOAUTH/.test((error as Error).message);
  } finally {
    client.disconnect();
  }
}
