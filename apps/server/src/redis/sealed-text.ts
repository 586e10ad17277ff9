import type { RedisClient } from './connect.ts';

/** A text that is kept sealed, where it is kept: what `server-key reseal` walks over. */
export interface SealedText {
  /** To what it is bound: see identity/seal.ts. */
  readonly context: string;
  readonly text: string;
  /** Whether an older server wrote it without sealing. */
  readonly isPlain: boolean;
  /** Writes it anew, unless somebody else has meanwhile. @throws what Redis throws. */
  replace(sealed: string): Promise<unknown>;
}

/** Writes a field of a hash anew, unless it is another meanwhile. */
const REPLACE_FIELD = `if redis.call('HGET', KEYS[1], ARGV[1]) == ARGV[2] then redis.call('HSET', KEYS[1], ARGV[1], ARGV[3]) end`;

/** A sealed text that is a field of a hash. */
export const sealedField = (
  client: RedisClient,
  key: string,
  field: string,
  kept: Pick<SealedText, 'context' | 'text' | 'isPlain'>,
): SealedText => ({
  ...kept,
  replace: (sealed) => client.eval(REPLACE_FIELD, 1, key, field, kept.text, sealed),
});

const REPLACE = `if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('SET', KEYS[1], ARGV[2]) end`;

/** A sealed text that is a key of its own. */
export const sealedKey = (client: RedisClient, key: string, context: string, text: string): SealedText => ({
  context,
  text,
  isPlain: false,
  replace: (sealed) => client.eval(REPLACE, 1, key, text, sealed),
});
