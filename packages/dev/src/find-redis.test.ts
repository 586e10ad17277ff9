import { expect, test } from 'vitest';
import { findRedis, noRedisMessage } from './find-redis.ts';
import { parseRedisVersion, tryRedisBinary } from './redis-binary.ts';
import { packagesToUnpack } from './redis-packages.ts';

test('Redis and Valkey tell their version', () => {
  expect(parseRedisVersion('Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64')).toEqual({
    major: 7,
    text: 'Redis 7.0.15',
  });
  expect(parseRedisVersion('Valkey server v=8.1.1 sha=0')).toEqual({ major: 8, text: 'Valkey 8.1.1' });
  expect(parseRedisVersion('something else 7')).toBeUndefined();
});

test('a program that is not there or is no Redis is passed over', async () => {
  expect(await tryRedisBinary('/nowhere/redis-server')).toBeUndefined();
  expect(await tryRedisBinary(process.execPath)).toBeUndefined();
});

test('the one that is found runs', async () => {
  expect((await findRedis()).version).toMatch(/^(Redis|Valkey) \d+\./);
});

test('without one, the message says what to do on this system and names the setting', () => {
  expect(noRedisMessage('darwin')).toContain('brew install');
  for (const platform of ['linux', 'darwin', 'win32'] as const)
    expect(noRedisMessage(platform)).toContain('OJS_REDIS_URL=');
  expect(noRedisMessage('linux', 'apt said no')).toContain('apt said no');
});

test('unpacking takes what the system lacks, but never a second C library', () => {
  const simulation =
    'NOTE: This is only a simulation!\nInst libjemalloc2 (5.3.0-1 Debian [amd64])\nInst libc6 [2.36-9] (2.36-10 Debian [amd64])\nInst redis-tools (5:7.0.15)\nInst redis-server (5:7.0.15)\nConf redis-server (5:7.0.15)\n';
  expect(packagesToUnpack(simulation)).toEqual(['libjemalloc2', 'redis-tools', 'redis-server']);
});
