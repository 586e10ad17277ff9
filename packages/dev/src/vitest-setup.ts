import { findRedis } from './find-redis.ts';

/** Vitest's global setup: makes sure that a Redis can be started before any test asks for one. */
export default async function setup(): Promise<void> {
  await findRedis({ tell: (line) => process.stderr.write(`${line}\n`) });
}
