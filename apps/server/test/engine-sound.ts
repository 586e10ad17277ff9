import { expect } from 'vitest';
import { checkKeySpace, lineOf } from '../src/engine/check/check.ts';
import type { Connections } from '../src/redis/connect.ts';

/** Every invariant of the engine holds over the whole key space. Nothing may change it meanwhile. */
export async function expectSound(redis: Pick<Connections, 'client'>): Promise<void> {
  const { findings } = await checkKeySpace(redis.client);
  expect(findings.map(lineOf)).toEqual([]);
}
