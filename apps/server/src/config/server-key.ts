import { createHash } from 'node:crypto';

/** What everybody can know: for development without a key of its own, and refused in production. */
export const DEVELOPMENT_KEY: Uint8Array = createHash('sha256').update('the server key of development').digest();

const FORMS = 'must be 32 random bytes in base64 or hexadecimal: `ojs-server server-key generate` prints one';

/** 32 random bytes have about 30 different ones; fewer than this never come by chance. */
const LEAST_DIFFERENT = 16;

/** 32 bytes as base64, base64url or hexadecimal; undefined for anything else. */
export function readServerKey(text: string): Uint8Array | undefined {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex');
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) return undefined;
  return Buffer.from(text, 'base64url');
}

/** Why a text cannot be a server key: its form, or bytes that nobody drew at random. */
export function serverKeyProblem(text: string): string | undefined {
  const bytes = readServerKey(text);
  if (bytes === undefined) return FORMS;
  const isKnown = Buffer.compare(bytes, DEVELOPMENT_KEY) === 0;
  return isDrawn(bytes) && !isKnown ? undefined : `is not random, and could be guessed: it ${FORMS}`;
}

/** Refuses what people write by hand: a phrase, one pattern again and again, a row. */
function isDrawn(bytes: Uint8Array): boolean {
  const isPhrase = bytes.every((byte) => byte >= 0x20 && byte < 0x7f);
  const steps = new Set(bytes.subarray(1).map((byte, index) => byte - (bytes[index] ?? 0)));
  const half = bytes.length / 2;
  const isTwice = Buffer.compare(bytes.subarray(0, half), bytes.subarray(half)) === 0;
  return !isPhrase && !isTwice && steps.size > 2 && new Set(bytes).size >= LEAST_DIFFERENT;
}
