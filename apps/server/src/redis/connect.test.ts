import { type PrivateRedis, startRedis } from '@ojs/dev';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connect } from './connect.ts';

let redis: PrivateRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

it('a Redis that hangs is given up, and used again when it goes on', async () => {
  const { client, close } = await connect({ urls: [redis.url], silentMs: 100 }, () => undefined);
  expect(await client.ping()).toBe('PONG');
  process.kill(redis.pid(), 'SIGSTOP');
  try {
    await expect(client.ping()).rejects.toThrow();
  } finally {
    process.kill(redis.pid(), 'SIGCONT');
  }
  await expect.poll(() => client.ping().catch(() => undefined)).toBe('PONG');
  await close();
});
