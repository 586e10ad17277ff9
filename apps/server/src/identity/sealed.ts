import type { RedisClient } from '../redis/connect.ts';
import { systemSpace } from '../redis/keyspace.ts';
import { type SealedText, sealedField, sealedKey } from '../redis/sealed-text.ts';
import { contextOf, Enrolments, recordOf } from './mfa/enrolments.ts';
import { CONTEXT } from './tokens/signing-keys.ts';

/** The TOTP secrets of all principals, as they are kept. */
export async function* sealedSecondFactors(client: RedisClient): AsyncGenerator<SealedText> {
  for (const owner of await new Enrolments(client).list()) {
    const text = await client.hget(recordOf(owner), 'sealed');
    if (text === null) continue;
    yield sealedField(client, recordOf(owner), 'sealed', { context: contextOf(owner), text, isPlain: false });
  }
}

/** The keys that sign our tokens, as they are kept. */
export async function* sealedSigningKeys(client: RedisClient): AsyncGenerator<SealedText> {
  const text = await client.get(systemSpace.signingKeys);
  if (text !== null) yield sealedKey(client, systemSpace.signingKeys, CONTEXT, text);
}
