import { existsSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { expect, onTestFinished, test } from 'vitest';
import { freePort } from './free-port.ts';
import { type PrivateRedis, type StartRedisOptions, startRedis } from './redis.ts';

async function start(options?: StartRedisOptions): Promise<PrivateRedis> {
  const redis = await startRedis(options);
  onTestFinished(() => redis.stop());
  return redis;
}

function connect(redis: PrivateRedis): Redis {
  const client = new Redis(redis.connection);
  client.on('error', () => {});
  onTestFinished(() => client.disconnect());
  return client;
}

test('a private Redis listens on a Unix socket of its own only, appendonly each second', async () => {
  const redis = await start();
  const client = connect(redis);
  const setting = async (name: string): Promise<unknown> => ((await client.config('GET', name)) as string[])[1];
  expect(redis.url).toMatch(/^unix:\/\/\//);
  expect(await setting('port')).toBe('0');
  expect(await setting('appendonly')).toBe('yes');
  expect(await setting('appendfsync')).toBe('everysec');
  expect(await setting('maxmemory-policy')).toBe('noeviction');
  expect(statSync(redis.connection.path as string).mode & 0o077).toBe(0);
});

test('several run side by side and share nothing', async () => {
  const [one, other] = await Promise.all([start(), start()]);
  await connect(one).set('name', 'one');
  expect(await connect(other).get('name')).toBeNull();
});

test('after a kill and a restart the data is back at the same address', async () => {
  const redis = await start();
  const before = redis.pid();
  await connect(redis).set('kept', 'yes');
  await redis.kill();
  await redis.restart();
  expect(redis.pid()).not.toBe(before);
  expect(await connect(redis).get('kept')).toBe('yes');
});

test('stop removes a temporary directory and leaves a given one', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'ojs-kept-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const temporary = await startRedis();
  const given = await startRedis({ directory });
  await Promise.all([temporary.stop(), given.stop()]);
  expect(existsSync(temporary.connection.path as string)).toBe(false);
  expect(existsSync(join(directory, 'appendonlydir'))).toBe(true);
});

test('a directory whose path is too long for a socket works all the same', async () => {
  const directory = join(await mkdtemp(join(tmpdir(), 'ojs-long-')), 'x'.repeat(120));
  onTestFinished(() => rm(directory, { recursive: true }));
  const redis = await start({ directory });
  expect(await connect(redis).ping()).toBe('PONG');
});

test('one on a port is reachable from this machine only', async () => {
  const port = await freePort();
  const redis = await start({ port });
  expect(redis.url).toBe(`redis://127.0.0.1:${port}`);
  expect(((await connect(redis).config('GET', 'bind')) as string[])[1]).toBe('127.0.0.1');
});

test('one that cannot start says why', async () => {
  await expect(startRedis({ args: ['--no-such-setting', '1'] })).rejects.toThrow(/did not start.*no-such-setting/s);
});
