import { randomInt } from 'node:crypto';
import { hashKey, isStrong, verifyHash } from '../api-key/hash.ts';
import { StoredSecret } from '../credential-record.ts';

const CODES = 10;
const GROUPS = 4;
const GROUP = 5;
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';

/** One code, and what is kept of it. */
export interface RecoveryCode {
  /** `3-abcde-fghij-klmno-pqrst`: its number, and 100 random bits. Shown once. */
  readonly text: string;
  /** The number, which is not secret: it says against which hash to check. */
  readonly number: string;
  readonly stored: StoredSecret;
}

/** New codes, each for one use; ten at most, since the number is one digit. About 20 ms each. */
export const newRecoveryCodes = (count = CODES): Promise<RecoveryCode[]> =>
  Promise.all(
    Array.from({ length: count }, async (_, place) => {
      const number = String(place);
      const text = [number, ...Array.from({ length: GROUPS }, randomGroup)].join('-');
      return { text, number, stored: await hashKey(text) };
    }),
  );

const randomGroup = (): string =>
  Array.from({ length: GROUP }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('');

/** Which of the ten the code says it is. */
export const numberOf = (code: string): string => code.charAt(0);

/** Whether the code is the one that was hashed. What somebody weakened in Redis is never accepted. One key derivation. */
export async function isRecoveryCode(code: string, raw: string): Promise<boolean> {
  const stored = parseStored(raw);
  return stored !== undefined && isStrong(stored) && verifyHash(code, stored);
}

function parseStored(raw: string): StoredSecret | undefined {
  try {
    return StoredSecret.safeParse(JSON.parse(raw)).data;
  } catch {
    return undefined;
  }
}
