import type { Config } from '../config/config.ts';
import { type Sealer, UnsealFailure } from '../identity/seal.ts';
import { sealerOf } from '../identity/server-key.ts';
import type { RedisClient } from '../redis/connect.ts';
import { systemSpace } from '../redis/keyspace.ts';
import { StartProblem } from '../start-problem.ts';

const CONTEXT = 'server key';
const MISSING =
  'OJS_SECRET_SERVER_KEY is required: `ojs-server server-key generate` prints one, which all servers of one Redis share';
const ANOTHER =
  'OJS_SECRET_SERVER_KEY is not the key under which the secrets in this Redis are sealed: ' +
  'give that one, or give it as OJS_SECRET_SERVER_KEY_PREVIOUS beside the new one';

/**
 * The sealer of the server key, once it is sure that it is the key of this Redis. The first server leaves a sealed text there for that.
 * @throws {StartProblem} when it is another, or there is none. @throws what Redis throws.
 */
export async function openSealer({ secrets, env }: Config, client: RedisClient): Promise<Sealer> {
  const sealer = sealerOf(secrets, env);
  if (sealer === undefined) throw new StartProblem(MISSING);
  await client.set(systemSpace.serverKey, sealer.seal(CONTEXT, CONTEXT), 'NX');
  try {
    sealer.open(CONTEXT, (await client.get(systemSpace.serverKey)) ?? '');
  } catch (error) {
    throw error instanceof UnsealFailure ? new StartProblem(ANOTHER) : error;
  }
  return sealer;
}

/** From now on the key in force is the one that a server has to have: everything is sealed under it. */
export async function adoptServerKey(sealer: Sealer, client: RedisClient): Promise<void> {
  await client.set(systemSpace.serverKey, sealer.seal(CONTEXT, CONTEXT));
}
