import { startRedis } from '@ojs/dev';
import { Redis } from 'ioredis';
import { type CpuMeter, redisCpu } from './cpu.ts';

/** A Redis of one contestant's own, and what it costs. */
export interface MeasuredRedis {
  readonly url: string;
  readonly connection: { readonly path: string };
  readonly cpu: CpuMeter;
  stop(): Promise<void>;
}

/** Starts a Redis that never rewrites its file by itself: that would fall on whoever has the turn. */
export async function startMeasuredRedis(): Promise<MeasuredRedis> {
  const redis = await startRedis({ args: ['--auto-aof-rewrite-percentage', '0'] });
  const client = new Redis(redis.connection);
  return {
    url: redis.url,
    connection: { path: redis.url.replace('unix://', '') },
    cpu: redisCpu(client),
    stop: async () => {
      client.disconnect();
      await redis.stop();
    },
  };
}
