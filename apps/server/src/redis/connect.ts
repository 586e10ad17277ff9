import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { followLogin, loginOptions, type RedisLogin } from './login.ts';

/** How to reach Redis. `urls`: one server (`redis:`, `rediss:`, `unix:`), or nodes of a cluster. */
export interface RedisSettings {
  readonly urls: readonly string[];
  /** Asked for each connection; default: what the url has. */
  readonly login?: (() => RedisLogin) | undefined;
  /** How long Redis may be silent while it owes an answer, in milliseconds, default 10,000: then the connection is made anew. */
  readonly silentMs?: number | undefined;
}

export type RedisClient = Redis | Cluster;

/** Connections to one Redis or cluster: one for commands, and one more per subscriber. */
export interface Connections {
  readonly client: RedisClient;
  /** A connection of its own for subscriptions; closed with the others. */
  subscriber(): RedisClient;
  close(): Promise<void>;
}

/** Commands fail at once while Redis is away (the answer is 503), and reconnecting goes on for ever, at most a second apart. */
const COMMON = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  // Who subscribes does so again by itself, and hears when that fails.
  autoResubscribe: false,
  // A command of Redis 7.2, which its user would have to be allowed.
  disableClientInfo: true,
  connectTimeout: 5_000,
  // A Redis that hangs closes nothing: without this, whoever asked it would wait for ever.
  socketTimeout: 10_000,
  retryStrategy: (times: number) => Math.min(50 * 2 ** Math.min(times, 5), 1_000) * (0.5 + Math.random() / 2),
} satisfies RedisOptions;

const NO_LOGIN: RedisLogin = { passwords: [] };

const parsed = (url: string): URL | undefined => (url.startsWith('unix:') ? undefined : new URL(url));

function optionsOf(url: string, { login, silentMs }: RedisSettings): RedisOptions {
  const at = parsed(url);
  const options = {
    ...COMMON,
    ...(silentMs !== undefined && { socketTimeout: silentMs }),
    ...loginOptions(at, login?.() ?? NO_LOGIN),
  };
  if (at === undefined) return { ...options, path: url.replace(/^unix:(\/\/)?/, '') };
  return {
    ...options,
    host: at.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(at.port || 6379),
    ...(at.pathname.length > 1 ? { db: Number(at.pathname.slice(1)) } : {}),
  };
}

/** What applies to every node of a cluster: all but where it is and how to reconnect, which the cluster client decides. */
function nodeOptions({
  path: _path,
  host: _host,
  port: _port,
  retryStrategy: _retry,
  enableOfflineQueue: _queue,
  ...rest
}: RedisOptions) {
  return { ...rest, maxRetriesPerRequest: 0 };
}

const opened = (client: RedisClient): Promise<void> =>
  new Promise((resolve, reject) => {
    client.once('ready', resolve);
    client.once('error', reject);
    client.once('end', () => reject(new Error('the connection ended before it was ready')));
  });

async function isCluster(first: RedisOptions): Promise<boolean> {
  const probe = new Redis({ ...first, lazyConnect: true, retryStrategy: () => null });
  // What the promise rejects with says only that the connection is closed, not why.
  let cause: Error | undefined;
  probe.on('error', (error) => {
    cause = error;
  });
  try {
    await probe.connect().catch((error: unknown) => {
      throw cause ?? error;
    });
    return /cluster_enabled:1/.test(await probe.info('cluster'));
  } finally {
    probe.disconnect();
  }
}

/**
 * Connects to a Redis, or to a cluster when several urls are given or the one server says that it is part of one.
 * @param onError hears of later connection failures; it must not print what it gets beyond the message.
 * @throws the connection's error when the first attempt fails.
 */
export async function connect(settings: RedisSettings, onError: (error: Error) => void): Promise<Connections> {
  const nodes = settings.urls.map((url) => optionsOf(url, settings));
  const [first] = nodes;
  if (!first) throw new Error('no Redis is named: set OJS_REDIS_URL');
  const clustered = nodes.length > 1 || (first.path === undefined && (await isCluster(first)));
  const all: RedisClient[] = [];
  let isOpen = false;
  const open = (): RedisClient => {
    const client = clustered
      ? new Cluster(
          nodes.map(({ host, port }) => ({ host: host ?? '127.0.0.1', port: port ?? 6379 })),
          {
            enableOfflineQueue: false,
            clusterRetryStrategy: COMMON.retryStrategy,
            redisOptions: nodeOptions(first),
          },
        )
      : new Redis(first);
    // Of a cluster, the nodes connect; its own options are only what they begin with.
    const follow = (each: Redis): void =>
      followLogin(each, parsed(settings.urls[0] ?? ''), settings.login ?? (() => NO_LOGIN));
    if (client instanceof Cluster) client.on('+node', follow);
    else follow(client);
    // The first failure is thrown; later ones are retried for ever, and told.
    client.on('error', (error) => isOpen && onError(error));
    all.push(client);
    return client;
  };
  const client = open();
  try {
    await opened(client);
    isOpen = true;
  } catch (error) {
    client.disconnect();
    throw error;
  }
  return {
    client,
    subscriber: open,
    close: async () => {
      await Promise.all(all.map((each) => each.quit().catch(() => each.disconnect())));
    },
  };
}
