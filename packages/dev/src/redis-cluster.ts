import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { findRedis } from './find-redis.ts';
import { freePorts } from './free-port.ts';
import { type PrivateRedis, startRedis } from './redis.ts';
import type { RedisBinary } from './redis-binary.ts';

/** Options of {@link startRedisCluster}. */
export type StartClusterOptions = {
  /** How many masters, default 3. There are no replicas. */
  masters?: number;
  /** More arguments for each node. */
  args?: string[];
  binary?: RedisBinary;
};

/** A Redis Cluster of our own on the loopback. */
export type PrivateRedisCluster = {
  /** What OJS_REDIS_URL takes: comma-separated urls. */
  url: string;
  /** What `new Cluster(...)` of ioredis takes. */
  seeds: { host: string; port: number }[];
  nodes: PrivateRedis[];
  /** Ends every node and removes its data. */
  stop: () => Promise<void>;
};

const slots = 16_384;
const formTimeMs = 30_000;

/**
 * Starts masters on free ports of 127.0.0.1, gives each an equal share of the slots and resolves when every node says
 * `cluster_state:ok`.
 *
 * @throws Error when they do not form a cluster within 30 seconds
 */
export async function startRedisCluster(options: StartClusterOptions = {}): Promise<PrivateRedisCluster> {
  const { masters = 3, args = [] } = options;
  const binary = options.binary ?? (await findRedis());
  const ports = await freePorts(masters * 2);
  const nodePorts = ports.slice(0, masters);
  const busPorts = ports.slice(masters);
  const started = await Promise.allSettled(
    nodePorts.map((port, index) =>
      startRedis({ port, binary, args: [...clusterArguments(busPorts[index] as number), ...args] }),
    ),
  );
  const nodes = started.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.stop()));
  };
  const failed = started.find((each) => each.status === 'rejected');
  try {
    if (failed !== undefined) throw failed.reason;
    await formCluster(nodes, nodePorts, busPorts);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url: nodes.map((node) => node.url).join(','),
    seeds: nodePorts.map((port) => ({ host: '127.0.0.1', port })),
    nodes,
    stop,
  };
}

function clusterArguments(busPort: number): string[] {
  return ['--cluster-enabled', 'yes', '--cluster-port', `${busPort}`, '--cluster-node-timeout', '5000'];
}

async function formCluster(nodes: PrivateRedis[], ports: number[], busPorts: number[]): Promise<void> {
  const clients = nodes.map((node) => new Redis(node.connection));
  try {
    for (const [index, client] of clients.entries()) {
      const [from, to] = slotRange(index, clients.length);
      await client.call('CLUSTER', 'SET-CONFIG-EPOCH', `${index + 1}`);
      await client.call('CLUSTER', 'ADDSLOTSRANGE', `${from}`, `${to}`);
    }
    // Each meets each: waiting for them to hear of one another takes seconds more.
    for (const client of clients) {
      for (const [index, port] of ports.entries()) {
        await client.call('CLUSTER', 'MEET', '127.0.0.1', `${port}`, `${busPorts[index]}`);
      }
    }
    const until = performance.now() + formTimeMs;
    for (const client of clients) {
      while (!isFormed(String(await client.call('CLUSTER', 'INFO')), clients.length)) {
        if (performance.now() > until) throw new Error('the Redis nodes did not form a cluster within 30 seconds');
        await sleep(20);
      }
    }
  } finally {
    for (const client of clients) client.disconnect();
  }
}

/** The first and last slot of the node number `index` of `count`: together they hold every slot once. */
export function slotRange(index: number, count: number): [number, number] {
  return [Math.floor((slots * index) / count), Math.floor((slots * (index + 1)) / count) - 1];
}

function isFormed(info: string, count: number): boolean {
  return (
    info.includes('cluster_state:ok') &&
    info.includes(`cluster_known_nodes:${count}\r`) &&
    info.includes(`cluster_size:${count}\r`)
  );
}
