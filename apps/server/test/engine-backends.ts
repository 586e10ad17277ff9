import { startRedis, startRedisCluster } from '@ojs/dev';
import { afterAll, beforeAll, describe } from 'vitest';
import { openEngine, type TestEngine } from './engine-harness.ts';
import { expectSound } from './engine-sound.ts';
import { createSweep, type Sweep } from './engine-sweep.ts';

/** A Redis or cluster with the engines of two server processes, whose sweepers stand still: tests sweep. */
export interface Given {
  readonly url: string;
  readonly a: TestEngine;
  readonly b: TestEngine;
  /** Keeps three dead letters a queue, and hands out little at once. */
  readonly small: TestEngine;
  readonly sweep: Sweep;
}

const BACKENDS = [
  ['a single Redis', startRedis],
  ['a cluster of three masters', startRedisCluster],
] as const;

/** Runs the tests of `body` against each kind of Redis; afterwards the whole key space must be sound. */
export function onEachBackend(body: (given: Given) => void): void {
  describe.each(BACKENDS)('on %s', (_name, start) => {
    const given = {} as { -readonly [K in keyof Given]: Given[K] };
    let stop: () => Promise<void>;

    beforeAll(async () => {
      const redis = await start();
      stop = redis.stop;
      given.url = redis.url;
      given.a = await openEngine(redis.url, {}, false);
      given.b = await openEngine(redis.url, {}, false);
      given.small = await openEngine(redis.url, { deadLetters: 3, answerBytes: 10_000 }, false);
      given.sweep = await createSweep(redis.url);
    });

    afterAll(async () => {
      try {
        await expectSound(given.a.redis);
      } finally {
        await Promise.all([given.a, given.b, given.small, given.sweep].map((each) => each.close()));
        await stop();
      }
    });

    body(given);
  });
}
