import type { Subject } from '../../access/decide.ts';
import type { Refused } from '../identity.ts';
import { type ParsedKey, truncateKey } from './key.ts';

/** A key that is not accepted. @param claimed whose it would be */
export function refusal(refused: string, key: ParsedKey, claimed?: Subject): Refused {
  const credential = truncateKey(key.word, key.id);
  return claimed === undefined ? { refused, credential } : { refused, credential, claimed };
}

/** A refusal that judges the moment. */
export const later = (
  refused: string,
  key: ParsedKey,
  answer: NonNullable<Refused['answer']>,
  retryAfterSeconds: number,
): Refused => ({ ...refusal(refused, key), answer, retryAfterSeconds });
